package milena.chaos;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import milena.chaos.Finding.Kind;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.TopicPartition;

/**
 * One run: a cluster, clients, faults for a while, then peace, and the reckoning.
 *
 * <p>The seed decides the faults and what clients send; when exactly each happens is the machine's.
 */
final class ChaosRun {
  private static final int TOPICS = 3;
  private static final int PARTITIONS = 4;
  private static final int CALM_EVERY = 6;
  private static final int PROGRESS_SECONDS = 240;
  private static final int TOGETHER_SECONDS = 240;

  /**
   * What a run is like.
   *
   * @param faults how long things break
   * @param perSecond records of all producers together
   * @param breakable whether links and disks break too
   * @param home where the nodes' outputs, their files and the diary go
   */
  record Options(
      long seed,
      int nodes,
      Duration faults,
      int producers,
      int perSecond,
      int groups,
      boolean breakable,
      Set<Faults.Fault> faultsToUse,
      Path home) {}

  /** What came of it. */
  record Result(
      List<Finding> findings,
      Map<Faults.Fault, Integer> faults,
      Map<String, Integer> errors,
      String story) {}

  private final Options options;
  private final History history = new History();
  private final List<TopicPartition> partitions = new ArrayList<>();
  private final PrintStream diary;
  private Faults faults;

  private ChaosRun(Options options) throws IOException {
    this.options = options;
    Files.createDirectories(options.home());
    this.diary = new PrintStream(options.home().resolve("diary.log").toFile());
    for (int topic = 0; topic < TOPICS; topic++) {
      for (int partition = 0; partition < PARTITIONS; partition++) {
        partitions.add(new TopicPartition("chaos-" + topic, partition));
      }
    }
  }

  /** Runs it all; nothing of it is left but what is in the home directory. */
  static Result run(Options options) throws Exception {
    ChaosRun run = new ChaosRun(options);
    try (Place place =
            options.breakable()
                ? Namespaces.create(options.nodes(), options.home(), 192)
                : new Loopback(options.home());
        ProcessCluster cluster =
            new ProcessCluster(
                options.nodes(),
                place,
                options.home(),
                Map.of("log.segment.bytes", Integer.toString(1 << 20)))) {
      return run.in(place, cluster);
    } finally {
      run.diary.close();
    }
  }

  /** As {@link ProcessCluster#await}; a node that gave up its start is started again meanwhile. */
  private boolean await(int seconds, BooleanSupplier condition) {
    return ProcessCluster.await(
        seconds,
        () -> {
          faults.noticeTheDead();
          return condition.getAsBoolean();
        });
  }

  private void tell(String what) {
    diary.println(LocalTime.now().truncatedTo(ChronoUnit.MILLIS) + " " + what);
  }

  private Result in(Place place, ProcessCluster cluster) throws Exception {
    cluster.startAll();
    Random random = new Random(options.seed());
    try (Admin admin = cluster.admin()) {
      for (int topic = 0; topic < TOPICS; topic++) {
        admin
            .createTopics(List.of(new NewTopic("chaos-" + topic, PARTITIONS, (short) 3)))
            .all()
            .get();
      }
      Clients clients = new Clients(cluster.bootstrapServers(), history, partitions);
      for (int i = 0; i < options.producers(); i++) {
        clients.startProducer(
            random.nextLong(), Math.max(1, options.perSecond() / options.producers()));
      }
      for (int group = 0; group < options.groups(); group++) {
        for (int member = 0; member < 2; member++) {
          clients.startMember(
              "group-" + group, "member-" + group + "-" + member, random.nextLong());
        }
      }
      Topics topics = new Topics(admin, history, new Random(random.nextLong()), this::tell);
      topics.start();
      faults =
          new Faults(
              cluster,
              place,
              history,
              random,
              options.faultsToUse(),
              new Aiming(admin, partitions, random),
              this::tell);
      awaitProgress("at the start");
      breakThings(random);
      tell("peace");
      faults.mendAll();
      awaitProgress("after all");
      awaitTogether(admin);
      topics.finish();
      clients.stopProducers();
      awaitAllDelivered(clients);
      clients.stopMembers();
      long there = clients.readAll();
      faults.noticeTheDead();
      cluster.nodes().forEach(NodeProcess::terminate);
      cluster.nodes().forEach(NodeProcess::stop);
      long batches = compareReplicas(cluster);
      List<Finding> findings = history.finish();
      findings.forEach(finding -> tell("FOUND " + finding));
      if (!findings.isEmpty()) {
        keepDisks(place, cluster);
      }
      String story =
          "%d acknowledged, %d there, %d read by groups, %d commits, %d batches compared, %s"
              .formatted(
                  history.acknowledgements(),
                  there,
                  history.polls(),
                  history.commits(),
                  batches,
                  topics.told());
      tell(story + ", " + faults.counts() + ", " + clients.errors());
      return new Result(findings, faults.counts(), clients.errors(), story);
    }
  }

  /** What a disk in memory holds is gone with the run, and may be the only evidence. */
  private void keepDisks(Place place, ProcessCluster cluster) {
    for (int id : cluster.ids()) {
      Shell.run("cp -r " + place.disk(id) + " " + options.home().resolve("kept-" + id));
    }
  }

  private void breakThings(Random random) throws InterruptedException {
    long end = System.nanoTime() + options.faults().toNanos();
    int steps = 0;
    while (System.nanoTime() < end) {
      Thread.sleep(300 + random.nextInt(5_000));
      faults.step();
      if (++steps % CALM_EVERY == 0) {
        faults.mendAll();
        tell("calm");
        awaitProgress("in a calm");
      }
    }
  }

  private static String millisSince(long startNanos) {
    return (System.nanoTime() - startNanos) / 1_000_000 + " ms";
  }

  /** With nothing broken, each partition takes records and each group reads on, before long. */
  private void awaitProgress(String when) {
    Map<TopicPartition, Long> before =
        partitions.stream().collect(Collectors.toMap(p -> p, history::acknowledgements));
    long start = System.nanoTime();
    boolean went =
        await(
            PROGRESS_SECONDS,
            () -> partitions.stream().allMatch(p -> history.acknowledgements(p) > before.get(p)));
    if (!went) {
      List<TopicPartition> stuck =
          partitions.stream().filter(p -> history.acknowledgements(p) <= before.get(p)).toList();
      history.found(Kind.NO_PROGRESS, when + ", nothing is acknowledged at " + stuck);
      tell("NO PROGRESS at " + stuck);
    }
    tell("all partitions take records after " + millisSince(start));
    for (int group = 0; group < options.groups(); group++) {
      awaitReading(when, "group-" + group);
    }
    tell("all go on after " + millisSince(start));
  }

  private void awaitReading(String when, String group) {
    Map<TopicPartition, Long> before =
        partitions.stream().collect(Collectors.toMap(p -> p, p -> history.deliveries(group, p)));
    boolean went =
        await(
            PROGRESS_SECONDS,
            () -> partitions.stream().allMatch(p -> history.deliveries(group, p) > before.get(p)));
    if (!went) {
      List<TopicPartition> stuck =
          partitions.stream().filter(p -> history.deliveries(group, p) <= before.get(p)).toList();
      history.found(Kind.NO_PROGRESS, when + ", " + group + " reads nothing of " + stuck);
      tell("NO PROGRESS of " + group + " at " + stuck);
    }
  }

  /** All replicas come in sync again. */
  private void awaitTogether(Admin admin) {
    Replicas replicas = new Replicas(admin, partitions);
    if (!await(TOGETHER_SECONDS, replicas::areTogether)) {
      history.found(Kind.NO_PROGRESS, "in the end out of sync: " + replicas.apart());
    }
  }

  private void awaitAllDelivered(Clients clients) {
    for (int group = 0; group < options.groups(); group++) {
      String name = "group-" + group;
      // More may be there than was acknowledged; that shows when it is read in the end.
      await(
          PROGRESS_SECONDS,
          () ->
              partitions.stream()
                  .allMatch(p -> history.deliveries(name, p) >= history.acknowledgements(p)));
    }
    await(5, () -> false);
  }

  private long compareReplicas(ProcessCluster cluster) {
    Map<Integer, Path> directories = new TreeMap<>();
    cluster.ids().forEach(id -> directories.put(id, cluster.dataOf(id)));
    return partitions.stream()
        .mapToLong(partition -> ReplicaFiles.compare(partition, directories, history))
        .sum();
  }
}

package milena.it;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.RangeAssignor;
import org.apache.kafka.clients.consumer.RoundRobinAssignor;
import org.apache.kafka.clients.consumer.StickyAssignor;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.FencedInstanceIdException;
import org.apache.kafka.common.errors.InconsistentGroupProtocolException;
import org.junit.After;
import org.junit.ClassRule;
import org.junit.Test;
import org.scalatestplus.junit.JUnitSuite;

/**
 * Groups whose members, processes all, join, leave, are killed and are paused past their session,
 * while records arrive. In no generation has a partition two owners; every record is read; nobody
 * reads backwards; and the committed offsets only grow.
 */
public class RebalanceIT extends JUnitSuite {
  @ClassRule public static final BrokerRule kafka = BrokerRule.shared();

  private static final int PARTITIONS = 6;
  private static final long PAUSE_NANOS = 2_000_000;

  private final List<MemberProcess> members = new ArrayList<>();
  private final AtomicBoolean over = new AtomicBoolean();
  private final AtomicReference<Throwable> failure = new AtomicReference<>();
  private final List<Thread> companions = new ArrayList<>();
  private String topic;
  private String group;

  @After
  public void endAllProcesses() throws Exception {
    over.set(true);
    for (MemberProcess member : members) {
      member.close();
    }
    for (Thread companion : companions) {
      companion.join();
    }
  }

  private MemberProcess join(String name, Class<?> assignor, String... more) throws Exception {
    List<String> settings =
        new ArrayList<>(
            List.of(
                "bootstrap.servers=" + kafka.bootstrapServers(),
                "group.id=" + group,
                "auto.offset.reset=earliest",
                "enable.auto.commit=false",
                "session.timeout.ms=3000",
                "heartbeat.interval.ms=300",
                "partition.assignment.strategy=" + assignor.getName()));
    settings.addAll(Arrays.asList(more));
    MemberProcess member = new MemberProcess(name, topic, settings);
    members.add(member);
    return member;
  }

  private static void awaitSharing(MemberProcess... owners) {
    Await.until(
        "all partitions are shared by " + Arrays.toString(owners),
        () -> {
          Set<String> all = new HashSet<>();
          int count = 0;
          for (MemberProcess owner : owners) {
            if (!owner.isAlive()) {
              throw new AssertionError("dead: " + owner);
            }
            Set<String> owned = owner.owned();
            if (owned.isEmpty()) {
              return false;
            }
            all.addAll(owned);
            count += owned.size();
          }
          return all.size() == PARTITIONS && count == PARTITIONS;
        });
  }

  private interface Work {
    void run() throws Exception;
  }

  private void companion(String name, Work work) {
    Thread thread =
        new Thread(
            () -> {
              try {
                work.run();
              } catch (Throwable e) {
                failure.set(e);
              }
            },
            name);
    companions.add(thread);
    thread.start();
  }

  /** Writes to every partition in turn until the scenario is over. */
  private void writeAllAlong() {
    companion(
        "writer",
        () -> {
          try (var producer = kafka.producer()) {
            for (int i = 0; !over.get(); i++) {
              var ack = producer.send(new ProducerRecord<>(topic, i % PARTITIONS, null, "v" + i));
              if (i % PARTITIONS == 0) {
                // No faster than one round trip for each round of the partitions, nor than members
                // can read that have little of the machine.
                ack.get();
                LockSupport.parkNanos(PAUSE_NANOS);
              }
            }
          }
        });
  }

  /** Looks at the committed offsets again and again: none may ever be smaller than before. */
  private void watchTheCommits() {
    companion(
        "watcher",
        () -> {
          Map<TopicPartition, Long> last = new HashMap<>();
          while (!over.get()) {
            committed()
                .forEach(
                    (p, offset) -> {
                      long before = last.getOrDefault(p, 0L);
                      assertTrue(
                          p + " was committed to " + before + ", then to " + offset,
                          offset >= before);
                      last.put(p, offset);
                    });
          }
        });
  }

  private Map<TopicPartition, Long> committed() throws Exception {
    Map<TopicPartition, Long> offsets = new HashMap<>();
    Map<TopicPartition, OffsetAndMetadata> all =
        kafka.admin().listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata(group).get();
    all.forEach((p, o) -> offsets.put(p, o.offset()));
    return offsets;
  }

  private void membersComeAndGo(Class<?> assignor) throws Exception {
    topic = kafka.topic("rebalanced", PARTITIONS);
    group = BrokerRule.fresh(assignor.getSimpleName());
    writeAllAlong();
    watchTheCommits();
    MemberProcess a = join("a", assignor);
    MemberProcess b = join("b", assignor);
    MemberProcess c = join("c", assignor);
    awaitSharing(a, b, c);
    MemberProcess d = join("d", assignor);
    awaitSharing(a, b, c, d);
    b.leave();
    awaitSharing(a, c, d);
    c.kill();
    awaitSharing(a, d);
    a.pause();
    awaitSharing(d);
    a.resume();
    awaitSharing(a, d);
    over.set(true);
    for (Thread companion : companions) {
      companion.join();
    }
    if (failure.get() != null) {
      throw new AssertionError("a companion of the group failed", failure.get());
    }
    everythingIsReadAndCommitted();
    noPartitionHadTwoOwners();
    nobodyReadBackwards();
  }

  private void everythingIsReadAndCommitted() throws Exception {
    Map<TopicPartition, Long> ends = new HashMap<>();
    try (var consumer = kafka.consumer()) {
      ends.putAll(consumer.endOffsets(List.of(Read.partitions(topic, PARTITIONS))));
    }
    Await.until("everything is committed: " + ends, () -> committed().equals(ends));
    Map<Integer, Set<Long>> read = new HashMap<>();
    for (MemberProcess member : members) {
      member
          .said("read")
          .forEach(r -> read.computeIfAbsent(r.partition(), p -> new HashSet<>()).add(r.offset()));
    }
    ends.forEach(
        (p, end) -> {
          assertTrue("nothing was written to " + p, end > 0);
          assertEquals("records read of " + p, (long) end, read.get(p.partition()).size());
        });
  }

  private void noPartitionHadTwoOwners() {
    Map<Integer, Map<String, String>> owners = new HashMap<>();
    for (MemberProcess member : members) {
      for (MemberProcess.Said assignment : member.said("owns")) {
        Map<String, String> ofGeneration =
            owners.computeIfAbsent(assignment.generation(), g -> new HashMap<>());
        for (String partition : assignment.owned()) {
          String other = ofGeneration.put(partition, member.name());
          assertTrue(
              "partition %s has two owners in generation %d: %s and %s"
                  .formatted(partition, assignment.generation(), other, member.name()),
              other == null || other.equals(member.name()));
        }
      }
    }
    assertTrue("there were only " + owners.keySet(), owners.size() >= 5);
  }

  private void nobodyReadBackwards() {
    for (MemberProcess member : members) {
      Map<String, Long> last = new HashMap<>();
      for (MemberProcess.Said read : member.said("read")) {
        String where = read.generation() + "/" + read.partition();
        Long before = last.put(where, read.offset());
        assertTrue(
            "%s read %d after %s in %s".formatted(member.name(), read.offset(), before, where),
            before == null || read.offset() > before);
      }
    }
  }

  @Test
  public void membersComeAndGoUnderRange() throws Exception {
    membersComeAndGo(RangeAssignor.class);
  }

  @Test
  public void membersComeAndGoUnderRoundRobin() throws Exception {
    membersComeAndGo(RoundRobinAssignor.class);
  }

  @Test
  public void membersComeAndGoUnderSticky() throws Exception {
    membersComeAndGo(StickyAssignor.class);
  }

  @Test
  public void membersComeAndGoUnderCooperativeSticky() throws Exception {
    membersComeAndGo(CooperativeStickyAssignor.class);
  }

  @Test
  public void aStaticMemberThatReturnsInTimeDisturbsNobody() throws Exception {
    topic = kafka.topic("static", PARTITIONS);
    group = BrokerRule.fresh("static");
    String session = "session.timeout.ms=300000"; // what starts a JVM takes on any machine
    MemberProcess a = join("a", RangeAssignor.class, "group.instance.id=a", session);
    MemberProcess b = join("b", RangeAssignor.class, "group.instance.id=b", session);
    awaitSharing(a, b);
    int generation = b.generation();
    Set<String> owned = a.owned();
    a.kill();
    MemberProcess again = join("a-again", RangeAssignor.class, "group.instance.id=a", session);
    awaitSharing(again, b);
    assertEquals(owned, again.owned());
    assertEquals(generation, again.generation());
    assertEquals("b was asked to join again", generation, b.generation());
  }

  @Test
  public void theSecondHolderOfAStaticIdentityFencesTheFirst() throws Exception {
    topic = kafka.topic("fenced", 1);
    group = BrokerRule.fresh("fenced");
    Object[] settings = {
      "group.id", group, "group.instance.id", "one", "heartbeat.interval.ms", 100
    };
    try (var first = kafka.consumer(settings);
        var second = kafka.consumer(settings)) {
      first.subscribe(List.of(topic));
      second.subscribe(List.of(topic));
      Await.until(
          "the first has its partition",
          () -> {
            first.poll(Duration.ofMillis(50));
            return !first.assignment().isEmpty();
          });
      Refusal.of(
          FencedInstanceIdException.class,
          () -> {
            long deadline = System.nanoTime() + Await.LIMIT.toNanos();
            while (System.nanoTime() < deadline) {
              second.poll(Duration.ofMillis(50));
              first.poll(Duration.ofMillis(50));
            }
          });
    }
  }

  @Test
  public void aMemberThatCannotAgreeOnAnAssignorIsRefused() throws Exception {
    topic = kafka.topic("protocols", 1);
    group = BrokerRule.fresh("protocols");
    try (var range =
            kafka.consumer(
                "group.id", group, "partition.assignment.strategy", RangeAssignor.class.getName());
        var sticky =
            kafka.consumer(
                "group.id",
                group,
                "partition.assignment.strategy",
                StickyAssignor.class.getName())) {
      range.subscribe(List.of(topic));
      Await.until(
          "the first has its partition",
          () -> {
            range.poll(Duration.ofMillis(50));
            return !range.assignment().isEmpty();
          });
      sticky.subscribe(List.of(topic));
      Refusal.of(InconsistentGroupProtocolException.class, () -> sticky.poll(Await.LIMIT));
    }
  }
}

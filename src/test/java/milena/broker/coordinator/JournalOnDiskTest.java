package milena.broker.coordinator;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import akka.actor.typed.ActorRef;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import milena.broker.partition.PartitionRegistry;
import milena.broker.partition.PartitionReplica;
import milena.broker.partition.ReplicaDirectory;
import milena.broker.partition.ReplicaHost;
import milena.common.TopicIdPartition;
import milena.common.config.LogConfig;
import milena.group.GroupConfig;
import milena.group.classic.ClassicConfig;
import milena.group.message.GroupRequest.CommitOffsets;
import milena.group.message.GroupRequest.CommitOffsets.OffsetToCommit;
import milena.group.message.GroupRequest.FetchOffsets;
import milena.group.message.GroupRequest.Heartbeat;
import milena.group.message.GroupRequest.Join;
import milena.group.message.GroupRequest.Protocol;
import milena.group.message.GroupRequest.Sync;
import milena.group.message.GroupResponse;
import milena.group.message.GroupResponse.HeartbeatAnswered;
import milena.group.message.GroupResponse.Joined;
import milena.group.message.GroupResponse.OffsetsCommitted;
import milena.group.message.GroupResponse.OffsetsFetched;
import milena.group.message.GroupResponse.Synced;
import milena.group.offsets.OffsetsConfig;
import milena.log.LogDirectory;
import milena.metadata.PartitionImage;
import milena.testing.SeedRule;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.protocol.Errors;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;
import org.scalatestplus.junit.JUnitSuite;

/** Groups on real replicas and real files, from one start of the node to the next. */
public class JournalOnDiskTest extends JUnitSuite {
  private static final int PARTITIONS = 3;
  private static final int GROUPS = 8;
  private static final int TOPICS = 5;
  private static final Uuid TOPIC_ID = new Uuid(5, 5);

  @Rule public final TemporaryFolder folder = new TemporaryFolder();
  @Rule public final SeedRule seeds = new SeedRule();

  private final Map<String, Long> acknowledged = new HashMap<>();

  @Test
  public void whatWasAcknowledgedIsThereAfterEachRestart() throws Exception {
    Random random = seeds.random();
    Path path = folder.newFolder("logs").toPath();
    Joined member = null;
    for (int start = 0; start < 4; start++) {
      try (Node node = new Node(path, start + 1, 8_192)) {
        check(node.world);
        if (member != null) {
          assertEquals(
              Errors.NONE,
              node.world
                  .ask(
                      "members",
                      new Heartbeat(member.memberId(), null, member.generation()),
                      HeartbeatAnswered.class)
                  .error());
        } else {
          member = join(node.world);
        }
        commitMany(node.world, random);
        check(node.world);
      }
    }
  }

  @Test
  public void aCommitMayBeLargerThanABatch() throws Exception {
    Path path = folder.newFolder("logs").toPath();
    List<OffsetToCommit> offsets = new ArrayList<>();
    for (int i = 0; i < 20_000; i++) {
      offsets.add(new OffsetToCommit(Uuid.ZERO_UUID, "t", i, i, -1, "m".repeat(100)));
    }
    CommitOffsets commit = new CommitOffsets("", null, -1, -1, offsets, true);
    try (Node node = new Node(path, 1, 8 << 20)) {
      OffsetsCommitted committed = node.world.ask("large", commit, OffsetsCommitted.class);
      assertEquals(20_000, committed.partitions().size());
      assertEquals(Set.of(Errors.NONE), Set.copyOf(committed.partitions()));
    }
    try (Node node = new Node(path, 2, 8 << 20)) {
      FetchOffsets all = new FetchOffsets(null, false);
      assertEquals(20_000, node.world.ask("large", all, OffsetsFetched.class).offsets().size());
    }
  }

  private static Joined join(CoordinatorWorld world) {
    Join join =
        new Join(
            "",
            null,
            "c",
            "h",
            30_000,
            60_000,
            "consumer",
            List.of(new Protocol("range", new byte[] {1})),
            "fresh",
            false,
            true);
    Joined joined = world.ask("members", join, Joined.class);
    world.ask(
        "members",
        new Sync(joined.memberId(), null, joined.generation(), null, null, Map.of()),
        Synced.class);
    return joined;
  }

  private void commitMany(CoordinatorWorld world, Random random) throws Exception {
    List<CompletionStage<GroupResponse>> answers = new ArrayList<>();
    List<String> keys = new ArrayList<>();
    for (int i = 0; i < 400; i++) {
      String group = "g" + random.nextInt(GROUPS);
      String topic = "t" + random.nextInt(TOPICS);
      CommitOffsets commit =
          new CommitOffsets(
              "",
              null,
              -1,
              -1,
              List.of(new OffsetToCommit(Uuid.ZERO_UUID, topic, 0, i, -1, "m".repeat(50))),
              true);
      answers.add(world.registry().ask(group, commit));
      keys.add(group + "/" + topic);
    }
    for (int i = 0; i < answers.size(); i++) {
      GroupResponse answer = answers.get(i).toCompletableFuture().get(30, TimeUnit.SECONDS);
      assertTrue(answer.toString(), answer instanceof OffsetsCommitted);
      acknowledged.put(keys.get(i), (long) i);
    }
  }

  private void check(CoordinatorWorld world) {
    Map<String, Long> found = new HashMap<>();
    for (int g = 0; g < GROUPS; g++) {
      String group = "g" + g;
      world
          .ask(group, new FetchOffsets(null, false), OffsetsFetched.class)
          .offsets()
          .forEach(offset -> found.put(group + "/" + offset.topic(), offset.offset()));
    }
    assertEquals(acknowledged, found);
  }

  /** One start of the node; its end is a crash: nothing is flushed, nobody says goodbye. */
  private static final class Node implements AutoCloseable {
    private final PartitionRegistry registry = new PartitionRegistry();
    private final ExecutorService blocking = Executors.newFixedThreadPool(2);
    private final LogDirectory files;
    final CoordinatorWorld world;

    Node(Path path, int epoch, int segmentBytes) throws IOException {
      world =
          new CoordinatorWorld(
              new GroupConfig(
                  new ClassicConfig(0, 1_000, 60_000, 10, 1_000), OffsetsConfig.DEFAULTS),
              registry);
      files = LogDirectory.open(path);
      ReplicaDirectory directory = ReplicaDirectory.load(files, new Uuid(1, 1));
      ReplicaHost host =
          new ReplicaHost(
              CoordinatorWorld.NODE,
              registry,
              world.clockMs::get,
              blocking,
              86_400_000,
              failed -> {});
      world.image(TOPIC_ID, PARTITIONS, CoordinatorWorld.NODE, epoch);
      for (int k = 0; k < PARTITIONS; k++) {
        ActorRef<PartitionReplica.Command> replica =
            world.kit().spawn(PartitionReplica.create(new TopicIdPartition(TOPIC_ID, k), host));
        PartitionImage image =
            new PartitionImage(
                List.of(CoordinatorWorld.NODE),
                List.of(Uuid.ZERO_UUID),
                List.of(CoordinatorWorld.NODE),
                List.of(),
                CoordinatorWorld.NODE,
                epoch,
                epoch);
        replica.tell(
            new PartitionReplica.BecomeReplica(
                Topic.GROUP_METADATA_TOPIC_NAME, image, config(segmentBytes), directory));
      }
    }

    private static LogConfig config(int segmentBytes) {
      LogConfig d = LogConfig.DEFAULT;
      return new LogConfig(
          segmentBytes,
          d.segmentMs(),
          d.segmentJitterMs(),
          d.segmentIndexBytes(),
          d.indexIntervalBytes(),
          d.flushMessages(),
          d.flushMs(),
          d.retentionBytes(),
          d.retentionMs(),
          false,
          true,
          d.deleteRetentionMs(),
          d.fileDeleteDelayMs(),
          d.minCleanableDirtyRatio(),
          d.minCompactionLagMs(),
          d.maxCompactionLagMs(),
          d.maxMessageBytes(),
          d.compression(),
          d.timestampType(),
          d.timestampBeforeMaxMs(),
          d.timestampAfterMaxMs(),
          d.minInSyncReplicas(),
          d.uncleanLeaderElection(),
          d.preallocate());
    }

    @Override
    public void close() throws IOException {
      world.close();
      blocking.shutdownNow();
      files.close();
    }
  }
}

package milena.broker.controller;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.SerializationTestKit;
import akka.actor.typed.ActorRef;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import milena.broker.raft.MetadataFeed;
import milena.broker.raft.QuorumState;
import milena.broker.raft.RaftEndpoint;
import milena.broker.raft.RaftRpc;
import milena.common.CborSerializable;
import milena.common.Outcome;
import milena.common.TopicIdPartition;
import milena.metadata.AlteredConfig;
import milena.metadata.AssignedReplica;
import milena.metadata.BrokerImage.Endpoint;
import milena.metadata.ConfigChange;
import milena.metadata.CreatedTopic;
import milena.metadata.ElectionDecisions.Elected;
import milena.metadata.ElectionDecisions.Named;
import milena.metadata.InSyncChange;
import milena.metadata.MemberNode;
import milena.metadata.NewPartitions;
import milena.metadata.NewReplicas;
import milena.metadata.NewTopic;
import milena.metadata.PreviousStop;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.protocol.Errors;
import org.junit.AfterClass;
import org.junit.BeforeClass;
import org.junit.Test;
import org.scalatestplus.junit.JUnitSuite;

/** Each message that may cross nodes survives its serialiser, and none is left out here. */
public class MessagesCrossNodesTest extends JUnitSuite {
  private static final Outcome FAILED = Outcome.of(Errors.INVALID_REQUEST, "no");
  private static final Uuid ID = new Uuid(1, 2);
  private static final ConfigResource TOPIC =
      new ConfigResource(ConfigResource.Type.TOPIC, "a:topic");

  private static ActorTestKit kit;

  @BeforeClass
  public static void startKit() {
    kit = ActorTestKit.create("messages", TestSystems.config());
  }

  @AfterClass
  public static void stopKit() {
    kit.shutdownTestKit();
  }

  private static <T> ActorRef<T> ref(Class<T> type) {
    return kit.createTestProbe(type).ref();
  }

  private static List<CborSerializable> messages() {
    NewTopic placed =
        new NewTopic("a", 3, (short) 2, List.of(), Collections.singletonMap("x", null));
    NewTopic byHand =
        new NewTopic(
            "b",
            -1,
            (short) -1,
            List.of(new NewTopic.Assignment(0, List.of(1, 2))),
            Map.of("retention.ms", "1"));
    ConfigChange change =
        new ConfigChange(
            TOPIC, false, List.of(new ConfigChange.Op("k", ConfigChange.Kind.APPEND, "v")));
    return List.of(
        new Controller.RegisterBroker(
            1,
            ID,
            Optional.of("cluster"),
            Map.of("PLAINTEXT", new Endpoint("host", 9092, "PLAINTEXT")),
            Optional.of("rack"),
            List.of(ID),
            PreviousStop.PROCESS_CRASH,
            ref(Controller.Registered.class)),
        new Controller.Registered(Outcome.SUCCESS, 5),
        new Controller.BrokerHeartbeat(
            1, 5, 6, true, false, List.of(ID), ref(Controller.HeartbeatReply.class)),
        new Controller.HeartbeatReply(FAILED, true, false, true),
        new Controller.CreateTopics(
            List.of(placed, byHand), true, ref(Controller.TopicsCreated.class)),
        new Controller.TopicsCreated(
            List.of(
                CreatedTopic.failed("a", FAILED),
                new CreatedTopic("b", ID, Outcome.SUCCESS, 3, (short) 1, Map.of("k", "v")))),
        new Controller.DeleteTopics(List.of(ID), ref(Controller.TopicsDeleted.class)),
        new Controller.TopicsDeleted(List.of(FAILED)),
        new Controller.CreatePartitions(
            List.of(
                new NewPartitions("a", 4, Optional.empty()),
                new NewPartitions("b", 4, Optional.of(List.of(List.of(1, 2))))),
            false,
            ref(Controller.PartitionsCreated.class)),
        new Controller.PartitionsCreated(List.of(FAILED)),
        new Controller.AlterConfigs(List.of(change), false, ref(Controller.ConfigsAltered.class)),
        new Controller.ConfigsAltered(List.of(new AlteredConfig(TOPIC, FAILED))),
        new Controller.AlterInSync(
            1,
            5,
            List.of(
                new InSyncChange(
                    new TopicIdPartition(ID, 3), 4, 6, List.of(new InSyncChange.Member(2, 7)))),
            ref(Controller.InSyncAltered.class)),
        new Controller.InSyncAltered(List.of(FAILED, Outcome.SUCCESS)),
        new Controller.AssignReplicas(
            1,
            5,
            List.of(new AssignedReplica(new TopicIdPartition(ID, 3), ID)),
            ref(Controller.ReplicasAssigned.class)),
        new Controller.ReplicasAssigned(List.of(FAILED, Outcome.SUCCESS)),
        new Controller.AlterReassignments(
            List.of(
                new NewReplicas("a", 0, Optional.of(List.of(3, 1))),
                new NewReplicas("a", 1, Optional.empty())),
            true,
            ref(Controller.ReassignmentsAltered.class)),
        new Controller.ReassignmentsAltered(List.of(FAILED)),
        new Controller.ElectLeaders(
            ElectionType.UNCLEAN,
            Optional.of(List.of(new Named("a", 1))),
            ref(Controller.LeadersElected.class)),
        new Controller.LeadersElected(
            Outcome.SUCCESS, List.of(new Elected(new Named("a", 1), FAILED))),
        new Controller.UnregisterBroker(4, ref(Controller.BrokerGone.class)),
        new Controller.BrokerGone(FAILED),
        new Controller.AllocateProducerIds(1, 5, ref(Controller.ProducerIdBlock.class)),
        new Controller.ProducerIdBlock(Outcome.SUCCESS, 1000, 1000),
        new Controller.AnnounceNode(
            new MemberNode(1, "host", 9093, -7, true), ref(Controller.NodeAnnounced.class)),
        new Controller.NodeAnnounced(Outcome.SUCCESS),
        new Controller.SuspectNode(1, -7),
        new Controller.NodeEnds(1, -7, ref(Controller.NodeEnded.class)),
        new Controller.NodeEnded(FAILED),
        new Controller.DescribeQuorum(ref(Controller.QuorumDescribed.class)),
        new Controller.QuorumDescribed(
            Outcome.SUCCESS,
            new QuorumState(
                1,
                7,
                99,
                List.of(new QuorumState.Progress(1, 100, 0, 0)),
                List.of(new QuorumState.Progress(4, 98, 200, -1)))));
  }

  @Test
  public void eachSurvives() {
    SerializationTestKit serialization = kit.serializationTestKit();
    for (CborSerializable message : messages()) {
      assertEquals(message, serialization.verifySerialization(message, true));
    }
  }

  @Test
  public void raftMessagesSurviveWithTheirBytes() {
    SerializationTestKit serialization = kit.serializationTestKit();
    byte[] bytes = {0, 1, -1};
    RaftEndpoint.Call call =
        new RaftEndpoint.Call(RaftRpc.Kind.APPEND_ENTRIES, bytes, ref(RaftEndpoint.Answer.class));
    RaftEndpoint.Call sameCall = serialization.verifySerialization(call, false);
    assertEquals(call.kind(), sameCall.kind());
    assertEquals(call.replyTo(), sameCall.replyTo());
    assertTrue(Arrays.equals(bytes, sameCall.request()));
    RaftEndpoint.Answer answer =
        serialization.verifySerialization(new RaftEndpoint.Answer(bytes, "why"), false);
    assertTrue(Arrays.equals(bytes, answer.reply()));
    assertEquals("why", answer.failure());
    MetadataFeed.Ask ask = new MetadataFeed.Ask(1, 2, 3, 4, ref(MetadataFeed.Answer.class));
    assertEquals(ask, serialization.verifySerialization(ask, true));
    MetadataFeed.Nothing nothing = new MetadataFeed.Nothing(1, -1, 3);
    assertEquals(nothing, serialization.verifySerialization(nothing, true));
    MetadataFeed.Chunk chunk =
        serialization.verifySerialization(new MetadataFeed.Chunk(1, 2, 3, 4, 5, 6, bytes), false);
    assertTrue(Arrays.equals(bytes, chunk.bytes()));
    MetadataFeed.Entries entries =
        serialization.verifySerialization(
            new MetadataFeed.Entries(1, 2, 3, 4, List.of(bytes)), false);
    assertTrue(Arrays.equals(bytes, entries.entries().get(0)));
  }

  @Test
  public void noneIsLeftOut() {
    Set<Class<?>> local = Set.of(Controller.FoundDead.class, Controller.FoundNothing.class);
    Set<Class<?>> shown = messages().stream().map(Object::getClass).collect(Collectors.toSet());
    Set<Class<?>> all = new HashSet<>();
    for (Class<?> type : Controller.class.getDeclaredClasses()) {
      if (CborSerializable.class.isAssignableFrom(type)
          && type.isRecord()
          && !local.contains(type)) {
        all.add(type);
      }
    }
    assertEquals(all, shown);
  }
}

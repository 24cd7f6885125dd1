package milena.metadata;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import milena.metadata.BrokerDecisions.Beat;
import milena.metadata.BrokerDecisions.Candidate;
import milena.metadata.BrokerDecisions.Registration;
import milena.metadata.BrokerDecisions.Standing;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;
import org.junit.Test;
import org.scalatestplus.junit.JUnitSuite;

/** Who is registered, let in, shut out and let go. */
public class BrokerDecisionsTest extends JUnitSuite {
  private final BrokerDecisions decisions = new BrokerDecisions(new ElectionRules(1, false));
  private final ClusterImage two =
      Images.withTopic(Images.brokers(2), "t", Images.partition(1, 2), Images.partition(1));

  private static Candidate candidate(int id, int incarnation, Uuid directory, PreviousStop stop) {
    return new Candidate(
        id,
        new Uuid(77, incarnation),
        Optional.of("cluster"),
        Map.of(),
        Optional.empty(),
        List.of(directory),
        stop);
  }

  private static Beat beat(ClusterImage image, int id) {
    long epoch = image.brokers().get(id).epoch();
    return new Beat(id, epoch, image.lastSequence(), false, false, List.of());
  }

  private ClusterImage registered(ClusterImage image, Candidate candidate) {
    Decision<Registration> decision = decisions.register(image, candidate, false);
    assertTrue(decision.reply().outcome().ok());
    return Images.after(image, decision);
  }

  private ClusterImage letIn(ClusterImage image, int id) {
    Decision<Standing> decision = decisions.heartbeat(image, beat(image, id), Long.MAX_VALUE);
    assertFalse(decision.reply().fenced());
    return Images.after(image, decision);
  }

  @Test
  public void aNewBrokerStartsFencedUnderTheNumberOfItsEvent() {
    Decision<Registration> decision =
        decisions.register(two, candidate(3, 1, Images.directory(3), PreviousStop.LOSSY), false);
    ClusterImage image = Images.after(two, decision);
    assertEquals(image.lastSequence(), decision.reply().epoch());
    assertEquals(decision.reply().epoch(), image.brokers().get(3).epoch());
    assertTrue(image.brokers().get(3).fenced());
  }

  @Test
  public void aRetriedRegistrationGetsTheSameEpoch() {
    Candidate candidate = candidate(3, 1, Images.directory(3), PreviousStop.CLEAN);
    ClusterImage image = registered(two, candidate);
    Decision<Registration> again = decisions.register(image, candidate, true);
    assertTrue(again.events().isEmpty());
    assertEquals(image.brokers().get(3).epoch(), again.reply().epoch());
  }

  @Test
  public void strangersAreRefused() {
    Uuid own = Images.directory(1);
    assertRefused(Errors.DUPLICATE_BROKER_REGISTRATION, new Uuid(8, 8), 1, "cluster", true);
    assertRefused(Errors.INCONSISTENT_CLUSTER_ID, own, 1, "another", false);
    assertRefused(Errors.INVALID_REGISTRATION, own, 2, "cluster", false);
  }

  private void assertRefused(
      Errors error, Uuid directory, int id, String cluster, boolean earlierIsAlive) {
    Candidate candidate =
        new Candidate(
            id,
            new Uuid(77, 1),
            Optional.of(cluster),
            Map.of(),
            Optional.empty(),
            List.of(directory),
            PreviousStop.CLEAN);
    Decision<Registration> decision = decisions.register(two, candidate, earlierIsAlive);
    assertTrue(decision.events().isEmpty());
    assertEquals(error, decision.reply().outcome().toError());
  }

  @Test
  public void whoHasTheDirectoryReplacesAnIncarnationThatSeemsAlive() {
    Candidate candidate = candidate(1, 1, Images.directory(1), PreviousStop.PROCESS_CRASH);
    assertTrue(decisions.register(two, candidate, true).reply().outcome().ok());
  }

  @Test
  public void aRestartEndsEveryLeadershipAndMayBringItBack() {
    ClusterImage image =
        registered(two, candidate(1, 1, Images.directory(1), PreviousStop.PROCESS_CRASH));
    PartitionImage shared = image.topic("t").partition(0);
    PartitionImage alone = image.topic("t").partition(1);
    assertEquals(2, shared.leader());
    assertEquals(1, shared.leaderEpoch());
    assertFalse(alone.hasLeader());
    image = letIn(image, 1);
    alone = image.topic("t").partition(1);
    assertEquals(1, alone.leader());
    assertEquals(2, alone.leaderEpoch());
    assertEquals(List.of(1), alone.isr());
    assertEquals("2 goes on leading", 2, image.topic("t").partition(0).leader());
  }

  @Test
  public void aLossyRestartCountsNowhereButWhereNobodyElseIs() {
    ClusterImage image = registered(two, candidate(1, 1, Images.directory(1), PreviousStop.LOSSY));
    PartitionImage alone = image.topic("t").partition(1);
    assertEquals(List.of(), alone.isr());
    assertEquals(List.of(), alone.elr());
    assertEquals(1, alone.lastKnownLeader());
    assertEquals(1, letIn(image, 1).topic("t").partition(1).leader());
  }

  @Test
  public void aNewDirectoryIsInNoIsrAndLeadsNothing() {
    ClusterImage image =
        letIn(registered(two, candidate(1, 1, new Uuid(8, 8), PreviousStop.CLEAN)), 1);
    assertEquals(List.of(2), image.topic("t").partition(0).isr());
    assertFalse(image.topic("t").partition(1).hasLeader());
  }

  @Test
  public void aBrokerIsLetInWhenItHasSeenItsOwnRegistration() {
    ClusterImage image = registered(two, candidate(3, 1, Images.directory(3), PreviousStop.CLEAN));
    long epoch = image.brokers().get(3).epoch();
    Decision<Standing> early =
        decisions.heartbeat(
            image, new Beat(3, epoch, epoch - 1, false, false, List.of()), Long.MAX_VALUE);
    assertTrue(early.events().isEmpty());
    assertTrue(early.reply().fenced());
    assertFalse(early.reply().caughtUp());
    assertFalse(letIn(image, 3).brokers().get(3).fenced());
  }

  @Test
  public void oldEpochsAndUnknownBrokersAreToldSo() {
    Beat old = new Beat(1, 1, 0, false, false, List.of());
    Beat unknown = new Beat(9, 1, 0, false, false, List.of());
    assertEquals(
        Errors.STALE_BROKER_EPOCH, decisions.heartbeat(two, old, 0).reply().outcome().toError());
    assertEquals(
        Errors.BROKER_ID_NOT_REGISTERED,
        decisions.heartbeat(two, unknown, 0).reply().outcome().toError());
  }

  @Test
  public void whoStopsHandsOverFirstAndGoesWhenTheOthersKnow() {
    long epoch = two.brokers().get(1).epoch();
    Beat goodbye = new Beat(1, epoch, two.lastSequence(), false, true, List.of());
    Decision<Standing> first = decisions.heartbeat(two, goodbye, two.lastSequence());
    assertFalse(first.reply().mayShutDown());
    ClusterImage image = Images.after(two, first);
    assertTrue(image.brokers().get(1).stopping());
    assertEquals(2, image.topic("t").partition(0).leader());
    assertFalse(image.topic("t").partition(1).hasLeader());
    Decision<Standing> second = decisions.heartbeat(image, goodbye, image.lastSequence());
    assertTrue(second.reply().mayShutDown());
    assertTrue(Images.after(image, second).brokers().get(1).fenced());
  }

  @Test
  public void whoIsAloneMayGoAtOnce() {
    ClusterImage one = Images.withTopic(Images.brokers(1), "t", Images.partition(1));
    Beat goodbye = new Beat(1, 101, one.lastSequence(), false, true, List.of());
    Decision<Standing> decision = decisions.heartbeat(one, goodbye, Long.MAX_VALUE);
    assertTrue(decision.reply().mayShutDown());
    assertFalse(Images.after(one, decision).topic("t").partition(0).hasLeader());
  }

  @Test
  public void aFailedDirectoryLosesItsPartitionsAlone() {
    Beat failed = new Beat(1, 101, two.lastSequence(), false, false, List.of(Images.directory(1)));
    ClusterImage image = Images.after(two, decisions.heartbeat(two, failed, Long.MAX_VALUE));
    assertEquals(List.of(), image.brokers().get(1).directories());
    assertEquals(2, image.topic("t").partition(0).leader());
    assertFalse(image.topic("t").partition(1).hasLeader());
    assertTrue(decisions.heartbeat(image, failed, Long.MAX_VALUE).events().isEmpty());
  }

  @Test
  public void silenceEndsASession() {
    BrokerSessions sessions = new BrokerSessions(3_000, 10_000, -1);
    assertEquals(
        "a new controller gives all a full session", List.of(), sessions.expired(two, 12_999));
    sessions.heard(1, 101, 5, 12_000);
    assertEquals(List.of(two.brokers().get(2)), sessions.expired(two, 13_000));
    assertTrue(sessions.alive(two.brokers().get(1), 14_999));
    assertFalse(sessions.alive(two.brokers().get(1), 15_000));
    ClusterImage image = Images.after(two, decisions.fence(two, sessions.expired(two, 13_000)));
    assertTrue(image.brokers().get(2).fenced());
    assertEquals(List.of(1), image.topic("t").partition(0).isr());
    assertTrue(decisions.fence(image, List.of(two.brokers().get(2))).events().isEmpty());
  }

  @Test
  public void whoLedBeforeHasHalfASession() {
    BrokerSessions sessions = new BrokerSessions(3_000, 10_000, 2);
    assertEquals(List.of(), sessions.expired(two, 11_499));
    assertEquals(List.of(two.brokers().get(2)), sessions.expired(two, 11_500));
    sessions.heard(2, 102, 5, 11_500);
    assertEquals(List.of(), sessions.expired(two, 12_999));
  }

  @Test
  public void producerIdsAreGivenOnce() {
    Decision<ProducerIds.Block> first = ProducerIds.allocate(two, 1, 101);
    assertEquals(0, first.reply().first());
    ClusterImage image = Images.after(two, first);
    assertEquals(1000, ProducerIds.allocate(image, 2, 102).reply().first());
    assertEquals(
        Errors.STALE_BROKER_EPOCH, ProducerIds.allocate(image, 1, 100).reply().outcome().toError());
  }

  @Test
  public void aBrokerIsStruckOffTheList() {
    ClusterImage image = Images.withTopic(Images.brokers(2), "t", Images.partition(1, 2));
    Decision<milena.common.Outcome> gone = decisions.unregister(image, 1);
    ClusterImage after = Images.after(image, gone);
    assertEquals(null, after.brokers().get(1));
    PartitionImage partition = after.topic("t").partition(0);
    assertEquals(List.of(1, 2), partition.replicas());
    assertEquals(List.of(2), partition.isr());
    assertEquals(2, partition.leader());
    assertEquals(Errors.BROKER_ID_NOT_REGISTERED, decisions.unregister(after, 1).reply().toError());
  }

  /** Nothing that it may have lost while nobody knew of it is relied on. */
  @Test
  public void whoWasStruckOffAndLostItsDiskIsNotEligible() {
    ClusterImage image = Images.withTopic(Images.brokers(2), "t", Images.partition(1));
    image = Images.after(image, decisions.unregister(image, 1));
    assertEquals(List.of(1), image.topic("t").partition(0).elr());
    BrokerDecisions.Candidate wiped =
        new BrokerDecisions.Candidate(
            1,
            new Uuid(8, 8),
            Optional.empty(),
            Map.of(),
            Optional.empty(),
            List.of(new Uuid(8, 9)),
            PreviousStop.LOSSY);
    image = Images.after(image, decisions.register(image, wiped, false));
    assertEquals(List.of(), image.topic("t").partition(0).elr());
  }
}

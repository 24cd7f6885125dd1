package milena.kafka.api;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import java.util.Map;
import milena.broker.partition.PartitionView;
import milena.broker.partition.ReplicationThrottle;
import milena.broker.partition.ReplicationThrottles;
import milena.common.config.ConfigLayers;
import milena.common.config.ThrottleConfig;
import milena.common.config.ThrottledReplicas;
import milena.metadata.ClusterImage;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.After;
import org.junit.Test;
import org.pcollections.HashTreePMap;
import org.scalatestplus.junit.JUnitSuite;

/**
 * Whom a leader's throttle holds back: followers of throttled replicas, unless they are in sync.
 */
public class FetchAudienceTest extends JUnitSuite {
  private static final int IN_SYNC = LocalTopics.BROKER;
  private static final int BEHIND = 7;

  private final LocalTopics topics = new LocalTopics();
  private long nowMs;
  private final ReplicationThrottles throttles =
      new ReplicationThrottles(
          LocalTopics.BROKER, ThrottleConfig.of(ConfigLayers.of(Map.of())), () -> nowMs);

  @After
  public void close() {
    topics.close();
  }

  private PartitionView host(String replicas) {
    topics.topic("t", 2);
    throttle(100, replicas);
    return topics.host("t", 1).view();
  }

  private void throttle(long bytesPerSecond, String replicas) {
    ClusterImage image = topics.partitions().image();
    throttles.change(
        new ClusterImage(
            2,
            image.clusterId(),
            image.brokers(),
            image.topics(),
            image.topicIds(),
            image
                .configs()
                .plus(
                    new ConfigResource(ConfigResource.Type.TOPIC, "t"),
                    HashTreePMap.singleton(ThrottledReplicas.LEADERS, replicas)),
            0),
        ThrottleConfig.of(
            ConfigLayers.of(Map.of("leader.replication.throttled.rate", "" + bytesPerSecond))));
  }

  private FetchAudience follower(int id) {
    return FetchAudience.follower(id, false, throttles.leaders());
  }

  private boolean isHeldBack(int follower, PartitionView view) {
    return follower(follower).isHeldBack(topics.partitions(), view);
  }

  @Test
  public void onlyWhoIsNotInSyncWaitsAndOnlyForAWhile() {
    PartitionView view = host("1:0,0:5");
    assertFalse(isHeldBack(BEHIND, view));
    follower(BEHIND).given(500);
    assertTrue(isHeldBack(BEHIND, view));
    assertFalse(isHeldBack(IN_SYNC, view));
    nowMs = 4_000;
    assertTrue(isHeldBack(BEHIND, view));
    nowMs = 5_000;
    assertFalse(isHeldBack(BEHIND, view));
  }

  @Test
  public void whatOneInSyncIsGivenCounts() {
    PartitionView view = host("*");
    assertTrue(follower(IN_SYNC).isThrottled(view));
    follower(IN_SYNC).given(500);
    assertTrue(isHeldBack(BEHIND, view));
    assertEquals("asks again after a second", 1_000, throttles.leaders().waitMs());
  }

  @Test
  public void replicasOfOthersAndConsumersAreNotThrottled() {
    PartitionView view = host("1:5,0:0");
    follower(BEHIND).given(500);
    assertFalse(isHeldBack(BEHIND, view));
    throttle(100, "*");
    assertTrue(isHeldBack(BEHIND, view));
    assertFalse(FetchAudience.consumer(true, "").isHeldBack(topics.partitions(), view));
  }

  @Test
  public void aThrottleThatIsLiftedHoldsNobodyBack() {
    PartitionView view = host("*");
    follower(BEHIND).given(500);
    throttle(Long.MAX_VALUE, "*");
    assertFalse(isHeldBack(BEHIND, view));
    throttle(100, "");
    assertFalse(isHeldBack(BEHIND, view));
    assertEquals(0, ReplicationThrottle.off().waitMs());
  }
}

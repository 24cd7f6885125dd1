package milena.testing;

import static org.junit.Assert.assertTrue;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import milena.testkit.MilenaCluster;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponsePartition;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponseTopic;
import org.apache.kafka.common.protocol.Errors;

/** What each broker knows by itself: a client that is given them all asks whichever it likes. */
public final class EachBroker {
  private static final Duration LIMIT = Duration.ofMinutes(3);
  private static final long PAUSE_NANOS = Duration.ofMillis(5).toNanos();
  private static final int METADATA_VERSION = 12;

  private EachBroker() {}

  /**
   * Waits until all brokers of a cluster whose nodes all run know a topic: a tool that any of them
   * may be asked by gives up where that one has not heard of it yet.
   */
  public static void awaitTopic(MilenaCluster cluster, String topic) throws IOException {
    for (String server : cluster.bootstrapServers().split(",")) {
      long deadline = System.nanoTime() + LIMIT.toNanos();
      while (ask(server, topic).errorCode() != Errors.NONE.code()) {
        assertTrue(server + " never hears of " + topic, System.nanoTime() < deadline);
        LockSupport.parkNanos(PAUSE_NANOS);
      }
    }
  }

  /** The node that controls a cluster; while nobody does, as in an election, this waits. */
  public static int controller(MilenaCluster cluster) {
    long deadline = System.nanoTime() + LIMIT.toNanos();
    int controller = cluster.controllerId();
    while (controller < 0) {
      assertTrue("nobody controls it", System.nanoTime() < deadline);
      LockSupport.parkNanos(PAUSE_NANOS);
      controller = cluster.controllerId();
    }
    return controller;
  }

  /** Who leads partitions of a topic, in as many ways as brokers tell it. */
  public static Set<Set<Integer>> leaders(MilenaCluster cluster, String topic) throws IOException {
    Set<Set<Integer>> told = new HashSet<>();
    for (String server : cluster.bootstrapServers().split(",")) {
      told.add(
          ask(server, topic).partitions().stream()
              .map(MetadataResponsePartition::leaderId)
              .collect(Collectors.toSet()));
    }
    return told;
  }

  private static MetadataResponseTopic ask(String server, String topic) throws IOException {
    int colon = server.lastIndexOf(':');
    InetSocketAddress address =
        new InetSocketAddress(
            server.substring(0, colon), Integer.parseInt(server.substring(colon + 1)));
    MetadataRequestData request =
        new MetadataRequestData()
            .setAllowAutoTopicCreation(false)
            .setTopics(List.of(new MetadataRequestData.MetadataRequestTopic().setName(topic)));
    try (WireClient client = new WireClient(address)) {
      return client
          .call(MetadataResponseData.class, request, METADATA_VERSION)
          .topics()
          .iterator()
          .next();
    }
  }
}

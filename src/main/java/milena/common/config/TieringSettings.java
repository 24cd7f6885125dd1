package milena.common.config;

import static milena.common.config.Setting.flag;
import static milena.common.config.Setting.integer;
import static milena.common.config.Setting.real;
import static milena.common.config.Setting.text;
import static milena.common.config.Setting.wide;

import java.util.List;
import java.util.stream.Stream;
import org.apache.kafka.common.config.ConfigDef.NonEmptyString;

/** Tiered storage, which Milena does not have: to switch it on is refused, the rest is moot. */
final class TieringSettings {
  private static final String WHY = "there is no tiered storage";

  private TieringSettings() {}

  static List<Setting> all() {
    return Stream.concat(
            Stream.of(
                flag("remote.log.storage.system.enable", false)
                    .refused(WHY)
                    .doc("Whether old segments move to a remote store.")),
            Stream.of(plugins(), work(), limits())
                .flatMap(List::stream)
                .map(setting -> setting.idle(WHY)))
        .toList();
  }

  private static List<Setting> plugins() {
    String storage = "remote.log.storage.manager.";
    String metadata = "remote.log.metadata.manager.";
    NonEmptyString named = new NonEmptyString();
    return List.of(
        text(storage + "class.name", null).valid(named).doc("The store's plug-in."),
        text(storage + "class.path", null).doc("Where that plug-in lies."),
        text(storage + "impl.prefix", "rsm.config.").valid(named).doc("Prefix of its settings."),
        text(
                metadata + "class.name",
                "org.apache.kafka.server.log.remote.metadata.storage"
                    + ".TopicBasedRemoteLogMetadataManager")
            .valid(named)
            .doc("The plug-in that knows what the store holds."),
        text(metadata + "class.path", null).doc("Where that plug-in lies."),
        text(metadata + "impl.prefix", "rlmm.config.").valid(named).doc("Prefix of its settings."),
        text(metadata + "listener.name", null).valid(named).doc("The listener that it dials."));
  }

  private static List<Setting> work() {
    String tasks = "remote.log.manager.";
    return List.of(
        integer(tasks + "thread.pool.size", 2).atLeast(1).doc("Threads of tiering."),
        integer(tasks + "copier.thread.pool.size", 10)
            .atLeast(1)
            .clusterWide()
            .doc("Threads that copy segments."),
        integer(tasks + "expiration.thread.pool.size", 10)
            .atLeast(1)
            .clusterWide()
            .doc("Threads that delete expired segments."),
        integer(tasks + "follower.thread.pool.size", 2)
            .atLeast(1)
            .clusterWide()
            .doc("Threads that follow what leaders have copied."),
        wide(tasks + "task.interval.ms", 30_000L).atLeast(1).low().doc("How often tasks run."),
        wide(tasks + "task.retry.backoff.ms", 500L)
            .atLeast(1)
            .low()
            .internal()
            .doc("The pause after a failed task."),
        wide(tasks + "task.retry.backoff.max.ms", 30_000L)
            .atLeast(1)
            .low()
            .internal()
            .doc("The longest such pause."),
        real(tasks + "task.retry.jitter", 0.2)
            .between(0, 0.5)
            .low()
            .internal()
            .doc("By how much such pauses are spread."),
        integer("remote.log.reader.threads", 10)
            .atLeast(1)
            .clusterWide()
            .doc("Threads that read from the store."),
        integer("remote.log.reader.max.pending.tasks", 100)
            .atLeast(1)
            .doc("How many reads may wait for them."));
  }

  private static List<Setting> limits() {
    String quota = "remote.log.manager.";
    return List.of(
        wide(quota + "copy.max.bytes.per.second", Long.MAX_VALUE)
            .atLeast(1)
            .clusterWide()
            .doc("How fast segments are copied."),
        integer(quota + "copy.quota.window.num", 11).atLeast(1).doc("Samples of that measure."),
        integer(quota + "copy.quota.window.size.seconds", 1).atLeast(1).doc("A sample's length."),
        wide(quota + "fetch.max.bytes.per.second", Long.MAX_VALUE)
            .atLeast(1)
            .clusterWide()
            .doc("How fast the store is read."),
        integer(quota + "fetch.quota.window.num", 11).atLeast(1).doc("Samples of that measure."),
        integer(quota + "fetch.quota.window.size.seconds", 1).atLeast(1).doc("A sample's length."),
        wide("remote.log.index.file.cache.total.size.bytes", 1L << 30)
            .atLeast(1)
            .clusterWide()
            .low()
            .doc("How much disk the copies of remote indexes may take."),
        wide("remote.log.index.file.cache.ttl.ms", 900_000L)
            .atLeast(-1)
            .low()
            .internal()
            .doc("How long such a copy is kept unused."),
        integer("remote.log.metadata.custom.metadata.max.bytes", 128)
            .atLeast(0)
            .low()
            .doc("How much the store may note about a segment."),
        integer("remote.fetch.max.wait.ms", 500)
            .atLeast(1)
            .clusterWide()
            .doc("How long a fetch waits for the store."),
        wide("remote.list.offsets.request.timeout.ms", 30_000L)
            .atLeast(1)
            .clusterWide()
            .doc("How long an offset look-up waits for the store."),
        wide("log.local.retention.ms", -2L)
            .atLeast(-2)
            .clusterWide()
            .doc("How long tiered segments stay here too; -2 follows log.retention.ms."),
        wide("log.local.retention.bytes", -2L)
            .atLeast(-2)
            .clusterWide()
            .doc("How much of a tiered log stays here too; -2 follows log.retention.bytes."));
  }
}

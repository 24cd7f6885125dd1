package milena.common.config;

import static milena.common.config.Setting.flag;
import static milena.common.config.Setting.integer;
import static milena.common.config.Setting.list;
import static milena.common.config.Setting.real;
import static milena.common.config.Setting.text;
import static milena.common.config.Setting.type;
import static milena.common.config.Setting.wide;

import java.util.List;
import org.apache.kafka.common.config.ConfigDef.Validator;
import org.apache.kafka.common.config.ConfigException;

/** The logs' broker-wide defaults and upkeep, and what new topics get. */
final class LogSettings {
  private static final String POLICY = "plug-ins are not loaded";

  /** Zlib's own default, or one of its levels. */
  static final Validator GZIP_LEVEL =
      (name, value) -> {
        int level = (Integer) value;
        if (level != -1 && (level < 1 || level > 9)) {
          throw new ConfigException(name, value, "Value must be between 1 and 9 or equal to -1");
        }
      };

  private LogSettings() {}

  static List<Setting> all() {
    return List.of(
        integer("num.partitions", 1)
            .atLeast(1)
            .doc("Partitions of a topic that was created without saying how many."),
        flag("auto.create.topics.enable", true)
            .high()
            .doc("Whether a topic is created when a client first asks for it."),
        flag("delete.topic.enable", true).high().doc("Whether topics may be deleted."),
        type("create.topic.policy.class.name", null)
            .low()
            .refused(POLICY)
            .doc("The plug-in that is asked before a topic is created."),
        type("alter.config.policy.class.name", null)
            .low()
            .refused(POLICY)
            .doc("The plug-in that is asked before a setting is changed."),
        integer("message.max.bytes", 1024 * 1024 + 12)
            .atLeast(0)
            .clusterWide()
            .high()
            .doc("The largest record batch that is accepted, as compressed."),
        text("compression.type", "producer")
            .oneOf("uncompressed", "zstd", "lz4", "snappy", "gzip", "producer")
            .clusterWide()
            .high()
            .doc("How batches are compressed in the log; producer leaves them as they came."),
        integer("compression.gzip.level", -1)
            .valid(GZIP_LEVEL)
            .clusterWide()
            .doc("The level of gzip where the broker compresses."),
        integer("compression.lz4.level", 9)
            .between(1, 17)
            .clusterWide()
            .doc("The level of lz4 where the broker compresses."),
        integer("compression.zstd.level", 3)
            .between(-131072, 22)
            .clusterWide()
            .doc("The level of zstd where the broker compresses."),
        integer("log.segment.bytes", 1 << 30)
            .atLeast(1024 * 1024)
            .clusterWide()
            .high()
            .doc("The size at which a log goes on in a new segment file."),
        wide("log.roll.ms", null)
            .clusterWide()
            .high()
            .doc("The age at which a log goes on in a new segment; log.roll.hours where not set."),
        integer("log.roll.hours", 168)
            .atLeast(1)
            .high()
            .doc("The same age in hours; log.roll.ms goes before it."),
        wide("log.roll.jitter.ms", null)
            .clusterWide()
            .high()
            .doc("By how much the age is shortened at most; log.roll.jitter.hours where not set."),
        integer("log.roll.jitter.hours", 0)
            .atLeast(0)
            .high()
            .doc("The same in hours; log.roll.jitter.ms goes before it."),
        wide("log.retention.ms", null)
            .clusterWide()
            .high()
            .doc("How long records are kept, -1 for ever; log.retention.minutes where not set."),
        integer("log.retention.minutes", null)
            .high()
            .doc("The same in minutes; log.retention.ms goes before it."),
        integer("log.retention.hours", 168)
            .high()
            .doc("The same in hours; the two finer settings go before it."),
        wide("log.retention.bytes", -1L)
            .clusterWide()
            .high()
            .doc("How large a partition's log may grow before its oldest segments go; -1: any."),
        wide("log.retention.check.interval.ms", 300_000L)
            .atLeast(1)
            .doc("How often the logs are looked through for segments to delete."),
        integer("log.index.size.max.bytes", 10 * 1024 * 1024)
            .atLeast(4)
            .clusterWide()
            .doc("The size of a segment's offset index at which the segment is rolled."),
        integer("log.index.interval.bytes", 4096)
            .atLeast(0)
            .clusterWide()
            .doc("How many bytes of records lie between two index entries."),
        wide("log.flush.interval.messages", Long.MAX_VALUE)
            .atLeast(1)
            .clusterWide()
            .high()
            .doc("How many records may be written before they are forced to disk."),
        wide("log.flush.interval.ms", null)
            .clusterWide()
            .high()
            .doc(
                "How long records may wait before they are forced to disk;"
                    + " log.flush.scheduler.interval.ms where not set."),
        wide("log.flush.scheduler.interval.ms", Long.MAX_VALUE)
            .high()
            .doc("How often the logs are looked through for records to force to disk."),
        integer("log.flush.offset.checkpoint.interval.ms", 60_000)
            .atLeast(0)
            .high()
            .doc("How often the recovery points are written down."),
        integer("log.flush.start.offset.checkpoint.interval.ms", 60_000)
            .atLeast(0)
            .high()
            .doc("How often the log start offsets are written down."),
        wide("log.segment.delete.delay.ms", 60_000L)
            .atLeast(0)
            .clusterWide()
            .high()
            .doc("How long a deleted segment's file stays on disk."),
        wide("log.initial.task.delay.ms", 30_000L)
            .atLeast(0)
            .low()
            .internal()
            .idle("upkeep starts with the partitions")
            .doc("The pause between start-up and the first upkeep."),
        wide("log.dir.failure.timeout.ms", 30_000L)
            .atLeast(1)
            .low()
            .idle("a failed directory is told at once")
            .doc("How long a broker may fail to tell of a failed directory before it stops."),
        flag("log.preallocate", false)
            .clusterWide()
            .idle("segment files grow as they are written, which file systems of today do well")
            .doc("Whether a segment's file is made at its full size."),
        list("log.cleanup.policy", "delete")
            .oneOf("compact", "delete")
            .clusterWide()
            .doc("What becomes of old records: deleted by age and size, compacted by key, both."),
        text("log.message.timestamp.type", "CreateTime")
            .oneOf("CreateTime", "LogAppendTime")
            .clusterWide()
            .doc("Whether records carry the producer's time or the broker's."),
        wide("log.message.timestamp.before.max.ms", Long.MAX_VALUE)
            .atLeast(0)
            .clusterWide()
            .doc("How far a record's timestamp may lie behind the broker's clock."),
        wide("log.message.timestamp.after.max.ms", 3_600_000L)
            .atLeast(0)
            .clusterWide()
            .doc("How far a record's timestamp may lie ahead of the broker's clock."),
        flag("log.cleaner.enable", true).doc("Whether compacted topics are compacted at all."),
        integer("log.cleaner.threads", 1)
            .atLeast(0)
            .clusterWide()
            .doc("How many logs are compacted at a time."),
        wide("log.cleaner.dedupe.buffer.size", 128L * 1024 * 1024)
            .clusterWide()
            .doc("The memory that the key maps of all compactions may take together."),
        integer("log.cleaner.io.buffer.size", 512 * 1024)
            .atLeast(0)
            .clusterWide()
            .idle("a compaction reads and writes in pieces of a fixed size, up to 1 MiB")
            .doc("The buffers of all compactions together."),
        real("log.cleaner.io.buffer.load.factor", 0.9)
            .clusterWide()
            .doc("How full a compaction's key map may become."),
        real("log.cleaner.io.max.bytes.per.second", Double.MAX_VALUE)
            .clusterWide()
            .doc("How fast compactions may read and write together."),
        wide("log.cleaner.backoff.ms", 15_000L)
            .atLeast(0)
            .clusterWide()
            .doc("How long compaction rests when there is nothing to compact."),
        real("log.cleaner.min.cleanable.ratio", 0.5)
            .between(0, 1)
            .clusterWide()
            .doc("The share of a log that must be new before it is compacted again."),
        wide("log.cleaner.delete.retention.ms", 86_400_000L)
            .atLeast(0)
            .clusterWide()
            .doc("How long a deletion's marker stays in a compacted log."),
        wide("log.cleaner.min.compaction.lag.ms", 0L)
            .atLeast(0)
            .clusterWide()
            .doc("How long a record stays uncompacted at least."),
        wide("log.cleaner.max.compaction.lag.ms", Long.MAX_VALUE)
            .atLeast(1)
            .clusterWide()
            .doc("How long a record stays uncompacted at most."),
        integer("num.recovery.threads.per.data.dir", 2)
            .atLeast(1)
            .clusterWide()
            .high()
            .idle("logs are opened by their actors, as many at a time as there are threads")
            .doc("Threads that open a directory's logs at the start."),
        integer("num.replica.alter.log.dirs.threads", null)
            .high()
            .idle("moving replicas between directories is not served yet")
            .doc("Threads that move replicas between directories."));
  }
}

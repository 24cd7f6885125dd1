package milena.chaos;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import milena.chaos.Finding.Kind;
import org.apache.kafka.common.TopicPartition;

/**
 * What clients were told, and whether it fits together, in the manner of Jepsen's workload for
 * Kafka. Records are numbers that are sent once each ({@link #value}). All that contradicts is
 * noted at once where that can be, the rest by {@link #finish} after all partitions were read in
 * the end.
 *
 * <p>May be told by any thread. What it keeps is a few words for each record.
 */
final class History {
  private static final int PRODUCER_SHIFT = 44;
  private static final int FINDINGS_MAX = 200;

  private record Place(String group, TopicPartition partition) {}

  private record Reader(String member, TopicPartition partition) {}

  private record Gap(String who, TopicPartition partition, long from, long to) {}

  private final Map<TopicPartition, Partition> partitions = new HashMap<>();
  private final Map<Place, BitSet> delivered = new HashMap<>();
  private final Map<Place, Long> committed = new HashMap<>();
  private final Map<Reader, Long> positions = new HashMap<>();
  private final Map<Reader, Long> promised = new HashMap<>();
  private final List<Gap> gaps = new ArrayList<>();
  private final Set<String> groups = new HashSet<>();
  private final List<Finding> findings = new ArrayList<>();
  private long acknowledged;
  private long polled;
  private long commits;

  /** The record that a producer sends as its n-th; producers are numbered from 1. */
  static long value(int producer, long n) {
    return ((long) producer << PRODUCER_SHIFT) | n;
  }

  private static String name(long value) {
    return value == 0
        ? "nothing"
        : "record %d of producer %d"
            .formatted(value & ((1L << PRODUCER_SHIFT) - 1), value >>> PRODUCER_SHIFT);
  }

  /** A producer was told that its record is at this offset. */
  synchronized void acknowledged(TopicPartition at, long offset, long value) {
    acknowledged++;
    Partition partition = partition(at);
    saw(at, partition, offset, value, "acknowledged");
    partition.acknowledged.set((int) offset);
    partition.acknowledgements++;
  }

  /** A member of a group was given partitions: it goes on where the group has committed. */
  synchronized void assigned(String group, String member, List<TopicPartition> to) {
    groups.add(group);
    for (TopicPartition at : to) {
      Reader reader = new Reader(member, at);
      positions.remove(reader);
      promised.put(reader, committed.getOrDefault(new Place(group, at), 0L));
    }
  }

  /** A member of a group was given a record. */
  synchronized void polled(
      String group, String member, TopicPartition at, long offset, long value) {
    polled++;
    Partition partition = partition(at);
    saw(at, partition, offset, value, "read");
    partition.read.set((int) offset);
    delivered.computeIfAbsent(new Place(group, at), p -> new BitSet()).set((int) offset);
    Reader reader = new Reader(member, at);
    Long position = positions.put(reader, offset + 1);
    if (position == null) {
      long from = promised.getOrDefault(reader, 0L);
      if (offset < from) {
        found(
            Kind.COMMIT_FORGOTTEN,
            "%s of %s begins %s at %d, committed was %d"
                .formatted(member, group, at, offset, from));
      }
    } else if (offset < position) {
      found(
          Kind.BACKWARDS,
          "%s is given %s at %d after %d".formatted(member, at, offset, position - 1));
    } else if (offset > position) {
      gaps.add(new Gap(member, at, position, offset));
    }
  }

  /** A group was told that its position is committed. */
  synchronized void committed(String group, TopicPartition at, long offset) {
    commits++;
    committed.merge(new Place(group, at), offset, Math::max);
  }

  /** Anything else that must not be. */
  synchronized void found(Kind kind, String what) {
    if (findings.size() < FINDINGS_MAX) {
      findings.add(new Finding(kind, what));
    }
  }

  private Partition partition(TopicPartition at) {
    return partitions.computeIfAbsent(at, p -> new Partition());
  }

  private void saw(TopicPartition at, Partition partition, long offset, long value, String how) {
    long before = partition.values.get(offset);
    if (before == 0) {
      partition.values.set(offset, value);
    } else if (before != value) {
      found(
          Kind.INCONSISTENT_OFFSET,
          "%s at %d is %s as %s, and was %s".formatted(at, offset, name(value), how, name(before)));
    }
  }

  /** How many records of the partition were acknowledged so far. */
  synchronized long acknowledgements(TopicPartition at) {
    return partition(at).acknowledgements;
  }

  /** How many different records of the partition the group was given so far. */
  synchronized long deliveries(String group, TopicPartition at) {
    return delivered.getOrDefault(new Place(group, at), new BitSet()).cardinality();
  }

  synchronized long acknowledgements() {
    return acknowledged;
  }

  synchronized long polls() {
    return polled;
  }

  synchronized long commits() {
    return commits;
  }

  synchronized List<Finding> findings() {
    return List.copyOf(findings);
  }

  /** One record of what a partition holds in the end, read in order. */
  synchronized void inTheEnd(TopicPartition at, long offset, long value) {
    partition(at).last.set(offset, value);
  }

  /** Compares what was said with what is there in the end. */
  synchronized List<Finding> finish() {
    partitions.forEach(this::compare);
    partitions.forEach(this::inOrderAndOnce);
    for (Gap gap : gaps) {
      Values last = partition(gap.partition()).last;
      for (long offset = gap.from(); offset < gap.to(); offset++) {
        if (last.get(offset) != 0) {
          found(
              Kind.SKIPPED,
              "%s jumps over %s from %d to %d"
                  .formatted(gap.who(), gap.partition(), gap.from(), gap.to()));
          break;
        }
      }
    }
    for (String group : groups) {
      partitions.forEach((at, partition) -> allDelivered(group, at, partition));
    }
    return List.copyOf(findings);
  }

  private void compare(TopicPartition at, Partition partition) {
    Set<Long> held = new HashSet<>();
    for (long offset = 0; offset < partition.last.end(); offset++) {
      held.add(partition.last.get(offset));
    }
    for (long offset = 0; offset < partition.values.end(); offset++) {
      long said = partition.values.get(offset);
      long there = partition.last.get(offset);
      if (said == 0 || said == there) {
        continue;
      }
      String what = "%s at %d was %s, is %s".formatted(at, offset, name(said), name(there));
      if (partition.acknowledged.get((int) offset)) {
        found(held.contains(said) ? Kind.INCONSISTENT_OFFSET : Kind.LOST, what);
      }
      if (partition.read.get((int) offset)) {
        found(Kind.VANISHED, what);
      }
    }
  }

  private void inOrderAndOnce(TopicPartition at, Partition partition) {
    Map<Long, Long> latest = new HashMap<>();
    Map<Long, Long> held = new HashMap<>();
    for (long offset = 0; offset < partition.last.end(); offset++) {
      long value = partition.last.get(offset);
      if (value == 0) {
        continue;
      }
      Long first = held.putIfAbsent(value, offset);
      if (first != null) {
        found(
            Kind.DUPLICATE,
            "%s has %s at %d and again at %d".formatted(at, name(value), first, offset));
        continue;
      }
      Long before = latest.put(value >>> PRODUCER_SHIFT, value);
      if (before != null && before > value) {
        found(
            Kind.DISORDER,
            "%s has %s at %d, after %s".formatted(at, name(value), offset, name(before)));
      }
    }
  }

  private void allDelivered(String group, TopicPartition at, Partition partition) {
    BitSet got = delivered.getOrDefault(new Place(group, at), new BitSet());
    for (long offset = 0; offset < partition.last.end(); offset++) {
      if (partition.last.get(offset) != 0 && !got.get((int) offset)) {
        found(
            Kind.SKIPPED,
            "%s was never given %s at %d (%s), of %d it got %d"
                .formatted(
                    group,
                    at,
                    offset,
                    name(partition.last.get(offset)),
                    partition.last.end(),
                    got.cardinality()));
        return;
      }
    }
  }

  /** What is known of a partition; offsets are small enough for an int in any run. */
  private static final class Partition {
    final Values values = new Values();
    final Values last = new Values();
    final BitSet acknowledged = new BitSet();
    final BitSet read = new BitSet();
    long acknowledgements;
  }

  /** Numbers by offset, 0 for none. */
  private static final class Values {
    private long[] all = new long[1024];
    private int end;

    long get(long offset) {
      return offset < end ? all[(int) offset] : 0;
    }

    void set(long offset, long value) {
      int at = Math.toIntExact(offset);
      if (at >= all.length) {
        all = Arrays.copyOf(all, Math.max(at + 1, all.length * 2));
      }
      all[at] = value;
      end = Math.max(end, at + 1);
    }

    long end() {
      return end;
    }
  }
}

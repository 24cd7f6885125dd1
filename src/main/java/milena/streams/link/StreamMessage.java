package milena.streams.link;

import akka.actor.typed.ActorRef;
import akka.util.ByteString;

/**
 * What travels between a program's link and a broker's gateway. Both kinds carry a request or an
 * answer as {@link Payloads} writes it, cut into parts that fit the frames of Akka's remoting; the
 * parts of one come one behind another.
 */
public sealed interface StreamMessage {
  /** Bytes of one part: well below {@code maximum-large-frame-size}. */
  int PART_BYTES = 1024 * 1024;

  /** Parts of one request or answer: what has more would not fit any memory. */
  int PARTS_MAX = 2048;

  /** Chosen by who asks, and unique among what it asks. */
  long id();

  /** Counts from 0. */
  int part();

  /** How many parts there are; at least 1. */
  int parts();

  ByteString bytes();

  /** A part of a request. */
  record Ask(long id, ActorRef<StreamMessage> replyTo, int part, int parts, ByteString bytes)
      implements StreamMessage {}

  /** A part of an answer. */
  record Answer(long id, int part, int parts, ByteString bytes) implements StreamMessage {}

  /** How many parts these bytes make. */
  static int partsOf(ByteString bytes) {
    return Math.max(1, (bytes.size() + PART_BYTES - 1) / PART_BYTES);
  }

  /** One of the parts. */
  static ByteString part(ByteString bytes, int part) {
    return bytes.size() <= PART_BYTES
        ? bytes
        : bytes.slice(part * PART_BYTES, Math.min(bytes.size(), (part + 1) * PART_BYTES));
  }
}

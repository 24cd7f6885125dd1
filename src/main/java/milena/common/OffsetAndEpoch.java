package milena.common;

/** An offset and the leader epoch in which it was (or would be) written; epoch -1 when unknown. */
public record OffsetAndEpoch(long offset, int leaderEpoch) {}

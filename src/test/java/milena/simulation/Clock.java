package milena.simulation;

/** A clock that began anywhere and is a little fast or slow. */
final class Clock {
  private final Happenings happenings;
  private final long began;
  private final double rate;

  /**
   * @param rate how much of its time passes in the time of the world
   */
  Clock(Happenings happenings, long began, double rate) {
    this.happenings = happenings;
    this.began = began;
    this.rate = rate;
  }

  long nowMs() {
    return began + (long) (happenings.nowMs() * rate);
  }

  /** How much of the world's time passes in so much of its own. */
  long worldMs(long ms) {
    return Math.max(1, (long) (ms / rate));
  }
}

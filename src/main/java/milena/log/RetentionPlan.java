package milena.log;

/** Which of a log's oldest segments are to go, and why; empty when none is. */
public record RetentionPlan(int segmentCount, String reason) {
  public boolean isEmpty() {
    return segmentCount == 0;
  }
}

package milena.chaos;

import static org.junit.Assert.assertEquals;

import java.util.List;
import milena.chaos.Finding.Kind;
import org.apache.kafka.common.TopicPartition;
import org.junit.Test;
import org.scalatestplus.junit.JUnitSuite;

/** A good history has no findings; each made-up bad one has its own. */
public class HistoryTest extends JUnitSuite {
  private static final TopicPartition P = new TopicPartition("t", 0);

  private final History history = new History();

  /** Producer 1's records 1, 2 and 3 were acknowledged at the offsets 0, 1 and 2. */
  private void threeAcknowledged() {
    for (int n = 1; n <= 3; n++) {
      history.acknowledged(P, n - 1, History.value(1, n));
    }
  }

  private void inTheEnd(long... numbersOfProducer1) {
    for (int offset = 0; offset < numbersOfProducer1.length; offset++) {
      history.inTheEnd(P, offset, History.value(1, numbersOfProducer1[offset]));
    }
  }

  private void polls(String member, long... offsets) {
    for (long offset : offsets) {
      history.polled("g", member, P, offset, History.value(1, offset + 1));
    }
  }

  private void finds(Kind... kinds) {
    assertEquals(List.of(kinds), history.finish().stream().map(Finding::kind).toList());
  }

  @Test
  public void aGoodHistoryHasNothingToFind() {
    threeAcknowledged();
    history.assigned("g", "a", List.of(P));
    polls("a", 0, 1);
    history.committed("g", P, 1);
    history.assigned("g", "b", List.of(P));
    polls("b", 1, 2, 3);
    inTheEnd(1, 2, 3, 4); // the fourth was never acknowledged, which promises nothing
    finds();
  }

  @Test
  public void anAcknowledgedRecordIsLost() {
    threeAcknowledged();
    inTheEnd(1, 2);
    finds(Kind.LOST);
  }

  @Test
  public void anotherRecordIsWhereOneWasAcknowledged() {
    threeAcknowledged();
    inTheEnd(1, 2, 4);
    finds(Kind.LOST);
  }

  @Test
  public void anAcknowledgedRecordHasMoved() {
    history.acknowledged(P, 0, History.value(1, 1));
    history.inTheEnd(P, 0, History.value(2, 1));
    history.inTheEnd(P, 1, History.value(1, 1));
    finds(Kind.INCONSISTENT_OFFSET);
  }

  @Test
  public void anOffsetNamesTwoRecords() {
    threeAcknowledged();
    history.acknowledged(P, 2, History.value(2, 1));
    inTheEnd(1, 2, 3);
    finds(Kind.INCONSISTENT_OFFSET);
  }

  @Test
  public void aRecordIsThereTwice() {
    threeAcknowledged();
    inTheEnd(1, 2, 3, 2);
    finds(Kind.DUPLICATE);
  }

  @Test
  public void recordsAreOutOfOrder() {
    inTheEnd(1, 3, 2);
    finds(Kind.DISORDER);
  }

  @Test
  public void whatWasReadIsGone() {
    history.assigned("g", "a", List.of(P));
    polls("a", 0, 1, 2);
    inTheEnd(1, 2);
    finds(Kind.VANISHED);
  }

  @Test
  public void aConsumerGoesBack() {
    history.assigned("g", "a", List.of(P));
    polls("a", 0, 1, 1, 2);
    inTheEnd(1, 2, 3);
    finds(Kind.BACKWARDS);
  }

  @Test
  public void aConsumerJumpsOverRecordsThatAnotherHasRead() {
    history.assigned("g", "a", List.of(P));
    polls("a", 0, 1, 2);
    history.assigned("g", "b", List.of(P));
    polls("b", 0, 2);
    inTheEnd(1, 2, 3);
    finds(Kind.SKIPPED);
  }

  @Test
  public void aGroupIsNeverGivenARecord() {
    history.assigned("g", "a", List.of(P));
    polls("a", 0);
    history.committed("g", P, 2);
    history.assigned("g", "b", List.of(P));
    polls("b", 2);
    inTheEnd(1, 2, 3);
    finds(Kind.SKIPPED);
  }

  @Test
  public void aGroupForgetsWhatItCommitted() {
    history.assigned("g", "a", List.of(P));
    polls("a", 0, 1, 2);
    history.committed("g", P, 3);
    history.assigned("g", "b", List.of(P));
    polls("b", 1, 2);
    inTheEnd(1, 2, 3);
    finds(Kind.COMMIT_FORGOTTEN);
  }
}

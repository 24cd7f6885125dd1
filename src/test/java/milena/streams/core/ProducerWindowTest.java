package milena.streams.core;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNull;
import static org.junit.Assert.assertTrue;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import milena.streams.core.ProducerWindow.Entry;
import milena.streams.core.ProducerWindow.Verdict;
import milena.streams.link.WriteAnswer;
import milena.testing.SeedRule;
import org.apache.kafka.common.protocol.Errors;
import org.junit.Rule;
import org.junit.Test;
import org.scalatestplus.junit.JUnitSuite;

/** A producer's batches, and a leader that loses requests, loses answers, and dies. */
public class ProducerWindowTest extends JUnitSuite {
  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);
  private static final WriteAnswer DONE = new WriteAnswer(Errors.NONE, null, 0, -1);

  @Rule public final SeedRule seeds = new SeedRule();

  /** Remembers, as a leader does, the last five batches; batch n has the sequence number n. */
  private static final class Leader {
    final List<Integer> log = new ArrayList<>();

    Errors append(int batch) {
      int last = log.isEmpty() ? -1 : log.get(log.size() - 1);
      if (batch <= last) {
        return batch > last - 5 ? Errors.NONE : Errors.DUPLICATE_SEQUENCE_NUMBER;
      }
      if (batch != last + 1) {
        return Errors.OUT_OF_ORDER_SEQUENCE_NUMBER;
      }
      log.add(batch);
      return Errors.NONE;
    }
  }

  private record Sent(Entry<Integer> entry, int attempt) {}

  @Test
  public void eachBatchAppearsOnceAndInOrderWhateverIsLost() {
    Random random = seeds.random();
    for (int run = 0; run < 300; run++) {
      int count = 1 + random.nextInt(60);
      double trouble = random.nextDouble() / 2;
      Leader leader = new Leader();
      ProducerWindow<Integer> window = new ProducerWindow<>(1 + random.nextInt(5));
      IntStream.range(0, count).forEach(i -> window.add(i, NOTHING));
      Deque<Sent> underWay = new ArrayDeque<>();
      int acknowledged = 0;
      boolean resting = false;
      for (int step = 0; acknowledged < count; step++) {
        assertTrue("it comes to an end", step < 100_000);
        Entry<Integer> next = random.nextBoolean() ? window.next() : null;
        if (next != null) {
          underWay.add(new Sent(next, next.attempt()));
        } else if (!underWay.isEmpty()) {
          Sent sent = underWay.poll();
          WriteAnswer answer = answer(leader, sent.entry().batch(), random, trouble);
          Verdict verdict = window.answered(sent.entry(), sent.attempt(), answer);
          assertTrue("nothing here is fatal: " + answer, verdict != Verdict.FATAL);
          if (verdict != Verdict.STALE && ProducerWindow.isAcknowledged(answer)) {
            acknowledged++;
          }
          resting |= verdict == Verdict.REST;
        } else if (resting) {
          window.rested();
          resting = false;
        }
      }
      assertEquals(IntStream.range(0, count).boxed().toList(), leader.log);
      assertTrue(!window.isBusy());
    }
  }

  private static WriteAnswer answer(Leader leader, int batch, Random random, double trouble) {
    if (random.nextDouble() < trouble) {
      if (random.nextBoolean()) {
        leader.append(batch); // the answer is lost
      }
      return WriteAnswer.refused(
          random.nextBoolean() ? Errors.REQUEST_TIMED_OUT : Errors.NOT_LEADER_OR_FOLLOWER);
    }
    Errors error = leader.append(batch);
    return error == Errors.NONE ? DONE : WriteAnswer.refused(error);
  }

  @Test
  public void noMoreThanFiveAreUnderWay() {
    ProducerWindow<Integer> window = new ProducerWindow<>(100);
    IntStream.range(0, 10).forEach(i -> window.add(i, NOTHING));
    List<Entry<Integer>> sent = new ArrayList<>();
    for (Entry<Integer> each = window.next(); each != null; each = window.next()) {
      sent.add(each);
    }
    assertEquals(5, sent.size());
    assertEquals(Verdict.ACKNOWLEDGED, window.answered(sent.get(2), 1, DONE));
    assertEquals(5, (int) window.next().batch());
    assertNull(window.next());
  }

  @Test
  public void nothingIsSentPastABatchWhoseFateIsOpen() {
    ProducerWindow<Integer> window = new ProducerWindow<>(2);
    IntStream.range(0, 3).forEach(i -> window.add(i, NOTHING));
    Entry<Integer> first = window.next();
    Entry<Integer> second = window.next();
    assertEquals(
        Verdict.SETTLING,
        window.answered(first, 1, WriteAnswer.refused(Errors.NOT_LEADER_OR_FOLLOWER)));
    assertNull(window.next());
    assertEquals(
        Verdict.REST,
        window.answered(second, 1, WriteAnswer.refused(Errors.OUT_OF_ORDER_SEQUENCE_NUMBER)));
    assertNull(window.next());
    window.rested();
    assertEquals(0, (int) window.next().batch());
    assertEquals(1, (int) window.next().batch());
  }

  @Test
  public void whatTheLeaderRefusesForGoodEndsIt() {
    ProducerWindow<Integer> window = new ProducerWindow<>(5);
    window.add(0, NOTHING);
    assertEquals(
        Verdict.FATAL,
        window.answered(window.next(), 1, WriteAnswer.refused(Errors.MESSAGE_TOO_LARGE)));
    window.add(1, NOTHING);
    ProducerWindow<Integer> other = new ProducerWindow<>(5);
    other.add(0, NOTHING);
    assertEquals(
        "nothing is before it, so something is missing at the leader",
        Verdict.FATAL,
        other.answered(other.next(), 1, WriteAnswer.refused(Errors.OUT_OF_ORDER_SEQUENCE_NUMBER)));
  }
}

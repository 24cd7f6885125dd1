package milena.streams.link;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import akka.util.ByteString;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import milena.streams.link.StreamMessage.Answer;
import org.apache.kafka.common.errors.DisconnectException;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.Assert;
import org.junit.Test;
import org.scalatestplus.junit.JUnitSuite;

/** What is asked of brokers, of which one falls silent. */
public class OutstandingTest extends JUnitSuite {
  private static final Duration TIMEOUT = Duration.ofSeconds(5);
  private static final ByteString BYTES = ByteString.fromString("it");

  private final Outstanding outstanding = new Outstanding();

  private static long ms(long millis) {
    return Duration.ofMillis(millis).toNanos();
  }

  private static Class<?> causeOf(CompletableFuture<ByteString> failed) {
    return Assert.assertThrows(CompletionException.class, failed::join).getCause().getClass();
  }

  private Answer answer(long id) {
    return new Answer(id, 0, 1, BYTES);
  }

  @Test
  public void anAnswerGoesToWhoAsked() {
    CompletableFuture<ByteString> first = new CompletableFuture<>();
    CompletableFuture<ByteString> second = new CompletableFuture<>();
    outstanding.add(1, 0, Duration.ZERO, TIMEOUT, first);
    long id = outstanding.add(1, 0, Duration.ZERO, TIMEOUT, second);
    outstanding.arrived(answer(id), ms(1));
    assertEquals(BYTES, second.join());
    assertFalse(first.isDone());
    assertFalse(outstanding.isEmpty());
  }

  @Test
  public void whatComesTooLateIsNotLookedAt() {
    CompletableFuture<ByteString> asked = new CompletableFuture<>();
    long id = outstanding.add(1, 0, Duration.ZERO, TIMEOUT, asked);
    outstanding.failLate(ms(4_999));
    assertFalse(asked.isDone());
    outstanding.failLate(ms(5_001));
    outstanding.arrived(answer(id), ms(5_002));
    assertEquals(TimeoutException.class, causeOf(asked));
    assertTrue(outstanding.isEmpty());
  }

  @Test
  public void aBrokerThatOwesNothingIsNotQuiet() {
    assertEquals(Set.of(), outstanding.quiet(ms(60_000)));
    outstanding.add(1, ms(0), Duration.ofMillis(500), TIMEOUT, new CompletableFuture<>());
    assertEquals("it may take its time", Set.of(), outstanding.quiet(ms(900)));
    assertEquals(Set.of(1), outstanding.quiet(ms(1_001)));
  }

  @Test
  public void aBrokerThatAnswersOthersIsNotQuiet() {
    // A write waits for a follower, and reads go on.
    outstanding.add(1, 0, Duration.ZERO, TIMEOUT, new CompletableFuture<>());
    long id = outstanding.add(1, ms(800), Duration.ZERO, TIMEOUT, new CompletableFuture<>());
    outstanding.arrived(answer(id), ms(900));
    assertEquals(Set.of(), outstanding.quiet(ms(1_300)));
    assertEquals(Set.of(1), outstanding.quiet(ms(1_401)));
  }

  @Test
  public void aSuspectIsOneUntilItIsHeardOrBeginsAnew() {
    long id = outstanding.add(1, 0, Duration.ZERO, TIMEOUT, new CompletableFuture<>());
    outstanding.add(2, 0, Duration.ZERO, TIMEOUT, new CompletableFuture<>());
    outstanding.quiet(ms(600));
    outstanding.failAllOf(2);
    assertTrue(outstanding.isSuspect(1));
    assertTrue("also when it owes nothing any more", outstanding.isSuspect(2));
    outstanding.arrived(answer(id), ms(700));
    assertFalse(outstanding.isSuspect(1));
    outstanding.forget(2);
    assertFalse(outstanding.isSuspect(2));
  }

  @Test
  public void whatWasAskedOfALostBrokerFailsAtOnce() {
    CompletableFuture<ByteString> ofLost = new CompletableFuture<>();
    CompletableFuture<ByteString> ofOther = new CompletableFuture<>();
    outstanding.add(1, 0, Duration.ZERO, TIMEOUT, ofLost);
    outstanding.add(2, 0, Duration.ZERO, TIMEOUT, ofOther);
    outstanding.failAllOf(1);
    assertEquals(DisconnectException.class, causeOf(ofLost));
    assertFalse(ofOther.isDone());
  }

  @Test
  public void nobodyWaitsForALinkThatHasEnded() {
    OpenAnswers open = new OpenAnswers();
    CompletableFuture<ByteString> answered = open.next();
    CompletableFuture<ByteString> before = open.next();
    answered.complete(BYTES);
    open.close();
    assertEquals(BYTES, answered.join());
    assertEquals(DisconnectException.class, causeOf(before));
    assertEquals(DisconnectException.class, causeOf(open.next()));
  }
}

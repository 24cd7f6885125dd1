package milena.kafka.api;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertFalse;
import static org.junit.Assert.assertTrue;

import akka.actor.testkit.typed.javadsl.TestKitJunitResource;
import akka.actor.testkit.typed.javadsl.TestProbe;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import milena.broker.controller.Controller;
import milena.common.Outcome;
import org.apache.kafka.common.errors.CoordinatorLoadInProgressException;
import org.apache.kafka.common.message.InitProducerIdRequestData;
import org.apache.kafka.common.message.InitProducerIdResponseData;
import org.apache.kafka.common.protocol.Errors;
import org.junit.ClassRule;
import org.junit.Test;
import org.scalatestplus.junit.JUnitSuite;

public class ProducerIdStockTest extends JUnitSuite {
  @ClassRule public static final TestKitJunitResource kit = new TestKitJunitResource();

  private final TestProbe<Controller.Command> controller = kit.createTestProbe();
  private final ProducerIdStock ids =
      new ProducerIdStock(controller.getRef(), kit.system().scheduler(), 1, () -> 42);

  @Test
  public void idsComeInOrderFromTheBlock() throws Exception {
    CompletableFuture<Long> first = take();
    CompletableFuture<Long> second = take();
    assertFalse(first.isDone());
    Controller.AllocateProducerIds asked = asked();
    assertEquals(1, asked.brokerId());
    assertEquals(42, asked.brokerEpoch());
    grant(asked, 5000, 1000);
    assertEquals(Long.valueOf(5000), first.get(30, TimeUnit.SECONDS));
    assertEquals(Long.valueOf(5001), second.get(30, TimeUnit.SECONDS));
    assertEquals(Long.valueOf(5002), take().get(30, TimeUnit.SECONDS));
  }

  @Test
  public void theNextBlockIsThereBeforeThePresentOneEnds() throws Exception {
    CompletableFuture<Long> first = take();
    grant(asked(), 0, 1000);
    first.get(30, TimeUnit.SECONDS);
    List<Long> given = new ArrayList<>();
    while (given.size() < 900) {
      given.add(take().get(30, TimeUnit.SECONDS));
    }
    grant(asked(), 7000, 1000);
    while (given.size() < 1500) {
      given.add(take().get(30, TimeUnit.SECONDS));
    }
    assertEquals(1500, given.stream().distinct().count());
    assertTrue(given.contains(999L));
    assertTrue(given.contains(7000L));
  }

  @Test
  public void aRefusalIsTransientAndTheNextCallAsksAgain() throws Exception {
    CompletableFuture<Long> refused = take();
    Controller.AllocateProducerIds asked = asked();
    asked.refuse(Outcome.of(Errors.NOT_CONTROLLER));
    try {
      refused.handle((id, failure) -> failure).get(30, TimeUnit.SECONDS);
      refused.join();
    } catch (CompletionException e) {
      assertTrue(e.getCause() instanceof CoordinatorLoadInProgressException);
    }
    CompletableFuture<Long> again = take();
    grant(asked(), 10, 1000);
    assertEquals(Long.valueOf(10), again.get(30, TimeUnit.SECONDS));
  }

  @Test
  public void moreWaitersThanABlockHoldsAreServedByTheNext() throws Exception {
    List<CompletableFuture<Long>> all = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      all.add(take());
    }
    grant(asked(), 0, 3);
    grant(asked(), 100, 3);
    CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)).get(30, TimeUnit.SECONDS);
    assertEquals(
        List.of(0L, 1L, 2L, 100L, 101L), all.stream().map(CompletableFuture::join).toList());
  }

  @Test
  public void transactionsAndContradictionsAreRefused() {
    InitProducerIdHandler handler = new InitProducerIdHandler(ids);
    assertEquals(
        Errors.COORDINATOR_NOT_AVAILABLE.code(),
        answer(handler, new InitProducerIdRequestData().setTransactionalId("x")));
    assertEquals(
        Errors.INVALID_REQUEST.code(),
        answer(handler, new InitProducerIdRequestData().setTransactionalId("")));
    assertEquals(
        Errors.INVALID_REQUEST.code(),
        answer(handler, new InitProducerIdRequestData().setTransactionalId(null).setProducerId(7)));
    assertEquals(5, handler.maxVersion());
  }

  private static short answer(InitProducerIdHandler handler, InitProducerIdRequestData request) {
    InitProducerIdResponseData answer =
        handler.handle(RequestContexts.version(4), request).toCompletableFuture().join();
    assertEquals(-1, answer.producerId());
    return answer.errorCode();
  }

  private CompletableFuture<Long> take() {
    return ids.take().toCompletableFuture();
  }

  private Controller.AllocateProducerIds asked() {
    return controller.expectMessageClass(Controller.AllocateProducerIds.class);
  }

  private static void grant(Controller.AllocateProducerIds asked, long first, int count) {
    asked.replyTo().tell(new Controller.ProducerIdBlock(Outcome.SUCCESS, first, count));
  }
}

package milena.kafka.api;

import static org.junit.Assert.assertEquals;

import akka.actor.testkit.typed.javadsl.TestKitJunitResource;
import akka.actor.testkit.typed.javadsl.TestProbe;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import milena.broker.controller.Controller;
import milena.common.Outcome;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.protocol.Errors;
import org.junit.Assert;
import org.junit.ClassRule;
import org.junit.Test;
import org.scalatestplus.junit.JUnitSuite;

public class ControllerAskTest extends JUnitSuite {
  @ClassRule public static final TestKitJunitResource KIT = new TestKitJunitResource();

  private final TestProbe<Controller.Command> controller = KIT.createTestProbe();
  private final ControllerAsk ask = new ControllerAsk(controller.getRef(), KIT.scheduler());

  @Test
  public void aSilentControllerIsATimeOut() {
    CompletionStage<Controller.TopicsDeleted> reply = delete(0);
    CompletionException e =
        Assert.assertThrows(CompletionException.class, () -> reply.toCompletableFuture().join());
    assertEquals(TimeoutException.class, e.getCause().getClass());
  }

  @Test
  public void aRefusalIsAnAnswerLikeAnyOther() {
    CompletionStage<Controller.TopicsDeleted> reply = delete(30_000);
    controller.receiveMessage().refuse(Outcome.of(Errors.NOT_CONTROLLER));
    assertEquals(
        Errors.NOT_CONTROLLER, reply.toCompletableFuture().join().outcomes().get(0).toError());
  }

  private CompletionStage<Controller.TopicsDeleted> delete(int timeoutMs) {
    return ask.ask(
        timeoutMs, replyTo -> new Controller.DeleteTopics(List.of(new Uuid(1, 1)), replyTo));
  }
}

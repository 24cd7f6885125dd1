package milena.broker.coordinator;

import static org.junit.Assert.assertEquals;

import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.ActorRef;
import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.util.List;
import milena.group.GroupConfig;
import milena.group.classic.ClassicConfig;
import milena.group.offsets.OffsetsConfig;
import org.junit.After;
import org.junit.Before;
import org.junit.Test;
import org.scalatestplus.junit.JUnitSuite;
import org.slf4j.LoggerFactory;

/** A coordinator that begins to recover when its partition leads elsewhere already. */
public class LateRecoveryTest extends JUnitSuite {
  private static final String GROUP = "late";

  private final GroupConfig config =
      new GroupConfig(new ClassicConfig(0, 1_000, 100_000, 1_000, 300_000), OffsetsConfig.DEFAULTS);
  private final CoordinatorWorld world = new CoordinatorWorld(config);
  private final ListAppender<ILoggingEvent> logged = new ListAppender<>();
  private final Logger logger = (Logger) LoggerFactory.getLogger(GroupCoordinator.class);

  @Before
  public void listen() {
    logged.start();
    logger.addAppender(logged);
  }

  @After
  public void stop() {
    logger.detachAppender(logged);
    world.close();
  }

  @Test
  public void itEndsAndNobodyIsAlarmed() {
    GroupRegistry.Served served = world.registry().serve(0, group -> {});
    served.handles().put(GROUP, new GroupHandle(GROUP));
    TestProbe<GroupHost.Command> host = world.kit().createTestProbe();
    ActorRef<GroupCoordinator.Command> coordinator =
        world
            .kit()
            .spawn(
                GroupCoordinator.create(
                    new GroupCoordinator.Place(1, 0, GROUP).entityId(),
                    config,
                    new GroupClock(() -> 0, () -> 0),
                    world.registry(),
                    host.getRef()));
    host.expectMessageClass(GroupHost.Started.class);
    host.expectTerminated(coordinator);
    List<String> alarms =
        logged.list.stream()
            .filter(event -> event.getLevel().isGreaterOrEqual(Level.INFO))
            .map(ILoggingEvent::getFormattedMessage)
            .toList();
    assertEquals(List.of(), alarms);
  }
}

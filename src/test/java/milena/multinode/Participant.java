package milena.multinode;

import akka.actor.ActorSystem;
import akka.remote.testconductor.RoleName;
import akka.remote.testkit.MultiNodeConfig;
import akka.remote.testkit.MultiNodeSpec;
import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import scala.concurrent.Await;
import scala.jdk.javaapi.CollectionConverters;

/**
 * One JVM's part in a test of several: what Akka's testkit has for Scala, for Java. A test extends
 * it, and is run in each JVM by {@link #main}.
 */
abstract class Participant extends MultiNodeSpec {
  /** The exit code of a JVM that is to be started again. */
  static final int COMES_BACK = 7;

  /** The system property that a JVM has which was started again. */
  static final String BACK = "milena.multinode.back";

  /** The role of the JVM that conducts the others. */
  static final String CLIENT = "client";

  /** The whole of a test is waited for at a barrier by those who have nothing to do in it. */
  private static final Duration PATIENCE = Duration.ofSeconds(600);

  /** The roles, the first of which conducts; each JVM is told its own by its place among them. */
  private static final class Roles extends MultiNodeConfig {
    Roles(List<String> names) {
      names.forEach(this::role);
      commonConfig(
          ConfigFactory.parseString(
              "akka.testconductor.barrier-timeout = "
                  + PATIENCE.toSeconds()
                  + "s, akka.remote.warn-about-direct-use = off"));
    }
  }

  /** For its one run. */
  Participant() {
    super(
        new Roles(List.of(CLIENT, "1", "2", "3")),
        config -> ActorSystem.create("conducted", config));
  }

  /** What this JVM does, in step with the others. */
  abstract void run() throws Exception;

  @Override
  public int initialParticipants() {
    return roles().size();
  }

  final boolean isClient() {
    return myself().name().equals(CLIENT);
  }

  /** The node that this JVM runs, if it is not the client. */
  final int nodeId() {
    return Integer.parseInt(myself().name());
  }

  /** Waits until everybody who is left has come here. */
  final void meet(String where) {
    enterBarrier(CollectionConverters.asScala(List.of(where)).toSeq());
  }

  /** Whether this JVM was started again, with the others under way. */
  final boolean isBack() {
    return Boolean.getBoolean(BACK);
  }

  /** Ends a node's JVM as it stands, and has another one started; the client's to call. */
  final void end(int node) throws Exception {
    Await.result(
        testConductor().exit(new RoleName(Integer.toString(node)), COMES_BACK),
        scala.concurrent.duration.Duration.create(PATIENCE.toSeconds(), TimeUnit.SECONDS));
  }

  /** Runs the test of that name, and ends this JVM with 0 if it succeeds. */
  public static void main(String[] arguments) {
    try {
      Participant participant =
          (Participant) Class.forName(arguments[0]).getDeclaredConstructor().newInstance();
      participant.multiNodeSpecBeforeAll();
      participant.run();
      participant.multiNodeSpecAfterAll();
    } catch (Throwable e) {
      e.printStackTrace();
      Runtime.getRuntime().halt(1);
    }
    Runtime.getRuntime().halt(0);
  }
}

package milena.testkit.junit4;

import java.util.Map;
import milena.node.MilenaNode;
import milena.testkit.DisposableBroker;
import org.junit.rules.ExternalResource;

/**
 * Gives a test class, or each of its methods, a broker of its own with an empty disk.
 *
 * <pre>{@code
 * @ClassRule
 * public static final MilenaRule BROKER = new MilenaRule().topic("orders", 3);
 *
 * @Test
 * public void ordersArrive() {
 *   connect(BROKER.bootstrapServers());
 * }
 * }</pre>
 *
 * As a {@code @ClassRule} all methods share it, as a {@code @Rule} each has one, which takes well
 * under a second from the second on.
 */
public final class MilenaRule extends ExternalResource {
  private final DisposableBroker.Plan plan = DisposableBroker.with();
  private DisposableBroker broker;

  /** Sets a broker setting, by Kafka's name. */
  public MilenaRule config(String name, String value) {
    plan.config(name, value);
    return this;
  }

  /** Has the topic made before the test. */
  public MilenaRule topic(String name, int partitions) {
    plan.topic(name, partitions);
    return this;
  }

  /** The same, with settings of the topic. */
  public MilenaRule topic(String name, int partitions, Map<String, String> configs) {
    plan.topic(name, partitions, configs);
    return this;
  }

  /** Where Kafka clients connect, while a test runs. */
  public String bootstrapServers() {
    return node().bootstrapServers();
  }

  /** The node, while a test runs. */
  public MilenaNode node() {
    if (broker == null) {
      throw new IllegalStateException(
          "The broker runs only during tests: has the rule an annotation (@Rule, @ClassRule)?");
    }
    return broker.node();
  }

  @Override
  protected void before() {
    broker = plan.start();
  }

  @Override
  protected void after() {
    broker.close();
    broker = null;
  }
}

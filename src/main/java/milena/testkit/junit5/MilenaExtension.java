package milena.testkit.junit5;

import milena.node.MilenaNode;
import milena.testkit.DisposableBroker;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * What {@link MilenaTest} brings with it; by itself for those who need the address early, as
 * Spring's {@code @DynamicPropertySource} does:
 *
 * <pre>{@code
 * @RegisterExtension
 * static final MilenaExtension BROKER = new MilenaExtension().topic("orders", 3);
 *
 * @DynamicPropertySource
 * static void kafka(DynamicPropertyRegistry properties) {
 *   properties.add("spring.kafka.bootstrap-servers", BROKER::bootstrapServers);
 * }
 * }</pre>
 *
 * In a static field the class shares the broker, in an instance's field each method has one.
 */
public final class MilenaExtension
    implements BeforeAllCallback, BeforeEachCallback, ParameterResolver {
  private static final Namespace NAMESPACE = Namespace.create(MilenaExtension.class);

  private final DisposableBroker.Plan plan = DisposableBroker.with();
  private volatile DisposableBroker latest;

  /** Sets a broker setting, by Kafka's name. */
  public MilenaExtension config(String name, String value) {
    plan.config(name, value);
    return this;
  }

  /** Has the topic made before the test. */
  public MilenaExtension topic(String name, int partitions) {
    plan.topic(name, partitions);
    return this;
  }

  /** Where Kafka clients connect, once the broker has been started. */
  public String bootstrapServers() {
    if (latest == null) {
      throw new IllegalStateException("The broker runs only during tests.");
    }
    return latest.bootstrapServers();
  }

  @Override
  public void beforeAll(ExtensionContext context) {
    if (running(context) != null) {
      return; // a class nested in one that has a broker
    }
    MilenaTest asked = context.getRequiredTestClass().getAnnotation(MilenaTest.class);
    if (asked != null) {
      read(asked);
    }
    if (asked == null || asked.per() == MilenaTest.Per.CLASS) {
      start(context);
    }
  }

  @Override
  public void beforeEach(ExtensionContext context) {
    // A class's broker is seen from its methods.
    if (running(context) == null) {
      start(context);
    }
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == MilenaNode.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    Running running = running(context);
    if (running == null) {
      throw new ExtensionConfigurationException(
          "There is a broker per method, and this is not within one.");
    }
    return running.broker().node();
  }

  private void read(MilenaTest asked) {
    for (String setting : asked.config()) {
      int equals = setting.indexOf('=');
      if (equals < 1) {
        throw new ExtensionConfigurationException("'" + setting + "' is not NAME=VALUE.");
      }
      plan.config(setting.substring(0, equals), setting.substring(equals + 1));
    }
    for (String topic : asked.topics()) {
      int colon = topic.indexOf(':');
      try {
        plan.topic(
            colon < 0 ? topic : topic.substring(0, colon),
            colon < 0 ? 1 : Integer.parseInt(topic.substring(colon + 1)));
      } catch (NumberFormatException e) {
        throw new ExtensionConfigurationException("'" + topic + "' is not NAME:PARTITIONS.", e);
      }
    }
  }

  private void start(ExtensionContext context) {
    latest = plan.start();
    context.getStore(NAMESPACE).put(Running.class, new Running(latest));
  }

  private static Running running(ExtensionContext context) {
    return context.getStore(NAMESPACE).get(Running.class, Running.class);
  }

  /** Closed by JUnit at the end of the class or method that it was started for. */
  @SuppressWarnings("deprecation") // Its successor needs JUnit 5.13; this one serves all of 5.
  private record Running(DisposableBroker broker)
      implements ExtensionContext.Store.CloseableResource, AutoCloseable {
    @Override
    public void close() {
      broker.close();
    }
  }
}

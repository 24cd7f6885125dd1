package milena.testkit.junit5;

import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Gives a test class, or each of its methods, a broker of its own with an empty disk, which is
 * handed to methods and constructors with a parameter of the type {@link milena.node.MilenaNode}.
 *
 * <pre>{@code
 * @MilenaTest(topics = {"orders:3", "payments"}, config = "auto.create.topics.enable=false")
 * class OrdersTest {
 *   @Test
 *   void ordersArrive(MilenaNode broker) {
 *     connect(broker.bootstrapServers());
 *   }
 * }
 * }</pre>
 *
 * Frameworks that ask for the address before a method runs take a {@link MilenaExtension} in a
 * static field instead.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Inherited
@ExtendWith(MilenaExtension.class)
public @interface MilenaTest {
  /** Topics to make before the tests: {@code name}, or {@code name:partitions}. */
  String[] topics() default {};

  /** Broker settings by Kafka's names: {@code name=value}. */
  String[] config() default {};

  /** Who shares a broker. */
  Per per() default Per.CLASS;

  /** Who shares a broker. */
  enum Per {
    /** All methods of the class. */
    CLASS,
    /** Nobody: each method has its own. */
    METHOD
  }
}

package milena.testkit.junit4;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertNotEquals;
import static org.junit.Assert.assertTrue;

import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.junit.Assert;
import org.junit.ClassRule;
import org.junit.Rule;
import org.junit.Test;
import org.scalatestplus.junit.JUnitSuite;

/** The rule, as a class's and as a method's. */
public class MilenaRuleTest extends JUnitSuite {
  @ClassRule
  public static final MilenaRule SHARED =
      new MilenaRule().topic("orders", 3, Map.of("cleanup.policy", "compact"));

  private static final MilenaRule UNUSED = new MilenaRule();

  @Rule
  public final MilenaRule own =
      new MilenaRule().config("auto.create.topics.enable", "false").topic("mine", 1);

  @Test
  public void theBrokersHaveTheirTopicsAndNothingOfEachOther() throws Exception {
    assertNotEquals(SHARED.bootstrapServers(), own.bootstrapServers());
    assertEquals(Set.of("orders"), topics(SHARED));
    assertEquals(Set.of("mine"), topics(own));
  }

  /** Whatever the other method left behind. */
  @Test
  public void eachMethodsBrokerIsEmpty() throws Exception {
    assertEquals(Set.of("mine"), topics(own));
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", own.bootstrapServers()))) {
      admin.deleteTopics(Set.of("mine")).all().get();
    }
  }

  @Test
  public void aRuleWithoutItsAnnotationSaysSo() {
    IllegalStateException problem =
        Assert.assertThrows(IllegalStateException.class, UNUSED::bootstrapServers);
    assertTrue(problem.getMessage(), problem.getMessage().contains("@Rule"));
  }

  private static Set<String> topics(MilenaRule broker) throws Exception {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
      return admin.listTopics().names().get();
    }
  }
}

package milena.metadata;

import static org.junit.Assert.assertEquals;

import java.util.List;
import java.util.Map;
import milena.common.Outcome;
import milena.common.config.ConfigRules;
import milena.metadata.ConfigChange.Kind;
import milena.metadata.ConfigChange.Op;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.protocol.Errors;
import org.junit.Test;
import org.scalatestplus.junit.JUnitSuite;

/** What a change makes of the settings there were. */
public class ConfigDecisionsTest extends JUnitSuite {
  private static final ConfigResource TOPIC = new ConfigResource(ConfigResource.Type.TOPIC, "t");

  /** Knows one list, whose default is "x,y", and refuses the value "bad". */
  private static final ConfigRules RULES =
      new ConfigRules() {
        @Override
        public Outcome validate(ConfigResource resource, Map<String, String> settings) {
          return settings.containsValue("bad")
              ? Outcome.of(Errors.INVALID_CONFIG, "bad")
              : Outcome.SUCCESS;
        }

        @Override
        public boolean isList(ConfigResource.Type type, String name) {
          return name.equals("list");
        }

        @Override
        public String defaultValue(ConfigResource.Type type, String name) {
          return "x,y";
        }
      };

  private final ConfigDecisions decisions = new ConfigDecisions(RULES, new ElectionRules(1, false));
  private final ClusterImage image =
      Images.withTopic(Images.brokers(1), "t", Images.partition(1))
          .apply(new ClusterEvent.ConfigsReplaced(TOPIC, Map.of("a", "1", "b", "2")));

  private void assertBecomes(Map<String, String> expected, boolean replace, Op... ops) {
    Decision<List<AlteredConfig>> decision =
        decisions.alter(image, List.of(new ConfigChange(TOPIC, replace, List.of(ops))));
    assertEquals(Errors.NONE, decision.reply().get(0).outcome().toError());
    assertEquals(expected, Images.after(image, decision).config(TOPIC));
  }

  private void assertRefused(Errors error, ConfigResource resource, Op... ops) {
    Decision<List<AlteredConfig>> decision =
        decisions.alter(image, List.of(new ConfigChange(resource, false, List.of(ops))));
    assertEquals(error, decision.reply().get(0).outcome().toError());
    assertEquals(List.of(), decision.events());
  }

  @Test
  public void singleSettingsChange() {
    assertBecomes(Map.of("a", "3", "b", "2"), false, new Op("a", Kind.SET, "3"));
    assertBecomes(Map.of("b", "2"), false, new Op("a", Kind.DELETE, null));
    assertBecomes(Map.of("a", "1", "b", "2"), false, new Op("none", Kind.DELETE, null));
  }

  @Test
  public void theOlderRequestReplacesAll() {
    assertBecomes(Map.of("c", "3"), true, new Op("c", Kind.SET, "3"));
    assertBecomes(Map.of(), true);
  }

  @Test
  public void listsGrowAndShrinkFromWhatIsInForce() {
    assertBecomes(
        Map.of("a", "1", "b", "2", "list", "x,y,z"), false, new Op("list", Kind.APPEND, "z,x"));
    assertBecomes(
        Map.of("a", "1", "b", "2", "list", "y"), false, new Op("list", Kind.SUBTRACT, "x,q"));
    assertRefused(Errors.INVALID_CONFIG, TOPIC, new Op("a", Kind.APPEND, "z"));
  }

  @Test
  public void oneBadSettingSpoilsAResourceButNoOther() {
    ConfigResource cluster = new ConfigResource(ConfigResource.Type.BROKER, "");
    Decision<List<AlteredConfig>> decision =
        decisions.alter(
            image,
            List.of(
                new ConfigChange(
                    TOPIC,
                    false,
                    List.of(new Op("a", Kind.SET, "3"), new Op("b", Kind.SET, "bad"))),
                new ConfigChange(cluster, false, List.of(new Op("c", Kind.SET, "4")))));
    assertEquals(
        List.of(Errors.INVALID_CONFIG, Errors.NONE),
        decision.reply().stream().map(altered -> altered.outcome().toError()).toList());
    ClusterImage after = Images.after(image, decision);
    assertEquals(image.config(TOPIC), after.config(TOPIC));
    assertEquals(Map.of("c", "4"), after.config(cluster));
  }

  @Test
  public void whatDoesNotExistHasNoSettings() {
    Op op = new Op("a", Kind.SET, "1");
    assertRefused(
        Errors.UNKNOWN_TOPIC_OR_PARTITION,
        new ConfigResource(ConfigResource.Type.TOPIC, "none"),
        op);
    assertRefused(
        Errors.BROKER_ID_NOT_REGISTERED, new ConfigResource(ConfigResource.Type.BROKER, "9"), op);
    assertRefused(Errors.INVALID_REQUEST, new ConfigResource(ConfigResource.Type.BROKER, "x"), op);
  }

  @Test
  public void aChangeThatChangesNothingCommitsNothing() {
    Decision<List<AlteredConfig>> decision =
        decisions.alter(
            image, List.of(new ConfigChange(TOPIC, false, List.of(new Op("a", Kind.SET, "1")))));
    assertEquals(List.of(), decision.events());
  }
}

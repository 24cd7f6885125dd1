package milena.common.config;

import java.util.List;
import java.util.Objects;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.ConfigDef.Range;
import org.apache.kafka.common.config.ConfigDef.Type;
import org.apache.kafka.common.config.ConfigDef.ValidList;
import org.apache.kafka.common.config.ConfigDef.ValidString;
import org.apache.kafka.common.config.ConfigDef.Validator;
import org.apache.kafka.common.config.ConfigException;

/**
 * One setting: its name and what may be done with it. The tables build it in one line each: {@code
 * integer("num.partitions", 1).atLeast(1).doc("...")}.
 *
 * @param defaultValue {@link ConfigDef#NO_DEFAULT_VALUE} where a value must be given; null for none
 * @param validator null when every value of the type will do
 * @param note what a reader must know of {@link Support#IDLE} and {@link Support#REFUSED}; else ""
 * @param hidden left out of descriptions unless it was set
 */
public record Setting(
    String name,
    Type type,
    Object defaultValue,
    Validator validator,
    Importance importance,
    Scope scope,
    Support support,
    String note,
    boolean hidden,
    String doc) {

  /** Who may change a setting while the node runs. */
  public enum Scope {
    READ_ONLY,
    PER_BROKER,
    CLUSTER_WIDE
  }

  /** What Milena makes of a setting. */
  public enum Support {
    /** It means what it means to Kafka. */
    HONOURED,
    /** Accepted, and without effect: nothing that a client sees depends on it. */
    IDLE,
    /** Only the default is accepted: another value asks for what Milena does not do. */
    REFUSED
  }

  static Setting integer(String name, Integer defaultValue) {
    return of(name, Type.INT, defaultValue);
  }

  static Setting small(String name, int defaultValue) {
    return of(name, Type.SHORT, (short) defaultValue);
  }

  static Setting wide(String name, Long defaultValue) {
    return of(name, Type.LONG, defaultValue);
  }

  static Setting real(String name, double defaultValue) {
    return of(name, Type.DOUBLE, defaultValue);
  }

  static Setting flag(String name, boolean defaultValue) {
    return of(name, Type.BOOLEAN, defaultValue);
  }

  static Setting text(String name, String defaultValue) {
    return of(name, Type.STRING, defaultValue);
  }

  static Setting secret(String name) {
    return of(name, Type.PASSWORD, null);
  }

  /** A class by its name; the name is kept as text, since Milena loads none. */
  static Setting type(String name, String defaultValue) {
    return of(name, Type.CLASS, defaultValue);
  }

  static Setting list(String name, String... defaultValues) {
    return of(name, Type.LIST, List.of(defaultValues));
  }

  static Setting of(String name, Type type, Object defaultValue) {
    return new Setting(
        name,
        type,
        defaultValue,
        null,
        Importance.MEDIUM,
        Scope.READ_ONLY,
        Support.HONOURED,
        "",
        false,
        "");
  }

  Setting atLeast(Number min) {
    return valid(Range.atLeast(min));
  }

  Setting between(Number min, Number max) {
    return valid(Range.between(min, max));
  }

  Setting oneOf(String... values) {
    return valid(type == Type.LIST ? ValidList.in(values) : ValidString.in(values));
  }

  Setting valid(Validator check) {
    return with(defaultValue, check, importance, scope, support, note, hidden, doc);
  }

  Setting required() {
    Object none = ConfigDef.NO_DEFAULT_VALUE;
    return with(none, validator, importance, scope, support, note, hidden, doc);
  }

  Setting unset() {
    return with(null, validator, importance, scope, support, note, hidden, doc);
  }

  Setting high() {
    return with(defaultValue, validator, Importance.HIGH, scope, support, note, hidden, doc);
  }

  Setting low() {
    return with(defaultValue, validator, Importance.LOW, scope, support, note, hidden, doc);
  }

  Setting clusterWide() {
    Scope wide = Scope.CLUSTER_WIDE;
    return with(defaultValue, validator, importance, wide, support, note, hidden, doc);
  }

  Setting perBroker() {
    Scope single = Scope.PER_BROKER;
    return with(defaultValue, validator, importance, single, support, note, hidden, doc);
  }

  Setting idle(String why) {
    return with(defaultValue, validator, importance, scope, Support.IDLE, why, hidden, doc);
  }

  Setting refused(String why) {
    return with(defaultValue, validator, importance, scope, Support.REFUSED, why, hidden, doc);
  }

  Setting internal() {
    return with(defaultValue, validator, importance, scope, support, note, true, doc);
  }

  Setting doc(String sentence) {
    return with(defaultValue, validator, importance, scope, support, note, hidden, sentence);
  }

  private Setting with(
      Object newDefault,
      Validator newValidator,
      Importance newImportance,
      Scope newScope,
      Support newSupport,
      String newNote,
      boolean nowHidden,
      String newDoc) {
    return new Setting(
        name,
        type,
        newDefault,
        newValidator,
        newImportance,
        newScope,
        newSupport,
        newNote,
        nowHidden,
        newDoc);
  }

  public boolean isRequired() {
    return defaultValue == ConfigDef.NO_DEFAULT_VALUE;
  }

  public boolean isSensitive() {
    return type == Type.PASSWORD;
  }

  public boolean isDynamic() {
    return scope != Scope.READ_ONLY;
  }

  /** The default as it would be written, or null when there is none. */
  public String defaultText() {
    return isRequired() || defaultValue == null ? null : asText(defaultValue);
  }

  /**
   * The value that {@code text} stands for.
   *
   * @throws ConfigException when it is not of the type or out of bounds
   */
  public Object parse(String text) {
    Object value =
        type == Type.CLASS ? text.trim() : ConfigDef.parseType(name, (Object) text, type);
    if (validator != null) {
      validator.ensureValid(name, value);
    }
    return value;
  }

  /** A parsed value as it would be written. */
  public String asText(Object value) {
    return type == Type.CLASS ? (String) value : ConfigDef.convertToString(value, type);
  }

  /** Whether {@code text} says no more than the default. */
  public boolean isDefault(String text) {
    return Objects.equals(parse(text), isRequired() ? null : defaultValue);
  }

  /** The sentence for a reader, with what Milena makes of the setting. */
  public String description() {
    return switch (support) {
      case HONOURED -> doc;
      case IDLE -> doc + " Accepted without effect: " + note + ".";
      case REFUSED -> doc + " Only the default is served: " + note + ".";
    };
  }
}

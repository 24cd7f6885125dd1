/** What the services say to each other: a line each on a topic, keyed by the order. */
sealed interface Event {
  String order();

  /** A customer wants something. */
  record OrderRequested(String order, String item, int amount) implements Event {}

  /** The shop has taken it down. */
  record OrderCreated(String order, String item, int amount) implements Event {}

  /** It is paid for. */
  record PaymentSuccessful(String order, String item) implements Event {}

  /** It is not. */
  record PaymentFailed(String order, String reason) implements Event {}

  /** As it stands in a record. */
  default String line() {
    if (this instanceof OrderRequested e) {
      return String.join("|", "OrderRequested", e.order, e.item, "" + e.amount);
    }
    if (this instanceof OrderCreated e) {
      return String.join("|", "OrderCreated", e.order, e.item, "" + e.amount);
    }
    if (this instanceof PaymentSuccessful e) {
      return String.join("|", "PaymentSuccessful", e.order, e.item);
    }
    PaymentFailed e = (PaymentFailed) this;
    return String.join("|", "PaymentFailed", e.order, e.reason);
  }

  /** The other way round. */
  static Event parse(String line) {
    String[] parts = line.split("\\|");
    return switch (parts[0]) {
      case "OrderRequested" -> new OrderRequested(parts[1], parts[2], Integer.parseInt(parts[3]));
      case "OrderCreated" -> new OrderCreated(parts[1], parts[2], Integer.parseInt(parts[3]));
      case "PaymentSuccessful" -> new PaymentSuccessful(parts[1], parts[2]);
      case "PaymentFailed" -> new PaymentFailed(parts[1], parts[2]);
      default -> throw new IllegalArgumentException(line);
    };
  }
}

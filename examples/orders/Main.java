import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Props;
import akka.actor.typed.javadsl.Behaviors;
import akka.stream.javadsl.Source;
import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import milena.streams.Brokers;
import milena.streams.ProducerSettings;
import milena.streams.javadsl.Producer;
import milena.testkit.DisposableBroker;
import org.apache.kafka.common.serialization.StringSerializer;

/** Runs the shop and makes trouble in it. */
public final class Main {
  private static final int ORDERS = 300;
  private static final int CREDIT = 900;
  private static final int DEATHS = 15;
  private static final Duration PATIENCE = Duration.ofSeconds(180);

  private Main() {}

  public static void main(String[] arguments) throws Exception {
    Shop shop = new Shop();
    List<Event.OrderRequested> orders = orders();
    int paid = (int) orders.stream().filter(o -> o.amount() <= CREDIT).count();
    try (DisposableBroker broker =
        DisposableBroker.with()
            .topic("requests", 3)
            .topic("orders", 3)
            .topic("payments", 3)
            .start()) {
      ActorSystem<Void> system = system();
      List<ActorRef<Service.Command>> services = services(system, broker.node().brokers(), shop);
      Source.from(orders)
          .throttle(ORDERS / 3, Duration.ofSeconds(1))
          .map(order -> Service.record("requests", order))
          .runWith(
              Producer.plainSink(
                  ProducerSettings.create(
                      broker.node().brokers(), new StringSerializer(), new StringSerializer())),
              system);
      for (int death = 0; death < DEATHS; death++) {
        TimeUnit.MILLISECONDS.sleep(200);
        services.get(death % services.size()).tell(new Service.Die());
      }
      long deadline = System.nanoTime() + PATIENCE.toNanos();
      while (!shop.isDone(ORDERS, paid) && System.nanoTime() < deadline) {
        TimeUnit.MILLISECONDS.sleep(50);
      }
      System.out.printf(
          "%d orders, %d of them paid; services died %d times.%n%s.%n", ORDERS, paid, DEATHS, shop);
      system.terminate();
      system.getWhenTerminated().toCompletableFuture().get(60, TimeUnit.SECONDS);
    }
    System.exit(shop.isDone(ORDERS, paid) ? 0 : 1);
  }

  private static List<Event.OrderRequested> orders() {
    Random random = new Random(7);
    return IntStream.range(0, ORDERS)
        .mapToObj(
            i ->
                new Event.OrderRequested(
                    "order-" + i, random.nextBoolean() ? "book" : "lamp", random.nextInt(1000)))
        .toList();
  }

  private static List<ActorRef<Service.Command>> services(
      ActorSystem<?> system, Brokers brokers, Shop shop) {
    return List.of(
        system.systemActorOf(
            Service.create(brokers, "order", "requests", "orders", Main::create),
            "order",
            Props.empty()),
        system.systemActorOf(
            Service.create(brokers, "payment", "orders", "payments", Main::pay),
            "payment",
            Props.empty()),
        system.systemActorOf(
            Service.create(brokers, "inventory", "payments", "payments", e -> reserve(shop, e)),
            "inventory",
            Props.empty()),
        system.systemActorOf(
            Service.create(brokers, "notification", "payments", "payments", e -> tell(shop, e)),
            "notification",
            Props.empty()),
        system.systemActorOf(
            Service.create(brokers, "shipping", "payments", "payments", e -> ship(shop, e)),
            "shipping",
            Props.empty()));
  }

  private static List<Event> create(Event event) {
    Event.OrderRequested request = (Event.OrderRequested) event;
    return List.of(new Event.OrderCreated(request.order(), request.item(), request.amount()));
  }

  /** Decides by the order alone: asked again, it decides the same. */
  private static List<Event> pay(Event event) {
    Event.OrderCreated order = (Event.OrderCreated) event;
    return List.of(
        order.amount() <= CREDIT
            ? new Event.PaymentSuccessful(order.order(), order.item())
            : new Event.PaymentFailed(order.order(), "above the credit of " + CREDIT));
  }

  private static List<Event> reserve(Shop shop, Event event) {
    if (event instanceof Event.PaymentSuccessful paid) {
      shop.reserve(paid.order(), paid.item());
    }
    return List.of();
  }

  private static List<Event> ship(Shop shop, Event event) {
    if (event instanceof Event.PaymentSuccessful paid) {
      shop.ship(paid.order(), paid.item());
    }
    return List.of();
  }

  private static List<Event> tell(Shop shop, Event event) {
    shop.write(
        event.order(),
        event instanceof Event.PaymentFailed failed
            ? "Sorry: " + failed.reason()
            : "Thank you, your order is on its way");
    return List.of();
  }

  private static ActorSystem<Void> system() {
    return ActorSystem.create(
        Behaviors.empty(),
        "shop",
        ConfigFactory.parseString("akka.actor.provider = local, akka.loglevel = ERROR")
            .withFallback(ConfigFactory.load()));
  }
}

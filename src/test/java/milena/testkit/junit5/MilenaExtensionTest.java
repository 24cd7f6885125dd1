package milena.testkit.junit5;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import milena.node.MilenaNode;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;
import org.scalatestplus.junit.JUnitSuite;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.kafka.annotation.EnableKafka;
import org.springframework.kafka.annotation.KafkaListener;
import org.springframework.kafka.config.ConcurrentKafkaListenerContainerFactory;
import org.springframework.kafka.core.DefaultKafkaConsumerFactory;
import org.springframework.kafka.core.DefaultKafkaProducerFactory;
import org.springframework.kafka.core.KafkaTemplate;
import org.springframework.test.context.ContextConfiguration;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.test.context.junit.jupiter.SpringExtension;

/** The extension, in Jupiter tests that are run from here. */
public class MilenaExtensionTest extends JUnitSuite {
  private static final List<String> SEEN = new ArrayList<>();

  @Test
  public void aClassSharesItsBroker() {
    SEEN.clear();
    run(PerClass.class, 2);
    assertEquals(SEEN.toString(), 1, SEEN.stream().distinct().count());
  }

  @Test
  public void eachMethodHasItsOwnWhenAsked() {
    SEEN.clear();
    run(PerMethod.class, 2);
    assertEquals(SEEN.toString(), 2, SEEN.stream().distinct().count());
  }

  @Test
  public void aMistakeInTheAnnotationIsTold() {
    TestExecutionSummary summary = execute(Mistaken.class);
    String told = summary.getFailures().get(0).getException().getMessage();
    assertTrue(told, told.contains("NAME:PARTITIONS"));
  }

  @Test
  public void springKafkaListensAndSends() {
    run(SpringTest.class, 1);
  }

  @MilenaTest(topics = "orders:3", config = "auto.create.topics.enable=false")
  static class PerClass {
    @org.junit.jupiter.api.Test
    void one(MilenaNode broker) throws Exception {
      SEEN.add(broker.bootstrapServers());
      assertEquals(Set.of("orders"), topics(broker));
    }

    @org.junit.jupiter.api.Test
    void other(MilenaNode broker) {
      SEEN.add(broker.bootstrapServers());
    }
  }

  @MilenaTest(topics = "orders", per = MilenaTest.Per.METHOD)
  static class PerMethod {
    @org.junit.jupiter.api.Test
    void one(MilenaNode broker) throws Exception {
      SEEN.add(broker.bootstrapServers());
      assertEquals(Set.of("orders"), topics(broker));
    }

    @org.junit.jupiter.api.Test
    void other(MilenaNode broker) {
      SEEN.add(broker.bootstrapServers());
    }
  }

  @MilenaTest(topics = "orders:many")
  static class Mistaken {
    @org.junit.jupiter.api.Test
    void never() {}
  }

  /** As a user of Spring Kafka writes it. */
  @ExtendWith(SpringExtension.class)
  @ContextConfiguration(classes = SpringTest.Config.class)
  static class SpringTest {
    @RegisterExtension
    static final MilenaExtension BROKER = new MilenaExtension().topic("greetings", 1);

    @DynamicPropertySource
    static void kafka(DynamicPropertyRegistry properties) {
      properties.add("bootstrap", BROKER::bootstrapServers);
    }

    @Autowired private KafkaTemplate<String, String> template;
    @Autowired private Listener listener;

    @org.junit.jupiter.api.Test
    void whatIsSentIsHeard() throws Exception {
      template.send(new ProducerRecord<>("greetings", "hello")).get(30, TimeUnit.SECONDS);
      assertEquals("hello", listener.heard.poll(30, TimeUnit.SECONDS));
    }

    static class Listener {
      final java.util.concurrent.BlockingQueue<String> heard =
          new java.util.concurrent.LinkedBlockingQueue<>();

      @KafkaListener(topics = "greetings", groupId = "listeners")
      void hear(String greeting) {
        heard.add(greeting);
      }
    }

    @Configuration
    @EnableKafka
    static class Config {
      @Bean
      KafkaTemplate<String, String> template(@Value("${bootstrap}") String bootstrap) {
        return new KafkaTemplate<>(
            new DefaultKafkaProducerFactory<>(
                Map.of("bootstrap.servers", bootstrap),
                new StringSerializer(),
                new StringSerializer()));
      }

      @Bean
      ConcurrentKafkaListenerContainerFactory<String, String> kafkaListenerContainerFactory(
          @Value("${bootstrap}") String bootstrap) {
        ConcurrentKafkaListenerContainerFactory<String, String> factory =
            new ConcurrentKafkaListenerContainerFactory<>();
        factory.setConsumerFactory(
            new DefaultKafkaConsumerFactory<>(
                Map.of("bootstrap.servers", bootstrap, "auto.offset.reset", "earliest"),
                new StringDeserializer(),
                new StringDeserializer()));
        return factory;
      }

      @Bean
      Listener listener() {
        return new Listener();
      }
    }
  }

  private static void run(Class<?> tests, int expected) {
    TestExecutionSummary summary = execute(tests);
    summary
        .getFailures()
        .forEach(
            failure -> {
              throw new AssertionError(
                  failure.getTestIdentifier().getDisplayName(), failure.getException());
            });
    assertEquals(expected, summary.getTestsSucceededCount());
  }

  private static TestExecutionSummary execute(Class<?> tests) {
    LauncherDiscoveryRequest request =
        LauncherDiscoveryRequestBuilder.request().selectors(selectClass(tests)).build();
    SummaryGeneratingListener listener = new SummaryGeneratingListener();
    LauncherFactory.create().execute(request, listener);
    return listener.getSummary();
  }

  private static Set<String> topics(MilenaNode broker) throws Exception {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
      return admin.listTopics().names().get();
    }
  }
}

package milena.node;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.conditions.ArchConditions.callMethodWhere;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.BeforeClass;
import org.junit.Test;
import org.scalatestplus.junit.JUnitSuite;

/**
 * The floors of the house, as docs/architecture.md draws them: a package imports only what stands
 * on a lower floor, or the neighbours named here.
 */
public class LayeringTest extends JUnitSuite {

  /** From the ground up; the packages of one floor don't see each other. */
  private static final List<List<String>> FLOORS =
      List.of(
          List.of("common", "build"),
          List.of("record"),
          List.of("log"),
          List.of("metadata", "replication", "group", "txn"),
          List.of("broker"),
          List.of("security", "kafka", "streams", "http", "metrics"),
          List.of("node"),
          List.of("cli", "testkit"));

  /** Below the Akka line: plain objects that a simulation can run by the thousand. */
  private static final String[] BELOW_AKKA = {
    "milena.common..",
    "milena.record..",
    "milena.log..",
    "milena.metadata..",
    "milena.replication..",
    "milena.group..",
    "milena.txn..",
    "milena.streams.core.."
  };

  private static JavaClasses classes;

  @BeforeClass
  public static void readClasses() {
    classes =
        new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("milena");
  }

  @Test
  public void packagesSeeOnlyLowerFloors() {
    for (int floor = 0; floor < FLOORS.size(); floor++) {
      for (String name : FLOORS.get(floor)) {
        String[] hidden = hiddenFrom(floor, name);
        if (hidden.length > 0) {
          noClasses()
              .that()
              .resideInAPackage("milena." + name + "..")
              .should()
              .dependOnClassesThat()
              .resideInAnyPackage(hidden)
              .because(
                  "milena."
                      + name
                      + " stands on floor "
                      + floor
                      + ": it must be usable, testable and readable without what is above and"
                      + " beside it; hand in what it needs as a value or an interface of its own")
              .allowEmptyShould(true)
              .check(classes);
        }
      }
    }
  }

  @Test
  public void nothingBelowTheLineKnowsAkka() {
    noClasses()
        .that()
        .resideInAnyPackage(BELOW_AKKA)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("akka..", "scala..", "io.netty..", "org.apache.ratis..")
        .because(
            "protocol decisions are plain, single-threaded, deterministic objects: the actor, the"
                + " socket and the Raft log around them are other packages' affair")
        .check(classes);
  }

  @Test
  public void nothingBelowTheLineReadsAClockOrRollsADieOrStartsAThread() {
    noClasses()
        .that()
        .resideInAnyPackage(BELOW_AKKA)
        .should(callMethodWhere(isClockOrDie()))
        .because(
            "time and randomness come in as arguments, so that a failure found under a seed can be"
                + " run again")
        .check(classes);
    noClasses()
        .that()
        .resideInAnyPackage(BELOW_AKKA)
        .should()
        .dependOnClassesThat(
            DescribedPredicate.describe(
                "are threads, executors or sources of chance",
                c ->
                    c.isAssignableTo(Thread.class)
                        || c.isAssignableTo(java.util.concurrent.Executor.class)
                        || c.isAssignableTo(java.util.Timer.class)
                        || c.isAssignableTo(java.util.Random.class)))
        .because("single-threaded code needs no thread, and repeatable code no chance")
        .check(classes);
  }

  @Test
  public void onlyTheToolsUseKafkasClients() {
    noClasses()
        .that()
        .resideInAPackage("milena..")
        .and()
        .resideOutsideOfPackages("milena.cli.client..", "milena.testkit..")
        .should()
        .dependOnClassesThat(
            resideInAnyPackage("org.apache.kafka.clients..")
                .and(DescribedPredicate.not(isWhatStreamsShareWithClients())))
        .because("kafka-clients is here for the wire format; its clients are for those outside")
        .check(classes);
  }

  @Test
  public void nothingIsJavaSerialised() {
    noClasses()
        .that()
        .resideInAPackage("milena..")
        .should()
        .dependOnClassesThat(
            resideInAnyPackage("java.rmi..")
                .or(
                    DescribedPredicate.describe(
                        "are Java's object streams",
                        c ->
                            c.getName().equals("java.io.ObjectInputStream")
                                || c.getName().equals("java.io.ObjectOutputStream"))))
        .because("what crosses nodes has a format that is written down and can change")
        .check(classes);
  }

  @Test
  public void onlyStreamsAndToolsSpeakInKafkasRecordsAndAssignors() {
    noClasses()
        .that()
        .resideInAPackage("milena..")
        .and()
        .resideOutsideOfPackages("milena.streams..", "milena.cli.client..", "milena.testkit..")
        .should()
        .dependOnClassesThat(isWhatStreamsShareWithClients())
        .because("what a user of the streams holds in hand is no way to talk inside")
        .check(classes);
  }

  /** Values and the encoding of assignments, so that streams and Kafka's consumers get along. */
  private static DescribedPredicate<JavaClass> isWhatStreamsShareWithClients() {
    return DescribedPredicate.describe(
        "are the values of Kafka's clients, or their assignors",
        c ->
            c.getBaseComponentType()
                .getName()
                .matches(
                    "org\\.apache\\.kafka\\.clients\\."
                        + "(producer\\.(ProducerRecord|RecordMetadata)"
                        + "|consumer\\.(ConsumerRecord|ConsumerGroupMetadata"
                        + "|ConsumerPartitionAssignor.*|internals\\.ConsumerProtocol"
                        + "|[A-Za-z]*Exception))"));
  }

  private static String[] hiddenFrom(int floor, String name) {
    List<String> hidden = new ArrayList<>();
    for (int other = floor; other < FLOORS.size(); other++) {
      for (String neighbour : FLOORS.get(other)) {
        if (!neighbour.equals(name)) {
          hidden.add("milena." + neighbour + "..");
        }
      }
    }
    return hidden.toArray(String[]::new);
  }

  private static DescribedPredicate<JavaMethodCall> isClockOrDie() {
    return DescribedPredicate.describe(
        "read a clock or roll a die",
        call -> {
          String owner = call.getTargetOwner().getName();
          String method = call.getName();
          return owner.equals("java.lang.System")
                  && (method.equals("currentTimeMillis") || method.equals("nanoTime"))
              || owner.startsWith("java.time.") && method.equals("now")
              || owner.equals("java.time.Clock") && method.startsWith("system")
              || owner.equals("java.lang.Math") && method.equals("random")
              || owner.equals("java.util.UUID") && method.equals("randomUUID")
              || owner.equals("org.apache.kafka.common.Uuid") && method.equals("randomUuid");
        });
  }
}

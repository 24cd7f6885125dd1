package milena.node;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ConfiguratorRank;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.LayoutWrappingEncoder;
import ch.qos.logback.core.spi.ContextAwareBase;
import java.util.Map;
import java.util.stream.Stream;
import org.slf4j.Logger;

/**
 * What a process logs unless somebody says otherwise: to standard output, and of a healthy node no
 * more than fits a screen. Logback finds this class as a service. It is code, since reading the
 * same from XML takes a tenth of a start.
 *
 * <p>Anybody's file goes first: one named by {@code -Dlogback.configurationFile}, or the {@code
 * logback.xml} of a program that embeds a node.
 */
@ConfiguratorRank(ConfiguratorRank.FALLBACK)
public final class LogbackSetup extends ContextAwareBase implements Configurator {
  /** Where Logback looks for a file's name. */
  static final String FILE_PROPERTY = "logback.configurationFile";

  /** Libraries tell of what goes wrong; what goes right is Milena's to tell. */
  private static final Map<String, Level> LEVELS =
      Map.ofEntries(
          Map.entry(Logger.ROOT_LOGGER_NAME, Level.WARN),
          Map.entry("milena", Level.INFO),
          // Ratis warns of its own options and of a group of one being a group of one,
          Map.entry("org.apache.ratis", Level.ERROR),
          Map.entry("org.apache.ratis.server", Level.WARN),
          // takes it for news that its threads are interrupted to end them,
          Map.entry(
              "org.apache.ratis.server.raftlog.segmented.SegmentedRaftLogWorker", Level.ERROR),
          // and tells at length of a successor that is stopping, too (the hand-over goes on to the
          // next).
          Map.entry("org.apache.ratis.server.impl.TransferLeadership", Level.ERROR),
          // A peer that is away is the controller's to tell of, not that of each stream to it.
          Map.entry("org.apache.ratis.server.leader.LogAppender", Level.ERROR),
          // Who is silent and whose run has ended is the controller's to tell as well.
          Map.entry("akka.cluster.Cluster", Level.ERROR),
          Map.entry("akka.remote.artery.Association", Level.ERROR),
          Map.entry("akka.remote.artery.ArteryTransport", Level.ERROR),
          // The node itself says what a start waits for; each buffered message needs no line.
          Map.entry("akka.cluster.sharding.ShardRegion", Level.ERROR),
          Map.entry("akka.stream.Materializer", Level.ERROR));

  /** For Logback. */
  public LogbackSetup() {}

  @Override
  public ExecutionStatus configure(LoggerContext loggers) {
    if (System.getProperty(FILE_PROPERTY) != null || othersSay()) {
      return ExecutionStatus.INVOKE_NEXT_IF_ANY;
    }
    apply(loggers);
    return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
  }

  static void apply(LoggerContext loggers) {
    LogLine line = new LogLine();
    line.setContext(loggers);
    line.start();
    LayoutWrappingEncoder<ILoggingEvent> encoder = new LayoutWrappingEncoder<>();
    encoder.setContext(loggers);
    encoder.setLayout(line);
    encoder.start();
    ConsoleAppender<ILoggingEvent> appender = new ConsoleAppender<>();
    appender.setContext(loggers);
    appender.setName("stdout");
    appender.setEncoder(encoder);
    appender.start();
    loggers.getLogger(Logger.ROOT_LOGGER_NAME).addAppender(appender);
    LEVELS.forEach((name, level) -> loggers.getLogger(name).setLevel(level));
  }

  /** Whether a file lies on the class path; that of bin/milena is Milena's alone. */
  private static boolean othersSay() {
    ClassLoader loader = LogbackSetup.class.getClassLoader();
    return System.getProperty("milena.home") == null
        && Stream.of("logback-test.xml", "logback.xml")
            .anyMatch(name -> loader.getResource(name) != null);
  }
}

package milena.node;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.util.List;
import org.slf4j.LoggerFactory;

/** What a class warns of, in all nodes of this JVM, from its making to its closing. */
final class Warnings implements AutoCloseable {
  private final Logger logger;
  private final ListAppender<ILoggingEvent> events = new ListAppender<>();

  Warnings(Class<?> teller) {
    logger = (Logger) LoggerFactory.getLogger(teller);
    events.start();
    logger.addAppender(events);
  }

  /** The warnings so far that have these words. */
  List<String> containing(String words) {
    List<ILoggingEvent> soFar;
    synchronized (events) { // as its own appends are
      soFar = List.copyOf(events.list);
    }
    return soFar.stream()
        .filter(event -> event.getLevel().isGreaterOrEqual(Level.WARN))
        .map(ILoggingEvent::getFormattedMessage)
        .filter(message -> message.contains(words))
        .toList();
  }

  @Override
  public void close() {
    logger.detachAppender(events);
  }
}

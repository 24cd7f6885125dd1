package milena.node;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.CoreConstants;
import ch.qos.logback.core.LayoutBase;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.TimeZone;

/**
 * An event as one line: time, level, the last part of the logger's name, what it says; and a stack
 * trace below. It is what Logback's pattern {@code %d{yyyy-MM-dd'T'HH:mm:ss.SSS} %-5level
 * %logger{0} - %msg%n%ex} gives, at a start's price: the pattern's date would look into every jar
 * for time zones.
 */
final class LogLine extends LayoutBase<ILoggingEvent> {
  private static final int LENGTH = 160;
  private static final String LEVEL_SPACE = "     ";

  @Override
  public String doLayout(ILoggingEvent event) {
    StringBuilder line = new StringBuilder(LENGTH);
    appendTime(line, event.getTimeStamp());
    String level = event.getLevel().toString();
    line.append(' ').append(level).append(LEVEL_SPACE, Math.min(level.length(), 5), 5);
    String logger = event.getLoggerName();
    line.append(' ').append(logger, logger.lastIndexOf('.') + 1, logger.length());
    line.append(" - ").append(event.getFormattedMessage()).append(CoreConstants.LINE_SEPARATOR);
    if (event.getThrowableProxy() != null) {
      line.append(ThrowableProxyUtil.asString(event.getThrowableProxy()));
    }
    return line.toString();
  }

  /** In the process's time zone, to the millisecond. */
  private static void appendTime(StringBuilder line, long timestampMs) {
    long here = timestampMs + TimeZone.getDefault().getOffset(timestampMs);
    int millis = (int) Math.floorMod(here, 1000L);
    LocalDateTime time = LocalDateTime.ofEpochSecond(Math.floorDiv(here, 1000L), 0, ZoneOffset.UTC);
    append(line, time.getYear(), 1000);
    append(line.append('-'), time.getMonthValue(), 10);
    append(line.append('-'), time.getDayOfMonth(), 10);
    append(line.append('T'), time.getHour(), 10);
    append(line.append(':'), time.getMinute(), 10);
    append(line.append(':'), time.getSecond(), 10);
    append(line.append('.'), millis, 100);
  }

  /**
   * @param unit of the first digit, a power of ten
   */
  private static void append(StringBuilder line, int number, int unit) {
    for (int each = unit; each > 1 && number < each; each /= 10) {
      line.append('0');
    }
    line.append(number);
  }
}

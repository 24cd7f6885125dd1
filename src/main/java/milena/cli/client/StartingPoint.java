package milena.cli.client;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Where in a partition to begin, as a person says it. */
sealed interface StartingPoint {
  /** The first record there is. */
  record Beginning() implements StartingPoint {}

  /** What comes next. */
  record End() implements StartingPoint {}

  /** The record with this offset. */
  record Offset(long offset) implements StartingPoint {}

  /** The last records of each partition. */
  record Last(long count) implements StartingPoint {}

  /** The first record with this timestamp, in ms since 1970, or a later one. */
  record Time(long timestampMs) implements StartingPoint {}

  String SYNTAX =
      "beginning, end, an offset (42), the last of each partition (-10), a time"
          + " (2026-01-31T12:00:00Z, local without Z, or a date), or so long ago (90s, 15m, 2h,"
          + " 7d)";

  Pattern AGO = Pattern.compile("(\\d{1,9})([smhd])");

  /**
   * @throws Complaint when it is none of {@link #SYNTAX}
   */
  static StartingPoint parse(String text, long nowMs, ZoneId zone) {
    if (text.equals("beginning") || text.equals("earliest")) {
      return new Beginning();
    }
    if (text.equals("end") || text.equals("latest")) {
      return new End();
    }
    try {
      if (text.matches("-?\\d+")) {
        long number = Long.parseLong(text);
        return text.startsWith("-") ? new Last(-number) : new Offset(number);
      }
      Matcher ago = AGO.matcher(text);
      if (ago.matches()) {
        return new Time(
            nowMs - unit(ago.group(2)).multipliedBy(Long.parseLong(ago.group(1))).toMillis());
      }
      return new Time(instant(text, zone).toEpochMilli());
    } catch (DateTimeException | NumberFormatException e) {
      throw new Complaint("'" + text + "' is no place to begin. It can be " + SYNTAX + ".");
    }
  }

  private static Instant instant(String text, ZoneId zone) {
    if (text.endsWith("Z")) {
      return Instant.parse(text);
    }
    return text.contains("T")
        ? LocalDateTime.parse(text).atZone(zone).toInstant()
        : LocalDate.parse(text).atStartOfDay(zone).toInstant();
  }

  private static Duration unit(String letter) {
    return switch (letter) {
      case "s" -> Duration.ofSeconds(1);
      case "m" -> Duration.ofMinutes(1);
      case "h" -> Duration.ofHours(1);
      default -> Duration.ofDays(1);
    };
  }
}

package milena.streams.core;

import java.util.Locale;
import org.apache.kafka.common.config.ConfigException;

/** What {@code auto.offset.reset} says of a partition without a position. */
public enum OffsetReset {
  EARLIEST,
  LATEST,
  NONE;

  /** By the setting's value. */
  public static OffsetReset of(String value) {
    return switch (value.toLowerCase(Locale.ROOT)) {
      case "earliest" -> EARLIEST;
      case "latest" -> LATEST;
      case "none" -> NONE;
      default ->
          throw new ConfigException(
              "auto.offset.reset", value, "It must be earliest, latest or none");
    };
  }
}

package milena.cli.client;

import java.util.Locale;

/** Numbers as people write and read them. */
final class Numbers {
  private Numbers() {}

  /**
   * @throws Complaint when it is none
   */
  static int nonNegative(String text, String what) {
    try {
      int number = Integer.parseInt(text.trim());
      if (number >= 0) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Said below.
    }
    throw new Complaint("'" + text + "' is no " + what + ".");
  }

  /** With its thousands apart. */
  static String grouped(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }

  /** In the unit that fits, of 1,000 each. */
  static String bytes(double bytes) {
    String[] units = {"B", "kB", "MB", "GB", "TB"};
    int unit = 0;
    while (bytes >= 1000 && unit < units.length - 1) {
      bytes /= 1000;
      unit++;
    }
    return String.format(Locale.ROOT, unit == 0 ? "%.0f %s" : "%.1f %s", bytes, units[unit]);
  }
}

package milena.cli;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The options of {@code start} and {@code dev}, read without picocli: its reflection would take a
 * tenth of a node's start. Whatever is not plain (help, a mistake) is left to picocli, which
 * answers it well.
 *
 * @param options the last value of each option that takes one
 * @param settings what {@code --set} says
 */
record PlainArguments(Map<String, String> options, Map<String, String> settings) {

  /** Empty when there is anything but options of these names, each with its value. */
  static Optional<PlainArguments> read(String[] arguments, int from, String... names) {
    Map<String, String> options = new LinkedHashMap<>();
    Map<String, String> settings = new LinkedHashMap<>();
    for (int i = from; i < arguments.length; i++) {
      String argument = arguments[i];
      int equals = argument.indexOf('=');
      String name = equals < 0 ? argument : argument.substring(0, equals);
      if (equals < 0 && i + 1 == arguments.length) {
        return Optional.empty();
      }
      String value = equals < 0 ? arguments[++i] : argument.substring(equals + 1);
      if (name.equals("--set")) {
        int assign = value.indexOf('=');
        if (assign < 1) {
          return Optional.empty();
        }
        settings.put(value.substring(0, assign), value.substring(assign + 1));
      } else if (List.of(names).contains(name)) {
        options.put(name, value);
      } else {
        return Optional.empty();
      }
    }
    return Optional.of(new PlainArguments(options, settings));
  }

  Optional<Path> path(String name) {
    return Optional.ofNullable(options.get(name)).map(Path::of);
  }
}

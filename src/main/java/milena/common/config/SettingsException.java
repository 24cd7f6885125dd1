package milena.common.config;

import java.util.List;

/** A configuration that no node can start with: one line for each thing that is wrong. */
public final class SettingsException extends RuntimeException {
  private final transient List<String> problems;

  public SettingsException(List<String> problems) {
    super(String.join("\n", problems));
    this.problems = List.copyOf(problems);
  }

  /** Each as one sentence that names the setting. */
  public List<String> problems() {
    return problems;
  }
}

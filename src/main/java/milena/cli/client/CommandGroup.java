package milena.cli.client;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * A noun with verbs below it, which does nothing by itself. The options that all verbs have may
 * stand before the verb, too.
 */
abstract class CommandGroup implements Runnable {
  @Option(names = "--json", description = "Answer in JSON, for programs.")
  private boolean json;

  @Spec private CommandSpec spec;

  /** Whether the noun was told {@code --json} before its verb. */
  static boolean isJson(CommandSpec verb) {
    return verb.parent().userObject() instanceof CommandGroup noun && noun.json;
  }

  @Override
  public final void run() {
    throw new ParameterException(
        spec.commandLine(),
        "'"
            + spec.qualifiedName()
            + "' wants one of: "
            + String.join(", ", spec.subcommands().keySet())
            + " (see '"
            + spec.qualifiedName()
            + " --help')");
  }
}

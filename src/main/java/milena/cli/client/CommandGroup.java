package milena.cli.client;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** A noun with verbs below it, which does nothing by itself. */
abstract class CommandGroup implements Runnable {
  @Spec private CommandSpec spec;

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

package milena.cli;

import java.util.List;
import milena.cli.client.ClusterCommand;
import milena.cli.client.Complaint;
import milena.cli.client.ConfigsCommand;
import milena.cli.client.ConsumeCommand;
import milena.cli.client.GroupsCommand;
import milena.cli.client.LogCommand;
import milena.cli.client.PerfCommand;
import milena.cli.client.ProduceCommand;
import milena.cli.client.ReassignCommand;
import milena.cli.client.TopicsCommand;
import milena.node.CannotStart;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/** The command line {@code milena}, as picocli reads it. */
@Command(
    name = "milena",
    description = "Apache Kafka rebuilt on Akka actors: nodes, and tools for any Kafka cluster.",
    synopsisSubcommandLabel = "COMMAND",
    mixinStandardHelpOptions = true,
    versionProvider = Main.Version.class,
    subcommands = {
      StartCommand.class,
      DevCommand.class,
      TopicsCommand.class,
      ProduceCommand.class,
      ConsumeCommand.class,
      GroupsCommand.class,
      ConfigsCommand.class,
      ClusterCommand.class,
      ReassignCommand.class,
      LogCommand.class,
      PerfCommand.class,
      RehearseCommand.class,
      Main.CompletionCommand.class,
      Main.VersionCommand.class
    })
final class Main implements Runnable {
  @Spec private CommandSpec spec;

  private Main() {}

  static int run(String... arguments) {
    CommandLine line = new CommandLine(new Main());
    line.setExecutionExceptionHandler(
        (failure, command, parsed) -> {
          if (failure instanceof CannotStart || failure instanceof Complaint) {
            command.getErr().println("milena: " + failure.getMessage());
            return 1;
          }
          failure.printStackTrace(command.getErr());
          return 2;
        });
    line.setParameterExceptionHandler(
        (failure, given) -> {
          failure.getCommandLine().getErr().println("milena: " + explained(failure));
          return failure.getCommandLine().getCommandSpec().exitCodeOnInvalidInput();
        });
    return line.execute(arguments);
  }

  /** What is wrong with the words of a command, and what could be meant, on one line. */
  private static String explained(ParameterException failure) {
    CommandSpec command = failure.getCommandLine().getCommandSpec();
    if (!(failure instanceof UnmatchedArgumentException unmatched)) {
      return failure.getMessage();
    }
    String word = unmatched.getUnmatched().get(0);
    String name = "'" + command.qualifiedName() + "'";
    String see = " (see '" + command.qualifiedName() + " --help')";
    if (!command.subcommands().isEmpty()) {
      String known = String.join(", ", command.subcommands().keySet());
      return name + " has no '" + word + "': it wants one of " + known + see;
    }
    if (!unmatched.isUnknownOption()) {
      return name + " can't do anything with '" + word + "'" + see;
    }
    List<String> similar = unmatched.getSuggestions();
    String meant = similar.isEmpty() ? "" : ": " + String.join(" or ", similar) + "?";
    return name + " has no option '" + word + "'" + meant + see;
  }

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(), "a command is missing; 'milena --help' lists them");
  }

  /** Says which version this is. */
  @Command(name = "version", description = "Says which version this is.")
  static final class VersionCommand implements Runnable {
    @Override
    public void run() {
      System.out.println(new Version().getVersion()[0]);
    }
  }

  /** Prints what a shell needs to complete commands and options. */
  @Command(
      name = "completion",
      description = {
        "Prints what bash or zsh needs to complete commands and options.",
        "Put 'source <(milena completion)' into ~/.bashrc."
      },
      mixinStandardHelpOptions = true)
  static final class CompletionCommand implements Runnable {
    @Spec private CommandSpec spec;

    @Override
    public void run() {
      System.out.print(AutoComplete.bash("milena", spec.root().commandLine()));
    }
  }

  /** The version that the build wrote into the jar. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = Main.class.getPackage().getImplementationVersion();
      return new String[] {"Milena " + (version == null ? "(not built as a jar)" : version)};
    }
  }
}

package milena.build;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;

/**
 * Gives each lambda in a jar a class of its own. The JVM works out at run time how to call a
 * lambda, which costs its first use a tenth of a millisecond and more; for the two thousand lambdas
 * of a node's start that is a quarter of the whole. A class comes from the class-data-sharing
 * archive at a tenth of that. The archive would hold the classes that the JVM spins for lambdas
 * too, but not what links them, and of those that can be serialised, as all of Scala's can, not
 * even the classes.
 *
 * <p>The {@code equals} and {@code hashCode} of records, which the JVM puts together at run time
 * too, become plain code for the same reason.
 *
 * <p>A lambda that can be serialised still can: as an object of its class.
 */
public final class PlainLambdas {
  /** Tells that a jar was changed, by what and how; who finds it need not look into the rest. */
  private static final String MARK = "META-INF/milena-plain-lambdas.txt";

  private static final String MARK_TEXT =
      "Milena's build has changed this file: each lambda in it has become a class of its own,\n"
          + "and the equals and hashCode of each record plain code.\n";

  private PlainLambdas() {}

  /**
   * Rewrites jars in place. Jars that are signed, make no lambdas or were rewritten before stay as
   * they are.
   *
   * @param arguments a jar, a directory of jars, and what the names of those in the directory begin
   *     with that shall be left alone
   */
  public static void main(String[] arguments) throws IOException {
    List<Path> jars = new ArrayList<>();
    jars.add(Path.of(arguments[0]));
    List<String> spared = List.of(arguments).subList(2, arguments.length);
    try (Stream<Path> files = Files.list(Path.of(arguments[1]))) {
      files
          .filter(file -> file.toString().endsWith(".jar"))
          .filter(file -> spared.stream().noneMatch(file.getFileName().toString()::startsWith))
          .forEach(jars::add);
    }
    for (Path jar : jars) {
      rewrite(jar);
    }
  }

  static void rewrite(Path jar) throws IOException {
    List<Piece> before = read(jar);
    if (before.stream().anyMatch(Piece::forbidsChange)) {
      return;
    }
    List<Piece> after =
        before.parallelStream().flatMap(Piece::rewritten).collect(Collectors.toList());
    if (after.equals(before)) {
      return;
    }
    after.add(new Piece(MARK, 0, MARK_TEXT.getBytes(StandardCharsets.UTF_8)));
    Path next = jar.resolveSibling(jar.getFileName() + ".next");
    write(next, after);
    Files.move(next, jar, StandardCopyOption.REPLACE_EXISTING);
  }

  private static List<Piece> read(Path jar) throws IOException {
    List<Piece> pieces = new ArrayList<>();
    try (ZipInputStream in = new ZipInputStream(Files.newInputStream(jar))) {
      for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
        pieces.add(new Piece(entry.getName(), entry.getTime(), in.readAllBytes()));
      }
    }
    return pieces;
  }

  private static void write(Path jar, List<Piece> pieces) throws IOException {
    try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(jar))) {
      for (Piece piece : pieces) {
        ZipEntry entry = new ZipEntry(piece.name());
        entry.setTime(piece.time());
        out.putNextEntry(entry);
        out.write(piece.bytes());
        out.closeEntry();
      }
    }
  }

  /** One entry of a jar; its time in ms since 1970. */
  private record Piece(String name, long time, byte[] bytes) {
    boolean forbidsChange() {
      return name.equals(MARK) || name.matches("META-INF/[^/]*\\.SF");
    }

    /** What lies under META-INF/versions is for other releases, and stays as it is. */
    Stream<Piece> rewritten() {
      Map<String, byte[]> classes =
          name.endsWith(".class") && !name.startsWith("META-INF/")
              ? LambdaHost.rewrite(bytes)
              : Map.of();
      return classes.isEmpty()
          ? Stream.of(this)
          : classes.entrySet().stream()
              .map(each -> new Piece(each.getKey() + ".class", time, each.getValue()));
    }
  }
}

package milena.node;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigRenderOptions;
import java.io.File;
import java.io.IOException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;

/**
 * The {@code reference.conf} of every library. They are thousands of lines, most of them comments,
 * which take a tenth of a start to read; so the build leaves what they say in one file, and {@code
 * bin/milena} names it. Without it, as in a program that embeds a node, they are read as they are.
 */
public final class LibraryDefaults {
  /** The system property that names the file. */
  public static final String FILE_PROPERTY = "milena.library-defaults";

  private static final String REFERENCE = "reference.conf";
  private static final ClassLoader LOADER = chooseLoader();

  private LibraryDefaults() {}

  private static ClassLoader chooseLoader() {
    ClassLoader own = LibraryDefaults.class.getClassLoader();
    String file = System.getProperty(FILE_PROPERTY);
    return file == null ? own : new Prepared(own, new File(file));
  }

  /** Writes the file; for the build. */
  public static void write(Path file) throws IOException {
    Config defaults =
        ConfigFactory.parseResources(LibraryDefaults.class.getClassLoader(), REFERENCE);
    Files.writeString(file, defaults.resolve().root().render(ConfigRenderOptions.concise()));
  }

  /** What the libraries say, and system properties over it; read once, who asks meanwhile waits. */
  static Config read() {
    return ConfigFactory.defaultReference(LOADER);
  }

  /**
   * What an actor system has to load classes by, so that it reads the same and doesn't read it
   * again.
   */
  static ClassLoader loader() {
    return LOADER;
  }

  /** Takes the file for the one {@code reference.conf}. */
  private static final class Prepared extends ClassLoader {
    static {
      registerAsParallelCapable();
    }

    private final File file;

    Prepared(ClassLoader parent, File file) {
      super(parent);
      this.file = file;
    }

    @Override
    public Enumeration<URL> getResources(String name) throws IOException {
      return name.equals(REFERENCE)
          ? Collections.enumeration(List.of(file.toURI().toURL()))
          : super.getResources(name);
    }
  }
}

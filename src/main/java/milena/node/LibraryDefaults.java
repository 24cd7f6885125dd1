package milena.node;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.io.IOException;
import java.net.URL;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Enumeration;
import java.util.Set;

/** The {@code reference.conf} of every library, as the build has read them or as they are. */
public final class LibraryDefaults {
  private static final String REFERENCE = "reference.conf";
  private static final String OWN = "milena-defaults.conf";
  private static final ClassLoader CLASS_PATH = LibraryDefaults.class.getClassLoader();

  /** The loader is what the result of reading is kept by, so there is to be only one. */
  private static final class Chosen {
    static final ClassLoader LOADER =
        PreparedDefaults.present().isPresent() ? new Closed(CLASS_PATH) : CLASS_PATH;
  }

  private LibraryDefaults() {}

  /**
   * Prepares them, and Milena's own, for starts to come, this process's among them; for the build.
   */
  public static void prepare(Path file) throws IOException {
    new PreparedDefaults(
            readOwn().resolve(), ConfigFactory.parseResources(CLASS_PATH, REFERENCE).resolve())
        .write(file);
    System.setProperty(PreparedDefaults.FILE_PROPERTY, file.toString());
  }

  /** What Milena says under {@code milena}. */
  static Config own() {
    return PreparedDefaults.present()
        .map(PreparedDefaults::own)
        .orElseGet(LibraryDefaults::readOwn);
  }

  /** By its own address: to look for further files of this name would open every jar there is. */
  private static Config readOwn() {
    return ConfigFactory.parseURL(CLASS_PATH.getResource(OWN));
  }

  /** What the libraries say, and system properties over it; read once, who asks meanwhile waits. */
  static Config read() {
    return PreparedDefaults.present()
        .map(prepared -> ConfigFactory.systemProperties().withFallback(prepared.libraries()))
        .orElseGet(() -> ConfigFactory.defaultReference(CLASS_PATH));
  }

  /** What an actor system has to load classes by, so that it doesn't read all of it again. */
  static ClassLoader loader() {
    return Chosen.LOADER;
  }

  /**
   * Shows nothing of what Akka looks for in every jar: the defaults, which it is given, and the
   * versions of its modules, which the build has seen to.
   */
  private static final class Closed extends ClassLoader {
    private static final Set<String> HIDDEN = Set.of(REFERENCE, "META-INF/MANIFEST.MF");

    static {
      registerAsParallelCapable();
    }

    Closed(ClassLoader parent) {
      super(parent);
    }

    @Override
    public Enumeration<URL> getResources(String name) throws IOException {
      return HIDDEN.contains(name) ? Collections.emptyEnumeration() : super.getResources(name);
    }
  }
}

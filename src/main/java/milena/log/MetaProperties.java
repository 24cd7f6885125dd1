package milena.log;

import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Properties;
import org.apache.kafka.common.Uuid;

/** A log directory's {@code meta.properties}: whose it is. */
final class MetaProperties {
  private static final String FILE = "meta.properties";
  private static final String VERSION = "1";

  private MetaProperties() {}

  /** Null when there is no such file. */
  static LogDirectory.Identity read(Path directory) throws IOException {
    Path file = directory.resolve(FILE);
    Properties properties = new Properties();
    try {
      properties.load(new StringReader(Files.readString(file, StandardCharsets.UTF_8)));
    } catch (NoSuchFileException none) {
      return null;
    }
    String version = properties.getProperty("version");
    if (!VERSION.equals(version)) {
      throw new IOException(
          file + " has version " + version + ", and only version " + VERSION + " is understood");
    }
    try {
      String directoryId = properties.getProperty("directory.id");
      return new LogDirectory.Identity(
          properties.getProperty("cluster.id"),
          Integer.parseInt(properties.getProperty("node.id", "-1").trim()),
          directoryId == null ? null : Uuid.fromString(directoryId.trim()));
    } catch (IllegalArgumentException garbage) {
      throw new IOException(file + " can't be understood: " + garbage.getMessage(), garbage);
    }
  }

  static void write(Path directory, LogDirectory.Identity identity) throws IOException {
    StringBuilder text = new StringBuilder("#\n");
    if (identity.clusterId() != null) {
      text.append("cluster.id=").append(identity.clusterId()).append('\n');
    }
    if (identity.directoryId() != null) {
      text.append("directory.id=").append(identity.directoryId()).append('\n');
    }
    if (identity.nodeId() >= 0) {
      text.append("node.id=").append(identity.nodeId()).append('\n');
    }
    text.append("version=").append(VERSION).append('\n');
    DurableFiles.replace(
        directory.resolve(FILE), text.toString().getBytes(StandardCharsets.UTF_8), true);
  }
}

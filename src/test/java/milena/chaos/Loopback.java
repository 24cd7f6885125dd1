package milena.chaos;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** All on this machine, with nothing between the nodes that could break. */
final class Loopback implements Place {
  private final Path home;

  Loopback(Path home) {
    this.home = home;
  }

  @Override
  public String host(int node) {
    return "127.0.0.1";
  }

  @Override
  public List<String> inside(int node, List<String> command) {
    return command;
  }

  @Override
  public Path disk(int node) {
    try {
      return Files.createDirectories(home.resolve("disk-" + node));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public boolean canBeBroken() {
    return false;
  }

  @Override
  public void fillDisk(int node) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void freeDisk(int node) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void cut(int from, int to) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void heal(int from, int to) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void slow(int node, int kbits) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void hurry(int node) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void close() {}
}

package milena.chaos;

import java.nio.file.Path;
import java.util.List;

/** Where the nodes of a cluster live: their addresses, their disks, and what is between them. */
interface Place extends AutoCloseable {
  /** The address that the node binds, and by which all others know it. */
  String host(int node);

  /** The command as it starts a process there. The process is the command's own. */
  List<String> inside(int node, List<String> command);

  /** A directory for the node's data, made when first asked for. */
  Path disk(int node);

  /** Takes all that is free on the node's disk. */
  void fillDisk(int node);

  /** Gives it back. */
  void freeDisk(int node);

  /** Whether links can be cut and slowed, and disks filled. */
  boolean canBeBroken();

  /** What the one sends the other is lost; {@link #CLIENTS} is a place too. */
  void cut(int from, int to);

  /** Ends {@link #cut}. */
  void heal(int from, int to);

  /** What the node sends leaves at so many bits a second, and waits up to some seconds for it. */
  void slow(int node, int kbits);

  /** Ends {@link #slow}. */
  void hurry(int node);

  @Override
  void close();

  /** Where the clients are. */
  int CLIENTS = 0;
}

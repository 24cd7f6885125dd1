package org.apache.ratis.util;

import java.util.function.Supplier;

/**
 * Stands on the class path before Ratis's class of this name, and registers nothing. Ratis would
 * have the JVM make all its management beans, a twentieth of a node's start, to show one of its own
 * that tells who leads; and it has no setting to leave that out. Where Ratis's class comes first,
 * the bean is there and all else is the same.
 */
public class JmxRegister {
  /** For Ratis. */
  public JmxRegister() {}

  /** Registers nothing, which Ratis takes for a name that is in use. */
  public String register(Object bean, Iterable<Supplier<String>> names) {
    return null;
  }

  /** There is nothing to take back. */
  public boolean unregister() {
    return false;
  }
}

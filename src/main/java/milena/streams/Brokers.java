package milena.streams;

import milena.streams.link.BrokerLink;

/**
 * The brokers of a cluster, as streams know them: {@code MilenaNode.brokers()} gives those of the
 * cluster that a node in this JVM belongs to, {@link MilenaClient} those of a cluster that this
 * program joins. May be shared by any number of streams.
 */
public final class Brokers {
  private final BrokerLink link;

  /** For Milena itself. */
  public Brokers(BrokerLink link) {
    this.link = link;
  }

  /** For Milena itself: the way there. */
  public BrokerLink link() {
    return link;
  }
}

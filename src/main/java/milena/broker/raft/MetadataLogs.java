package milena.broker.raft;

import akka.actor.AbstractExtensionId;
import akka.actor.ActorSystem;
import akka.actor.ClassicActorSystemProvider;
import akka.actor.ExtendedActorSystem;
import akka.actor.Extension;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Where the plugins of an actor system, which Akka makes by the names of their classes, find that
 * node's metadata log. Each actor system has its own, so that nodes can share a JVM.
 */
public final class MetadataLogs extends AbstractExtensionId<MetadataLogs.Holder> {
  private static final MetadataLogs ID = new MetadataLogs();

  private MetadataLogs() {}

  /** Holds one actor system's log. */
  public static final class Holder implements Extension {
    private final AtomicReference<MetadataLog> log = new AtomicReference<>();

    private Holder() {}
  }

  /** Gives an actor system its log, before anything of it persists. */
  public static void provide(ClassicActorSystemProvider system, MetadataLog log) {
    if (!ID.get(system).log.compareAndSet(null, log)) {
      throw new IllegalStateException("This actor system has a metadata log already");
    }
  }

  /** The log of this actor system, if it was given one already. */
  public static Optional<MetadataLog> find(ActorSystem system) {
    return Optional.ofNullable(ID.get(system).log.get());
  }

  static MetadataLog of(ActorSystem system) {
    MetadataLog log = ID.get(system).log.get();
    if (log == null) {
      throw new IllegalStateException("This actor system was given no metadata log");
    }
    return log;
  }

  @Override
  public Holder createExtension(ExtendedActorSystem system) {
    return new Holder();
  }
}

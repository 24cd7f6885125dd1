package milena.streams;

import akka.actor.Address;
import akka.actor.BootstrapSetup;
import akka.actor.CoordinatedShutdown;
import akka.actor.setup.ActorSystemSetup;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.Adapter;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import milena.streams.link.BrokerLink;
import milena.streams.link.ClientGuardian;
import milena.streams.link.PresentLink;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes this program a member of the brokers' actor cluster, with the role {@code client}: it hosts
 * nothing and counts in no quorum, and streams in it talk to the brokers' actors.
 *
 * <pre>{@code
 * try (MilenaClient client = MilenaClient.join("10.0.0.1:9093,10.0.0.2:9093,10.0.0.3:9093")) {
 *   Consumer.plainSource(ConsumerSettings.create(client.brokers(), ...), ...).run(system);
 * }
 * }</pre>
 *
 * The membership is that of an actor system of the client's own, so that the program's are left as
 * they are: streams run in any of them. A client that its cluster has struck off, since it was
 * silent for too long, joins again by itself, and its streams go on.
 */
public final class MilenaClient implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(MilenaClient.class);
  private static final String SYSTEM = "milena";
  private static final Duration GOODBYE = Duration.ofSeconds(10);

  private final List<Address> doors;
  private final Config config;
  private final Brokers brokers = new Brokers(new PresentLink(this::link));
  private ActorSystem<ClientGuardian.Command> system;
  private CompletableFuture<BrokerLink> link;
  private boolean isClosed;

  private MilenaClient(List<Address> doors, Config config) {
    this.doors = doors;
    this.config = config;
  }

  /**
   * Joins through any of these members, from 127.0.0.1 if they are there, and from this machine's
   * name else; waits until it is a member.
   *
   * @param members {@code host:port} of some controllers, with commas between, as in {@code
   *     controller.quorum.voters}
   * @throws IllegalStateException when none of them lets it in
   */
  public static MilenaClient join(String members) {
    return builder().members(members).join();
  }

  public static Builder builder() {
    return new Builder();
  }

  /** The brokers of the cluster. */
  public Brokers brokers() {
    return brokers;
  }

  private synchronized Optional<BrokerLink> link() {
    return Optional.ofNullable(link.getNow(null));
  }

  private synchronized CompletableFuture<BrokerLink> begin() {
    CompletableFuture<BrokerLink> joined = new CompletableFuture<>();
    link = joined;
    system =
        ActorSystem.create(
            ClientGuardian.create(doors, joined),
            SYSTEM,
            ActorSystemSetup.create(
                BootstrapSetup.create(config)
                    .withClassloader(MilenaClient.class.getClassLoader())));
    system.getWhenTerminated().thenRun(this::beginAgain);
    return joined;
  }

  private void beginAgain() {
    synchronized (this) {
      if (isClosed) {
        return;
      }
      link = new CompletableFuture<>();
    }
    LOG.warn("This client is no member of its cluster any more, and joins again");
    Thread thread =
        new Thread(
            () -> {
              synchronized (this) {
                if (!isClosed) {
                  begin();
                }
              }
            },
            "milena-client-join");
    thread.setDaemon(true);
    thread.start();
  }

  /** Leaves the cluster. Streams that still run find no brokers, and fail in the end. */
  @Override
  public void close() {
    ActorSystem<ClientGuardian.Command> last;
    synchronized (this) {
      if (isClosed) {
        return;
      }
      isClosed = true;
      last = system;
    }
    if (last == null) {
      // The actor system itself could not start, as on a machine that is far too busy.
      return;
    }
    try {
      CoordinatedShutdown.get(Adapter.toClassic(last))
          .runAll(CoordinatedShutdown.actorSystemTerminateReason())
          .toCompletableFuture()
          .get(GOODBYE.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException | ExecutionException e) {
      LOG.info("The cluster could not be told that this client goes: it will notice");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      last.terminate();
    }
  }

  /** How to join. */
  public static final class Builder {
    private String members = "";
    private String host;
    private int port;
    private Duration timeout = Duration.ofSeconds(30);

    private Builder() {}

    /** {@code host:port} of some controllers, with commas between. */
    public Builder members(String addresses) {
      this.members = addresses;
      return this;
    }

    /** How the brokers reach this program; not said, 127.0.0.1 or this machine's name. */
    public Builder host(String name) {
      this.host = name;
      return this;
    }

    /** The port that the brokers dial; 0, the default, is a free one. */
    public Builder port(int number) {
      this.port = number;
      return this;
    }

    /** How long to wait to be let in. */
    public Builder timeout(Duration patience) {
      this.timeout = patience;
      return this;
    }

    /**
     * Joins, and waits until it is done.
     *
     * @throws IllegalStateException when nobody lets it in in time
     */
    public MilenaClient join() {
      List<Address> doors = new ArrayList<>();
      boolean isHere = true;
      for (String each : members.split(",")) {
        int colon = each.lastIndexOf(':');
        if (colon < 0) {
          throw new IllegalArgumentException("A member is named by host:port, not by " + each);
        }
        String name = each.substring(0, colon).trim();
        isHere &= name.equals("127.0.0.1") || name.equals("localhost");
        doors.add(
            new Address("akka", SYSTEM, name, Integer.parseInt(each.substring(colon + 1).trim())));
      }
      MilenaClient client = new MilenaClient(doors, config(isHere));
      try {
        client.begin().get(timeout.toMillis(), TimeUnit.MILLISECONDS);
        return client;
      } catch (TimeoutException | ExecutionException e) {
        client.close();
        throw new IllegalStateException("None of " + members + " has let this client in", e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        client.close();
        throw new IllegalStateException("Interrupted while joining", e);
      }
    }

    private Config config(boolean isHere) {
      String own = host;
      if (own == null) {
        own = isHere ? "127.0.0.1" : "<getHostName>";
      }
      ClassLoader loader = MilenaClient.class.getClassLoader();
      return ConfigFactory.parseMap(
              Map.of(
                  "akka.remote.artery.canonical.hostname", own,
                  "akka.remote.artery.canonical.port", port,
                  "akka.cluster.roles", List.of(ClientGuardian.ROLE)),
              "this client's place")
          .withFallback(
              ConfigFactory.parseResources(loader, "milena-defaults.conf")
                  .getConfig("milena")
                  .withOnlyPath("akka"))
          .withFallback(ConfigFactory.defaultReference(loader))
          .resolve();
    }
  }
}

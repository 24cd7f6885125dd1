package milena.metadata;

import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import milena.common.Outcome;
import milena.metadata.BrokerEvent.BrokerDirectoriesChanged;
import milena.metadata.BrokerEvent.BrokerRegistered;
import milena.metadata.BrokerEvent.BrokerStateChanged;
import milena.metadata.BrokerEvent.BrokerUnregistered;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;

/**
 * Decides about brokers: who may register, who is let in, who is fenced, who may stop.
 *
 * <pre>
 *                register                 heartbeat, caught up
 *   (unknown) ------------> FENCED --------------------------------> IN
 *                             ^  ^      silent, or wants to be fenced |
 *        register, a new      |  +------------------------------------+
 *        incarnation          |                                       | wants to shut down
 *   (any) --------------------+  <------------- STOPPING <------------+
 *                                  others know
 * </pre>
 */
public final class BrokerDecisions {
  private final PartitionSweep sweep;

  public BrokerDecisions(ElectionRules rules) {
    this.sweep = new PartitionSweep(rules);
  }

  /** What a starting broker says of itself. */
  public record Candidate(
      int id,
      Uuid incarnation,
      Optional<String> clusterId,
      Map<String, BrokerImage.Endpoint> listeners,
      Optional<String> rack,
      List<Uuid> directories,
      PreviousStop previousStop) {
    public Candidate {
      directories = List.copyOf(directories);
    }
  }

  /** The epoch of the incarnation, or why it has none. */
  public record Registration(Outcome outcome, long epoch) {}

  /**
   * Registers a broker. A new incarnation starts fenced, and whatever the one before it led is led
   * by somebody else or by nobody: no leader epoch ever spans a restart.
   *
   * @param earlierIsAlive whether the registered incarnation was heard from lately
   */
  public Decision<Registration> register(
      ClusterImage image, Candidate candidate, boolean earlierIsAlive) {
    BrokerImage earlier = image.brokers().get(candidate.id());
    if (earlier != null && earlier.incarnation().equals(candidate.incarnation())) {
      return Decision.reply(new Registration(Outcome.SUCCESS, earlier.epoch()));
    }
    Outcome objection = objection(image, candidate, earlier, earlierIsAlive);
    if (!objection.ok()) {
      return Decision.reply(new Registration(objection, -1));
    }
    Draft draft = new Draft(image);
    if (earlier != null && !earlier.fenced()) {
      fence(draft, earlier);
    }
    // One that was struck off the list meanwhile may still be eligible somewhere.
    Set<Uuid> present = new HashSet<>(candidate.directories());
    boolean lossy = candidate.previousStop() == PreviousStop.LOSSY;
    draft.addAll(
        sweep.forget(
            draft.image(),
            candidate.id(),
            partition -> lossy || isLost(partition.directoryOf(candidate.id()), present)));
    long epoch = draft.nextSequence();
    draft.add(
        new BrokerRegistered(
            new BrokerImage(
                candidate.id(),
                epoch,
                candidate.incarnation(),
                candidate.listeners(),
                candidate.rack(),
                candidate.directories(),
                true,
                false)));
    return draft.decide(new Registration(Outcome.SUCCESS, epoch));
  }

  private static Outcome objection(
      ClusterImage image, Candidate candidate, BrokerImage earlier, boolean earlierIsAlive) {
    if (candidate.clusterId().isPresent() && !candidate.clusterId().equals(image.clusterId())) {
      return Outcome.of(
          Errors.INCONSISTENT_CLUSTER_ID,
          "Expected cluster ID %s, but got cluster ID %s"
              .formatted(image.clusterId().orElse("none"), candidate.clusterId().get()));
    }
    if (new HashSet<>(candidate.directories()).size() < candidate.directories().size()) {
      return Outcome.of(Errors.INVALID_REGISTRATION, "Duplicate directory ID in request");
    }
    for (BrokerImage other : image.brokers().values()) {
      if (other.id() != candidate.id() && shareADirectory(other, candidate)) {
        return Outcome.of(
            Errors.INVALID_REGISTRATION,
            "Broker %d is already registered with one of these directories".formatted(other.id()));
      }
    }
    // Whoever has the earlier one's directory has taken its lock too, so the earlier one is dead.
    if (earlier != null && earlierIsAlive && !shareADirectory(earlier, candidate)) {
      return Outcome.of(
          Errors.DUPLICATE_BROKER_REGISTRATION,
          "Another broker is registered with that broker id.");
    }
    return Outcome.SUCCESS;
  }

  private static boolean shareADirectory(BrokerImage broker, Candidate candidate) {
    return broker.directories().stream().anyMatch(candidate.directories()::contains);
  }

  private static boolean isLost(Uuid directory, Collection<Uuid> present) {
    return !Uuid.ZERO_UUID.equals(directory) && !present.contains(directory);
  }

  /** A sign of life, and what the broker wants. */
  public record Beat(
      int id,
      long epoch,
      long appliedSequence,
      boolean wantFence,
      boolean wantShutDown,
      List<Uuid> offlineDirectories) {}

  /** How the controller sees a broker. */
  public record Standing(Outcome outcome, boolean caughtUp, boolean fenced, boolean mayShutDown) {}

  /**
   * Answers a heartbeat.
   *
   * @param appliedByOthers the event that all other brokers have applied: whoever stops waits until
   *     they know
   */
  public Decision<Standing> heartbeat(ClusterImage image, Beat beat, long appliedByOthers) {
    BrokerImage broker = image.brokers().get(beat.id());
    if (broker == null || broker.epoch() != beat.epoch()) {
      Errors error = broker == null ? Errors.BROKER_ID_NOT_REGISTERED : Errors.STALE_BROKER_EPOCH;
      return Decision.reply(new Standing(Outcome.of(error), false, true, false));
    }
    boolean caughtUp = beat.appliedSequence() >= broker.epoch();
    Draft draft = new Draft(image);
    loseDirectories(draft, broker, beat.offlineDirectories());
    if (beat.wantShutDown()) {
      boolean mayStop = stop(draft, broker, appliedByOthers);
      return draft.decide(new Standing(Outcome.SUCCESS, caughtUp, mayStop, mayStop));
    }
    boolean shallBeFenced = beat.wantFence() || (broker.fenced() && !caughtUp);
    if (shallBeFenced && !broker.fenced()) {
      fence(draft, draft.image().brokers().get(beat.id()));
    } else if (!shallBeFenced && broker.fenced()) {
      draft.add(new BrokerStateChanged(beat.id(), beat.epoch(), false, false));
      draft.addAll(sweep.returned(draft.image(), beat.id()));
    }
    return draft.decide(new Standing(Outcome.SUCCESS, caughtUp, shallBeFenced, false));
  }

  /** Takes the leaderships from a broker that stops; true once it may go. */
  private boolean stop(Draft draft, BrokerImage broker, long appliedByOthers) {
    if (broker.fenced()) {
      return true;
    }
    if (!broker.stopping()) {
      draft.add(new BrokerStateChanged(broker.id(), broker.epoch(), false, true));
      draft.addAll(sweep.leave(draft.image(), broker.id()));
    }
    boolean othersKnow = appliedByOthers >= draft.image().lastSequence();
    if (othersKnow) {
      draft.add(new BrokerStateChanged(broker.id(), broker.epoch(), true, false));
    }
    return othersKnow;
  }

  private void loseDirectories(Draft draft, BrokerImage broker, List<Uuid> offline) {
    List<Uuid> online =
        broker.directories().stream().filter(directory -> !offline.contains(directory)).toList();
    if (online.size() < broker.directories().size()) {
      draft.add(new BrokerDirectoriesChanged(broker.id(), broker.epoch(), online));
      draft.addAll(
          sweep.forget(
              draft.image(),
              broker.id(),
              partition -> isLost(partition.directoryOf(broker.id()), online)));
    }
  }

  /** Fences brokers that were silent for too long, each only if that incarnation is still in. */
  public Decision<Outcome> fence(ClusterImage image, List<BrokerImage> silent) {
    Draft draft = new Draft(image);
    for (BrokerImage broker : silent) {
      BrokerImage now = image.brokers().get(broker.id());
      if (now != null && now.epoch() == broker.epoch() && !now.fenced()) {
        fence(draft, now);
      }
    }
    return draft.decide(Outcome.SUCCESS);
  }

  /** A run of a node was found dead: it is gone, and what its broker led is led by others. */
  public Decision<Outcome> bury(ClusterImage image, MemberNode node) {
    Draft draft = new Draft(image);
    BrokerImage broker = image.brokers().get(node.id());
    if (image.membership().isPresent(node.id(), node.uid())) {
      draft.addAll(MembershipDecisions.gone(image, node.id(), node.uid()).events());
      if (broker != null && !broker.fenced()) {
        fence(draft, broker);
      }
    }
    return draft.decide(Outcome.SUCCESS);
  }

  /** Strikes a broker off the list; one that still runs will register anew. */
  public Decision<Outcome> unregister(ClusterImage image, int id) {
    BrokerImage broker = image.brokers().get(id);
    if (broker == null) {
      return Decision.reply(
          Outcome.of(
              Errors.BROKER_ID_NOT_REGISTERED, "Broker ID " + id + " is not currently registered"));
    }
    Draft draft = new Draft(image);
    draft.addAll(sweep.leave(image, id));
    draft.add(new BrokerUnregistered(id, broker.epoch()));
    return draft.decide(Outcome.SUCCESS);
  }

  private void fence(Draft draft, BrokerImage broker) {
    draft.add(new BrokerStateChanged(broker.id(), broker.epoch(), true, false));
    draft.addAll(sweep.leave(draft.image(), broker.id()));
  }
}

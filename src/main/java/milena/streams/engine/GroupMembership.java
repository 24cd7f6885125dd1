package milena.streams.engine;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import milena.streams.Subscription;
import milena.streams.core.GroupMember;
import milena.streams.core.GroupMember.Step;
import org.apache.kafka.common.protocol.ApiMessage;

/**
 * Carries out what a {@link GroupMember} wants done. Belongs to the session's actor; whatever is
 * waited for comes back to it.
 */
final class GroupMembership {
  /** The session. */
  interface Owner {
    /** Runs something on the session's actor. */
    void then(Runnable work);

    /** Calls {@link #waited} then. */
    void wait(Duration time);

    /** Nothing is to be delivered until the next assignment. */
    void pause();

    /** The member's partitions. */
    void assigned(GroupMember.Assigned partitions);

    /** The member can't go on. */
    void failed(Throwable cause);
  }

  private final GroupMember member;
  private final CoordinatorLink coordinator;
  private final TopicDirectory topics;
  private final Subscription subscription;
  private final Owner owner;

  /** How many partitions each topic had when this member, as the leader, shared them out. */
  private Map<String, Integer> assignedBy = Map.of();

  private Set<String> described = Set.of();
  private long turn;
  private boolean isOver;

  GroupMembership(
      GroupMember member,
      CoordinatorLink coordinator,
      TopicDirectory topics,
      Subscription subscription,
      Owner owner) {
    this.member = member;
    this.coordinator = coordinator;
    this.topics = topics;
    this.subscription = subscription;
    this.owner = owner;
  }

  void begin() {
    if (subscription.matching().isPresent()) {
      findTopics();
    } else {
      carryOut(member.start());
    }
  }

  /** The time that the owner was to wait is over. */
  void waited() {
    if (!isOver) {
      carryOut(member.waited());
    }
  }

  /** Goes on no more, and says goodbye; nothing when there is nobody to say it to. */
  Optional<CompletionStage<ApiMessage>> leave() {
    isOver = true;
    for (Step step : member.leave()) {
      if (step instanceof GroupMember.Ask goodbye) {
        return Optional.of(ask(goodbye));
      }
    }
    return Optional.empty();
  }

  private void carryOut(List<Step> steps) {
    long now = ++turn;
    for (Step step : steps) {
      if (step instanceof GroupMember.Ask ask) {
        ask(ask)
            .whenComplete(
                (answer, failure) ->
                    come(
                        now,
                        () ->
                            failure == null
                                ? member.answered(answer)
                                : member.unanswered(Calls.cause(failure))));
      } else if (step instanceof GroupMember.Describe describe) {
        describe(describe.topics(), now);
      } else if (step instanceof GroupMember.Wait wait) {
        owner.wait(Duration.ofMillis(wait.millis()));
      } else if (step instanceof GroupMember.ForgetCoordinator) {
        coordinator.forget();
      } else if (step instanceof GroupMember.Pause) {
        owner.pause();
      } else if (step instanceof GroupMember.Assigned assigned) {
        owner.assigned(assigned);
      } else if (step instanceof GroupMember.Failed failed) {
        owner.failed(failed.cause());
      }
    }
  }

  private CompletionStage<ApiMessage> ask(GroupMember.Ask ask) {
    return coordinator.ask(ask.request(), ask.version(), Duration.ofMillis(ask.timeoutMs()));
  }

  private void describe(Set<String> names, long now) {
    TopicsDescribed.by(topics, names)
        .whenComplete(
            (cluster, failure) ->
                come(
                    now,
                    () -> {
                      if (failure != null) {
                        return member.unanswered(Calls.cause(failure));
                      }
                      described = names;
                      assignedBy = TopicsDescribed.sizes(cluster);
                      return member.described(cluster);
                    }));
  }

  /** What comes back too late, to a member that has gone on meanwhile, counts no more. */
  private void come(long asked, Supplier<List<Step>> next) {
    owner.then(
        () -> {
          if (asked == turn && !isOver) {
            carryOut(next.get());
          }
        });
  }

  /** Whether the topics are still what the partitions were shared out by. */
  void lookAtTopics() {
    if (isOver) {
      return;
    }
    if (subscription.matching().isPresent()) {
      findTopics();
    }
    if (member.isLeader()) {
      TopicsDescribed.by(topics, described)
          .whenComplete(
              (cluster, failure) ->
                  owner.then(
                      () -> {
                        if (failure == null && !TopicsDescribed.sizes(cluster).equals(assignedBy)) {
                          member.assignAnew();
                        }
                      }));
    }
  }

  private void findTopics() {
    topics
        .matching(subscription.matching().orElseThrow())
        .whenComplete(
            (names, failure) ->
                owner.then(
                    () -> {
                      if (failure == null && !isOver) {
                        member.subscribe(Set.copyOf(names));
                        if (turn == 0) {
                          carryOut(member.start());
                        }
                      }
                    }));
  }
}

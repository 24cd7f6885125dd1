package milena.broker.membership;

import akka.actor.typed.ActorRef;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import milena.broker.raft.RatisMetadataLog;
import milena.broker.raft.TestVoters;
import milena.metadata.ClusterImage;
import milena.metadata.ImageSource;
import milena.metadata.MemberNode;

/** The admissions of three voters in one system, without a controller. */
final class Admissions {
  private final TestVoters voters;
  private final Map<Integer, ActorRef<VoterAdmission.Ask>> running = new ConcurrentHashMap<>();

  Admissions(TestVoters voters) {
    this.voters = voters;
  }

  void start(int id, boolean mayFound) throws IOException {
    RatisMetadataLog log = voters.start(id);
    running.put(
        id,
        voters
            .kit()
            .spawn(
                VoterAdmission.create(
                    log,
                    new MemberNode(id, "here", 1, id, false),
                    others(id),
                    leader -> Optional.empty(),
                    images(log),
                    mayFound)));
  }

  private VoterAdmission.Others others(int id) {
    return new VoterAdmission.Others() {
      @Override
      public List<Integer> ids() {
        return TestVoters.IDS.stream().filter(each -> each != id).toList();
      }

      @Override
      public Optional<ActorRef<VoterAdmission.Ask>> voter(int other) {
        return Optional.ofNullable(running.get(other));
      }
    };
  }

  private static ImageSource images(RatisMetadataLog log) {
    return new ImageSource() {
      @Override
      public ClusterImage current() {
        return log.image();
      }

      @Override
      public Subscription subscribe(Listener listener) {
        return () -> {};
      }
    };
  }

  void stop(int id) {
    voters.kit().stop(running.remove(id));
    voters.stop(id);
  }
}

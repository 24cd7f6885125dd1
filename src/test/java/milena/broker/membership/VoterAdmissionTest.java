package milena.broker.membership;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import akka.actor.typed.ActorRef;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import milena.broker.raft.RatisMetadataLog;
import milena.broker.raft.TestVoters;
import milena.broker.raft.TestVoters.Leading;
import milena.metadata.ClusterEvent.ClusterNamed;
import milena.metadata.ClusterImage;
import milena.metadata.ImageSource;
import milena.metadata.MemberNode;
import org.junit.Rule;
import org.junit.Test;
import org.scalatestplus.junit.JUnitSuite;

/** Three voters, of whom some have lost their memory: a cluster begins once, by all of them. */
public class VoterAdmissionTest extends JUnitSuite {
  @Rule public final TestVoters voters = new TestVoters(300);

  private final Map<Integer, ActorRef<VoterAdmission.Ask>> admissions = new ConcurrentHashMap<>();

  private void start(int id, boolean mayFound) throws IOException {
    RatisMetadataLog log = voters.start(id);
    admissions.put(
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
        return Optional.ofNullable(admissions.get(other));
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

  private void stop(int id) {
    voters.kit().stop(admissions.remove(id));
    voters.stop(id);
  }

  @Test
  public void aClusterBeginsWhenTheLastOfItsVotersIsThere() throws Exception {
    start(2, true);
    start(3, true);
    voters.nobodyLeads("two of three began a cluster, and the third may know one");
    assertTrue(voters.log(2).isShut() && voters.log(3).isShut());
    start(1, true);
    voters.leader();
  }

  @Test
  public void partitionsOfAnEarlierClusterOnOneVoterKeepAllFromBeginningAnother() throws Exception {
    start(1, false);
    start(2, true);
    start(3, true);
    voters.nobodyLeads("there was a cluster");
  }

  @Test
  public void twoThatLostTheirMemoryBeginNothingAndTheThirdsIsTakenOnAnOperatorsWord()
      throws Exception {
    for (int id : TestVoters.IDS) {
      start(id, true);
    }
    Leading first = voters.leader();
    voters.append(first, 1, new ClusterNamed("kept"));
    TestVoters.IDS.forEach(this::stop);
    List<Integer> lost = TestVoters.IDS.stream().filter(id -> id != first.id()).toList();
    voters.forgetLeaders();
    for (int id : lost) {
      voters.wipe(id);
      start(id, true);
    }
    voters.nobodyLeads("two that know nothing began anew");
    start(first.id(), true);
    voters.nobodyLeads("two that know nothing elected somebody");

    stop(first.id());
    stop(lost.get(0));
    voters.wipe(lost.get(0));
    copy(voters.directory(first.id()), voters.directory(lost.get(0)));
    start(first.id(), true);
    start(lost.get(0), true);
    Leading second = voters.leader();
    assertEquals(Optional.of("kept"), voters.log(second.id()).image().clusterId());
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> all = Files.walk(from)) {
      for (Path path : all.toList()) {
        Files.copy(path, to.resolve(from.relativize(path)));
      }
    }
  }
}

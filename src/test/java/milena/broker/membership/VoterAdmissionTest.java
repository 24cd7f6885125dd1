package milena.broker.membership;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import milena.broker.raft.TestVoters;
import milena.broker.raft.TestVoters.Leading;
import milena.metadata.ClusterEvent.ClusterNamed;
import org.junit.Rule;
import org.junit.Test;
import org.scalatestplus.junit.JUnitSuite;

/** Three voters, of whom some have lost their memory: a cluster begins once, by all of them. */
public class VoterAdmissionTest extends JUnitSuite {
  @Rule public final TestVoters voters = new TestVoters(300);

  private final Admissions admissions = new Admissions(voters);

  private void start(int id, boolean mayFound) throws IOException {
    admissions.start(id, mayFound);
  }

  private void stop(int id) {
    admissions.stop(id);
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

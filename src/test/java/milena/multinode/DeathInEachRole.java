package milena.multinode;

import java.util.List;
import java.util.concurrent.TimeUnit;
import milena.node.MilenaNode;
import org.apache.kafka.clients.admin.NewTopic;

/**
 * JVMs end, while a client's streams write and read: that of the leader of the partition, that of
 * the coordinator of the group, that of the controller. Each time another node takes over, and the
 * JVM comes back.
 */
final class DeathInEachRole extends Participant {
  private final Places places = new Places();

  @Override
  void run() throws Exception {
    if (!isClient()) {
      MilenaNode node = places.start(nodeId());
      if (!isBack()) {
        meet("nodes are up");
      }
      meet("the client is through");
      node.kill();
      return;
    }
    meet("nodes are up");
    try (Program program = new Program(places)) {
      program.makeTopics(List.of(1, 2, 3));
      program.begin(4_000);
      endAndComeBack(program, "leader", program.leader());
      endAndComeBack(program, "coordinator", program.coordinator());
      endAndComeBack(program, "controller", program.controller());
      program.finish();
    }
    meet("the client is through");
  }

  /** Who is in sync again is back. */
  private void endAndComeBack(Program program, String what, int victim) throws Exception {
    end(victim);
    program.awaitInSync(Places.NODES.stream().filter(id -> id != victim).toList());
    program
        .admin
        .createTopics(List.of(new NewTopic("without-" + what, 1, (short) 2)))
        .all()
        .get(240, TimeUnit.SECONDS);
    program.awaitInSync(Places.NODES);
  }
}

package milena.multinode;

import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import milena.node.MilenaNode;
import milena.testkit.Standstill;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * The leader is cut off from all others and comes back, then each node is stopped and started, one
 * after the other, while a client's streams write and read.
 */
final class CutAndRestarts extends Participant {
  private static final int CUT_OFF = 2;

  private final Places places = new Places();

  @Override
  void run() throws Exception {
    if (isClient()) {
      conduct();
    } else {
      takePart();
    }
  }

  private void takePart() {
    MilenaNode node = places.start(nodeId());
    meet("nodes are up");
    meet("a node is to be cut off");
    Standstill cut = nodeId() == CUT_OFF ? Standstill.cut(node) : null;
    meet("it is cut off");
    meet("it is to come back");
    if (cut != null) {
      cut.end();
    }
    for (int id : Places.NODES) {
      meet("stop " + id);
      if (id == nodeId()) {
        node.stop();
        node = places.start(id);
      }
      meet("started " + id);
    }
    meet("the client is through");
    node.kill();
  }

  private void conduct() throws Exception {
    meet("nodes are up");
    try (Program program = new Program(places)) {
      program.makeTopics(List.of(CUT_OFF, 1, 3));
      program.begin(3_000);
      meet("a node is to be cut off");
      meet("it is cut off");
      writeAnew(List.of(1, 3));
      meet("it is to come back");
      program.awaitInSync(Places.NODES);
      for (int id : Places.NODES) {
        meet("stop " + id);
        meet("started " + id);
        program.awaitInSync(Places.NODES);
      }
      program.finish();
    }
    meet("the client is through");
  }

  /** With Kafka's producer, which has yet to hear of any leader. */
  private void writeAnew(List<Integer> through) throws Exception {
    try (KafkaProducer<String, String> producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", places.bootstrap(through), "request.timeout.ms", 2000),
            new StringSerializer(),
            new StringSerializer())) {
      producer.send(new ProducerRecord<>(Program.OTHER, "fresh")).get(240, TimeUnit.SECONDS);
    }
  }
}

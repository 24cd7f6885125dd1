package milena.chaos;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import milena.chaos.Finding.Kind;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/**
 * Makes and deletes topics all the while and lets preferred leaders be elected; what was answered
 * must hold in the end. A change whose answer never came may have happened or not.
 */
final class Topics {
  private enum State {
    THERE,
    GONE,
    UNKNOWN
  }

  private final Admin admin;
  private final History history;
  private final Random random;
  private final Consumer<String> diary;
  private final Map<String, State> states = new TreeMap<>();
  private final Thread thread = new Thread(this::run, "chaos-topics");
  private volatile boolean over;
  private int made;
  private int deleted;

  Topics(Admin admin, History history, Random random, Consumer<String> diary) {
    this.admin = admin;
    this.history = history;
    this.random = random;
    this.diary = diary;
    thread.setDaemon(true);
  }

  void start() {
    thread.start();
  }

  String told() {
    return made + " topics made, " + deleted + " deleted";
  }

  private void run() {
    try {
      while (!over) {
        Thread.sleep(500 + random.nextInt(4_000));
        switch (random.nextInt(5)) {
          case 0, 1 -> create();
          case 2, 3 -> delete();
          default -> attempt(() -> admin.electLeaders(ElectionType.PREFERRED, null).all().get());
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void create() throws InterruptedException {
    String name = "brief-" + states.size();
    states.put(name, State.UNKNOWN);
    boolean done =
        attempt(
            () ->
                admin
                    .createTopics(List.of(new NewTopic(name, 1 + random.nextInt(8), (short) 3)))
                    .all()
                    .get());
    if (done) {
      states.put(name, State.THERE);
      made++;
    }
  }

  private void delete() throws InterruptedException {
    List<String> there =
        new ArrayList<>(
            states.keySet().stream().filter(t -> states.get(t) == State.THERE).toList());
    if (there.size() < 5) {
      return;
    }
    String name = there.get(random.nextInt(there.size()));
    states.put(name, State.UNKNOWN);
    if (attempt(() -> admin.deleteTopics(List.of(name)).all().get())) {
      states.put(name, State.GONE);
      deleted++;
    }
  }

  private interface Call {
    void run() throws ExecutionException, InterruptedException;
  }

  private boolean attempt(Call call) throws InterruptedException {
    try {
      call.run();
      return true;
    } catch (ExecutionException e) {
      diary.accept("  admin: " + e.getCause());
      // A request that was carried out and answered too late is made again by the client.
      return e.getCause() instanceof TopicExistsException
          || e.getCause() instanceof UnknownTopicOrPartitionException;
    }
  }

  /** No more changes; what was answered is compared with what a node says before long. */
  void finish() throws InterruptedException {
    over = true;
    thread.join(180_000);
    if (!ProcessCluster.await(180, () -> contradictions().isEmpty())) {
      contradictions().forEach(what -> history.found(Kind.TOPIC, what));
    }
  }

  private List<String> contradictions() {
    Set<String> names;
    try {
      names = admin.listTopics().names().get();
    } catch (ExecutionException e) {
      return List.of("topics can't be listed: " + e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return List.of();
    }
    List<String> contradictions = new ArrayList<>();
    states.forEach(
        (name, state) -> {
          if (state == State.THERE && !names.contains(name)) {
            contradictions.add(name + " was made and is not there");
          } else if (state == State.GONE && names.contains(name)) {
            contradictions.add(name + " was deleted and is there");
          }
        });
    return contradictions;
  }
}

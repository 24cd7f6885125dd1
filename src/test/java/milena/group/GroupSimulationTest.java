package milena.group;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import milena.group.message.GroupEvent;
import milena.group.message.GroupEvent.MembershipStored;
import milena.group.message.GroupRequest.Heartbeat;
import milena.group.message.GroupRequest.Leave;
import milena.group.message.GroupRequest.Leave.Leaver;
import milena.group.message.GroupRequest.Sync;
import milena.group.message.GroupResponse.HeartbeatAnswered;
import milena.group.message.GroupResponse.Joined;
import milena.group.message.GroupResponse.Joined.JoinedMember;
import milena.group.message.GroupResponse.OffsetsCommitted;
import milena.group.message.GroupResponse.Synced;
import milena.testing.SeedRule;
import org.apache.kafka.common.protocol.Errors;
import org.junit.Rule;
import org.junit.Test;
import org.scalatestplus.junit.JUnitSuite;

/**
 * Clients that join, leave, die, hang and come back, static and dynamic, under a coordinator that
 * now and then loses everything but what is stored. After each step: a partition has one owner in a
 * generation, stored generations only grow, and the committed offset is the last acknowledged one.
 * When the faults are over the group settles with everyone in it.
 */
public class GroupSimulationTest extends JUnitSuite {
  private static final int PARTITIONS = 6;
  private static final int STEPS = 4_000;
  private static final int ROUNDS = 40;

  @Rule public final SeedRule seeds = new SeedRule();

  private GroupDriver driver;
  private Random random;
  private final List<Client> clients = new ArrayList<>();
  private final Map<String, String> ownerByGenerationAndPartition = new HashMap<>();
  private final Map<String, Long> acknowledged = new HashMap<>();
  private boolean faults;

  @Test
  public void oneOwnerAndMonotoneGenerationsAndOffsets() {
    Random rounds = seeds.random();
    for (int round = 0; round < ROUNDS; round++) {
      simulate(rounds.nextLong());
    }
  }

  private void simulate(long seed) {
    random = new Random(seed);
    driver =
        new GroupDriver(
            GroupDriver.configured(random.nextBoolean() ? 0 : 500, random.nextBoolean() ? 3 : 99));
    clients.clear();
    ownerByGenerationAndPartition.clear();
    acknowledged.clear();
    checkedEvents = 0;
    lastStoredGeneration = 0;
    int count = 1 + random.nextInt(5);
    for (int i = 0; i < count; i++) {
      clients.add(new Client("c" + i, random.nextInt(3) == 0 ? "i" + i : null));
    }
    faults = true;
    for (int step = 0; step < STEPS; step++) {
      step();
    }
    faults = false;
    clients.forEach(client -> client.hangsUntilMs = 0);
    for (int step = 0; step < STEPS; step++) {
      step();
    }
    settled();
  }

  private void step() {
    driver.pass(random.nextInt(faults ? 400 : 50));
    if (faults && random.nextInt(500) == 0) {
      driver.restart();
      clients.forEach(Client::lostTheCoordinator);
    }
    clients.get(random.nextInt(clients.size())).step();
    checkStoredGenerations();
    acknowledged.forEach((topic, offset) -> assertEquals((long) offset, driver.committed(topic)));
  }

  private int checkedEvents;
  private int lastStoredGeneration;

  private void checkStoredGenerations() {
    List<GroupEvent> journal = driver.journal();
    for (; checkedEvents < journal.size(); checkedEvents++) {
      GroupEvent event = journal.get(checkedEvents);
      if (event instanceof MembershipStored stored) {
        int generation = stored.metadata().generation();
        assertTrue("stored generations only grow", generation >= lastStoredGeneration);
        lastStoredGeneration = generation;
      } else if (event instanceof GroupEvent.GroupRemoved) {
        lastStoredGeneration = 0;
        ownerByGenerationAndPartition.clear();
      }
    }
  }

  private void settled() {
    int limit = Math.min(clients.size(), 99);
    TreeSet<Integer> owned = new TreeSet<>();
    int generation = -1;
    int in = 0;
    for (Client client : clients) {
      if (client.assignment != null) {
        in++;
        assertTrue(generation == -1 || generation == client.generation);
        generation = client.generation;
        for (byte partition : client.assignment) {
          assertTrue("one owner", owned.add((int) partition));
        }
      }
    }
    assertEquals("every partition is owned", PARTITIONS, owned.size());
    assertTrue("all are in, or as many as may", in == limit || in == 3);
    assertEquals("Stable", driver.group().view().state());
  }

  /** As a consumer works: join, sync, then heartbeats and commits until told to rejoin. */
  private final class Client {
    private final String name;
    private final String instanceId;
    private String memberId = "";
    private int generation = -1;
    private byte[] assignment;
    private int pending = -1;
    private boolean syncing;
    private long hangsUntilMs;

    Client(String name, String instanceId) {
      this.name = name;
      this.instanceId = instanceId;
    }

    void lostTheCoordinator() {
      pending = -1;
      assignment = null;
    }

    void step() {
      if (driver.nowMs < hangsUntilMs) {
        return;
      }
      if (faults && misbehaves()) {
        return;
      }
      if (pending >= 0) {
        if (driver.isAnswered(pending)) {
          answered();
        }
      } else if (assignment == null) {
        join();
      } else {
        work();
      }
    }

    private boolean misbehaves() {
      switch (random.nextInt(120)) {
        case 0 -> { // dies, and comes back as somebody new
          memberId = "";
          pending = -1;
          assignment = null;
        }
        case 1 -> hangsUntilMs = driver.nowMs + random.nextInt(3 * GroupDriver.SESSION_MS);
        case 2 -> {
          if (!memberId.isEmpty()) {
            driver.send(new Leave(List.of(new Leaver(memberId, instanceId))));
          }
          memberId = "";
          pending = -1;
          assignment = null;
        }
        case 3 -> { // wants to assign anew
          pending = -1;
          assignment = null;
        }
        default -> {
          return false;
        }
      }
      return true;
    }

    private void join() {
      syncing = false;
      String[] protocols =
          random.nextInt(10) == 0 ? new String[] {"b", "a"} : new String[] {"a", "b"};
      pending = driver.send(GroupDriver.twoStep(driver.join(memberId, instanceId, protocols)));
    }

    private void answered() {
      int ticket = pending;
      pending = -1;
      if (syncing) {
        onSynced(driver.synced(ticket));
      } else {
        onJoined(driver.joined(ticket));
      }
    }

    private void onJoined(Joined joined) {
      if (joined.error() == Errors.UNKNOWN_MEMBER_ID
          || joined.error() == Errors.FENCED_INSTANCE_ID
          || joined.error() == Errors.GROUP_MAX_SIZE_REACHED) {
        memberId = "";
      } else if (joined.error() == Errors.MEMBER_ID_REQUIRED) {
        memberId = joined.memberId();
      } else if (joined.error() == Errors.NONE) {
        memberId = joined.memberId();
        generation = joined.generation();
        boolean leads = memberId.equals(joined.leader()) && !joined.skipAssignment();
        syncing = true;
        pending =
            driver.send(
                new Sync(
                    memberId,
                    instanceId,
                    generation,
                    joined.protocolType(),
                    joined.protocolName(),
                    leads ? assign(joined.members()) : Map.of()));
      } else {
        assertEquals(Errors.REBALANCE_IN_PROGRESS, joined.error());
      }
    }

    private Map<String, byte[]> assign(List<JoinedMember> members) {
      Map<String, byte[]> assignments = new HashMap<>();
      int start = random.nextInt(PARTITIONS);
      for (int m = 0; m < members.size(); m++) {
        List<Byte> mine = new ArrayList<>();
        for (int p = m; p < PARTITIONS; p += members.size()) {
          mine.add((byte) ((p + start) % PARTITIONS));
        }
        byte[] bytes = new byte[mine.size()];
        for (int i = 0; i < bytes.length; i++) {
          bytes[i] = mine.get(i);
        }
        assignments.put(members.get(m).memberId(), bytes);
      }
      return assignments;
    }

    private void onSynced(Synced synced) {
      if (synced.error() == Errors.NONE) {
        assignment = synced.assignment();
        String me = instanceId == null ? memberId : instanceId;
        for (byte partition : assignment) {
          String owner =
              ownerByGenerationAndPartition.putIfAbsent(generation + "/" + partition, me);
          assertTrue(
              partition + " of generation " + generation + " is of " + owner + " and " + name,
              owner == null || owner.equals(me));
        }
      } else if (synced.error() != Errors.REBALANCE_IN_PROGRESS) {
        memberId = "";
      }
    }

    private void work() {
      if (random.nextInt(4) == 0 && assignment.length > 0) {
        String topic = "t" + assignment[random.nextInt(assignment.length)];
        long offset = acknowledged.getOrDefault(topic, 0L) + random.nextInt(100);
        OffsetsCommitted committed = driver.commit(memberId, instanceId, generation, topic, offset);
        if (committed.error() == Errors.NONE) {
          acknowledged.put(topic, offset);
        } else {
          rejoin(committed.error());
        }
      } else {
        rejoin(
            driver
                .answer(
                    driver.send(new Heartbeat(memberId, instanceId, generation)),
                    HeartbeatAnswered.class)
                .error());
      }
    }

    private void rejoin(Errors error) {
      if (error != Errors.NONE) {
        assignment = null;
        if (error == Errors.UNKNOWN_MEMBER_ID || error == Errors.FENCED_INSTANCE_ID) {
          memberId = "";
        }
      }
    }
  }
}

package milena.broker.raft;

import static org.junit.Assert.assertEquals;
import static org.junit.Assert.assertTrue;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import milena.metadata.ClusterEvent.ClusterNamed;
import milena.metadata.ClusterEvent.ProducerIdsAllocated;
import milena.metadata.ClusterImage;
import milena.metadata.MetadataEvent;
import org.junit.After;
import org.junit.Assert;
import org.junit.Rule;
import org.junit.Test;
import org.junit.rules.TemporaryFolder;
import org.scalatestplus.junit.JUnitSuite;

/** A group of one on a real disk: what is committed survives, however the node stops. */
public class RatisMetadataLogTest extends JUnitSuite {
  @Rule public final TemporaryFolder folder = new TemporaryFolder();

  private final List<RatisMetadataLog> opened = new ArrayList<>();
  private final BlockingQueue<Long> leads = new LinkedBlockingQueue<>();

  private RatisMetadataLog open() throws IOException {
    RatisMetadataLog log =
        RatisMetadataLog.start(
            new RaftSettings(7, List.of(7), folder.getRoot().toPath()),
            RaftRpc.Transport.NOBODY,
            failure -> {});
    opened.add(log);
    leads.clear();
    log.observe(
        new MetadataLog.Observer() {
          @Override
          public void onImage(ClusterImage image) {}

          @Override
          public void onLeaderReady(long term) {
            leads.add(term);
          }

          @Override
          public void onLeadershipLost() {}
        });
    return log;
  }

  @After
  public void closeAll() {
    opened.forEach(RatisMetadataLog::close);
  }

  private long term() throws InterruptedException {
    Long term = leads.poll(30, TimeUnit.SECONDS);
    assertTrue("nobody leads", term != null);
    return term;
  }

  private static void append(MetadataLog log, long term, long first, MetadataEvent... events)
      throws Exception {
    log.append(term, first, List.of(events)).toCompletableFuture().get(30, TimeUnit.SECONDS);
  }

  private static void assertStale(MetadataLog log, long term, long first) {
    ExecutionException failure =
        Assert.assertThrows(
            ExecutionException.class,
            () -> append(log, term, first, new ProducerIdsAllocated(99_000)));
    assertEquals(MetadataLog.StaleWriteException.class, failure.getCause().getClass());
  }

  @Test
  public void committedEventsAreInTheImageAndSurviveAnyStop() throws Exception {
    RatisMetadataLog log = open();
    long firstTerm = term();
    append(log, firstTerm, 1, new ClusterNamed("one"), new ProducerIdsAllocated(1000));
    assertEquals(2, log.image().lastSequence());
    ClusterImage before = log.image();
    log.abandon();

    log = open();
    long secondTerm = term();
    assertTrue(secondTerm > firstTerm);
    assertEquals(before, log.image());
    append(log, secondTerm, 3, new ProducerIdsAllocated(2000));
    before = log.image();
    log.close();
    assertTrue("a clean stop leaves a snapshot", files("sm").findAny().isPresent());

    log = open();
    term();
    assertEquals(before, log.image());
  }

  @Test
  public void writesOfAnotherTermOrWithAGapAreRefused() throws Exception {
    RatisMetadataLog log = open();
    long term = term();
    append(log, term, 1, new ClusterNamed("one"));
    assertStale(log, term - 1, 2);
    assertStale(log, term, 1);
    assertStale(log, term, 3);
    assertEquals(1, log.image().lastSequence());
    append(log, term, 2, new ProducerIdsAllocated(1000));
  }

  @Test
  public void aTornTailIsCut() throws Exception {
    RatisMetadataLog log = open();
    append(log, term(), 1, new ClusterNamed("one"), new ProducerIdsAllocated(1000));
    ClusterImage before = log.image();
    log.abandon();
    Path segment = openSegment();
    byte[] bytes = Files.readAllBytes(segment);
    int end = bytes.length;
    // An entry of 50 bytes was begun where space was allocated ahead, and half of it was written.
    bytes = Arrays.copyOf(bytes, end + 1000);
    bytes[end] = 50;
    bytes[end + 1] = 8;
    bytes[end + 2] = 1;
    Files.write(segment, bytes);

    log = open();
    term();
    assertEquals(before, log.image());
  }

  @Test
  public void damageInTheMiddleIsNotCutButRefused() throws Exception {
    RatisMetadataLog log = open();
    long term = term();
    append(log, term, 1, new ClusterNamed("one"));
    append(log, term, 2, new ProducerIdsAllocated(1000));
    log.abandon();
    Path segment = openSegment();
    try (FileChannel channel = FileChannel.open(segment, StandardOpenOption.WRITE)) {
      channel.write(java.nio.ByteBuffer.wrap(new byte[] {0x55, 0x55}), 14);
    }
    IOException refusal = Assert.assertThrows(IOException.class, this::open);
    assertTrue(refusal.getMessage(), refusal.getMessage().contains("damaged"));
  }

  @Test
  public void manyEntriesMakeSnapshotsAndStartFromThem() throws Exception {
    RatisMetadataLog log = open();
    long term = term();
    append(log, term, 1, new ClusterNamed("one"));
    for (int i = 0; i < 2_500; i++) {
      append(log, term, i + 2, new ProducerIdsAllocated(i));
    }
    assertTrue(files("sm").anyMatch(file -> file.getFileName().toString().endsWith(".md5")));
    ClusterImage before = log.image();
    log.abandon();
    log = open();
    term();
    assertEquals(before, log.image());
  }

  private Stream<Path> files(String directory) throws IOException {
    List<Path> found = new ArrayList<>();
    Files.walkFileTree(
        folder.getRoot().toPath(),
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (file.getParent().getFileName().toString().equals(directory)) {
              found.add(file);
            }
            return FileVisitResult.CONTINUE;
          }

          /** The log goes on meanwhile, and renames its temporary files. */
          @Override
          public FileVisitResult visitFileFailed(Path file, IOException gone) {
            return FileVisitResult.CONTINUE;
          }
        });
    return found.stream();
  }

  private Path openSegment() throws IOException {
    return files("current")
        .filter(file -> file.getFileName().toString().startsWith("log_inprogress"))
        .findFirst()
        .orElseThrow();
  }
}

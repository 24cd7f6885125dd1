package milena.cli.client;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import milena.record.RecordBatch;
import milena.record.RecordCursor;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.InvalidRecordException;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Looking into segment files, of Milena's or Kafka's, with no node running. */
@Command(
    name = "log",
    description = "Looks inside segment files and verifies them; no node is needed.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "(show | verify)",
    footer = {
      "",
      "Examples:",
      "  milena log show data/orders-0/00000000000000000000.log --records",
      "  milena log verify data"
    },
    subcommands = {LogCommand.Show.class, LogCommand.Verify.class})
public final class LogCommand extends CommandGroup {
  private static final Pattern PARTITION_DIRECTORY = Pattern.compile("(.+)-(\\d{1,9})");

  /** Works on files; gives the exit code. */
  @Command(mixinStandardHelpOptions = true, sortOptions = false)
  abstract static class OnFiles implements Callable<Integer> {
    @Parameters(
        paramLabel = "PATH",
        arity = "1..*",
        description = "Segments (.log), or directories to look for them in.")
    private List<Path> paths;

    @Option(names = "--json", description = "Answer in JSON, for programs.")
    private boolean json;

    @Spec CommandSpec spec;

    boolean isJson() {
      return json || CommandGroup.isJson(spec);
    }

    PrintWriter out() {
      return spec.commandLine().getOut();
    }

    List<Path> segments() throws IOException {
      List<Path> segments = new ArrayList<>();
      for (Path path : paths) {
        if (!Files.exists(path)) {
          throw new Complaint("There is no " + path + ".");
        }
        if (!Files.isDirectory(path) && !path.toString().endsWith(".log")) {
          throw new Complaint(path + " is no segment: those end in .log.");
        }
        try (Stream<Path> files = Files.walk(path)) {
          files
              .filter(f -> f.getFileName().toString().matches("\\d{20}\\.log"))
              .sorted()
              .forEach(segments::add);
        }
      }
      if (segments.isEmpty()) {
        throw new Complaint("There is no segment in " + paths + ".");
      }
      return segments;
    }
  }

  @Command(name = "show", description = "Prints the batches of segments, or their records.")
  static final class Show extends OnFiles {
    @Option(names = "--records", description = "Print the records of each batch, too.")
    private boolean records;

    @Option(
        names = "--format",
        defaultValue = "full",
        paramLabel = "FORMAT",
        description = "How a record is shown: " + RecordFormat.SYNTAX + " (default full).")
    private String format;

    @Override
    public Integer call() throws IOException {
      RecordFormat shape = RecordFormat.parse(isJson() ? "json" : format);
      for (Path segment : segments()) {
        if (!isJson()) {
          out().println(segment);
        }
        SegmentCheck check =
            SegmentCheck.read(segment, false, batch -> print(segment, batch, shape));
        check.problems().forEach(p -> spec.commandLine().getErr().println(segment + ": " + p));
      }
      out().flush();
      return 0;
    }

    private void print(Path segment, RecordBatch batch, RecordFormat shape) {
      Map<String, Object> map = describe(batch);
      if (isJson()) {
        Map<String, Object> whole = new LinkedHashMap<>();
        whole.put("segment", segment.toString());
        whole.putAll(map);
        out().println(Json.line(whole));
      } else {
        StringBuilder line = new StringBuilder("  ");
        map.forEach((name, value) -> line.append(name).append(' ').append(value).append("  "));
        out().println(line.toString().stripTrailing());
      }
      if (records) {
        printRecords(segment, batch, shape);
      }
    }

    private void printRecords(Path segment, RecordBatch batch, RecordFormat shape) {
      // A segment that was copied elsewhere has no partition that its directory tells.
      String directory = segment.toAbsolutePath().getParent().getFileName().toString();
      Matcher named = PARTITION_DIRECTORY.matcher(directory);
      String topic = named.matches() ? named.group(1) : directory;
      int partition = named.matches() ? Integer.parseInt(named.group(2)) : 0;
      try (RecordCursor cursor = new RecordCursor().start(batch)) {
        while (cursor.next()) {
          ConsumerRecord<byte[], byte[]> record =
              new ConsumerRecord<>(
                  topic,
                  partition,
                  cursor.offset(),
                  cursor.timestamp(),
                  TimestampType.CREATE_TIME,
                  -1,
                  -1,
                  copy(cursor.key()),
                  copy(cursor.value()),
                  new RecordHeaders(cursor.headers()),
                  java.util.Optional.empty());
          out().println((isJson() ? "" : "    ") + shape.line(record));
        }
      } catch (InvalidRecordException e) {
        out().println("    can't be read: " + e.getMessage());
      }
    }

    private static byte[] copy(ByteBuffer bytes) {
      if (bytes == null) {
        return null;
      }
      byte[] copy = new byte[bytes.remaining()];
      bytes.get(copy);
      return copy;
    }

    private static Map<String, Object> describe(RecordBatch batch) {
      Map<String, Object> map = new LinkedHashMap<>();
      map.put("offset", batch.baseOffset());
      map.put("last", batch.lastOffset());
      map.put("records", batch.recordCount());
      map.put("bytes", batch.sizeInBytes());
      map.put("epoch", batch.partitionLeaderEpoch());
      map.put("time", java.time.Instant.ofEpochMilli(batch.maxTimestamp()).toString());
      map.put("crc", batch.isCrcValid() ? "ok" : "WRONG");
      if (batch.isCompressed()) {
        map.put("compression", batch.compressionType().name);
      }
      if (batch.hasProducerId()) {
        map.put("producer", batch.producerId());
        map.put("producer_epoch", batch.producerEpoch());
        map.put("sequence", batch.baseSequence());
      }
      if (batch.isControl()) {
        map.put("control", true);
      }
      if (batch.isTransactional()) {
        map.put("transactional", true);
      }
      return map;
    }
  }

  @Command(
      name = "verify",
      description = {
        "Reads segments whole and says what is damaged: checksums, order, records, indexes.",
        "Ends with 1 when anything is."
      })
  static final class Verify extends OnFiles {
    @Override
    public Integer call() throws IOException {
      Rows damaged = new Rows("segment", "batches", "records", "bytes", "problems");
      List<Path> segments = segments();
      long records = 0;
      long bytes = 0;
      for (Path segment : segments) {
        SegmentCheck check = SegmentCheck.read(segment, true, batch -> {});
        records += check.records();
        bytes += check.bytes();
        if (!check.problems().isEmpty()) {
          damaged.add(
              segment.toString(),
              check.batches(),
              check.records(),
              check.bytes(),
              isJson() ? check.problems() : String.join("; ", check.problems()));
        }
      }
      if (isJson()) {
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("segments", segments.size());
        answer.put("records", records);
        answer.put("bytes", bytes);
        answer.put("damaged", damaged.asMaps());
        out().println(Json.pretty(answer));
      } else {
        if (!damaged.isEmpty()) {
          damaged.print(out());
        }
        out()
            .printf(
                "%,d segments, %,d records, %s: %s%n",
                segments.size(),
                records,
                Numbers.bytes(bytes),
                damaged.isEmpty() ? "all sound" : damaged.asMaps().size() + " damaged");
      }
      out().flush();
      return damaged.isEmpty() ? 0 : 1;
    }
  }
}

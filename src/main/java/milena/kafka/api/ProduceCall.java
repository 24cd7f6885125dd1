package milena.kafka.api;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import milena.broker.partition.PartitionReplica.AppendListener;
import milena.broker.partition.PartitionReplica.AppendResult;
import milena.broker.partition.PartitionReplica.AppendResult.RecordError;
import milena.metadata.ClusterImage;
import milena.metadata.TopicImage;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.message.ProduceResponseData.BatchIndexAndErrorMessage;
import org.apache.kafka.common.message.ProduceResponseData.NodeEndpoint;
import org.apache.kafka.common.message.ProduceResponseData.PartitionProduceResponse;
import org.apache.kafka.common.protocol.Errors;

/**
 * A Produce under way: each partition fills its own part of the response, on its own thread, and
 * the last one completes the whole.
 */
final class ProduceCall extends CompletableFuture<ProduceResponseData> {
  private static final short LEADER_HINTS_SINCE_VERSION = 10;

  private final RequestContext context;
  private final short acks;
  private final ProduceResponseData response;
  private final ClusterImage image;
  private final AtomicInteger missing;
  private volatile Errors anyError = Errors.NONE;

  ProduceCall(
      RequestContext context,
      short acks,
      int parts,
      ProduceResponseData response,
      ClusterImage image) {
    this.context = context;
    this.acks = acks;
    this.response = response;
    this.image = image;
    this.missing = new AtomicInteger(parts);
  }

  Part part(PartitionProduceResponse answer) {
    return new Part(answer);
  }

  /** What the client gets: with acks=0, nothing. */
  ProduceResponseData answer() {
    return acks == 0 ? null : response;
  }

  private void oneDone(Errors error) {
    if (error != Errors.NONE) {
      anyError = error;
    }
    if (missing.decrementAndGet() > 0) {
      return;
    }
    if (acks == 0 && anyError != Errors.NONE) {
      // The only way to tell a client that waits for no answer.
      completeExceptionally(new ConnectionClosing("Produce with acks=0 failed: " + anyError));
      return;
    }
    if (anyError != Errors.NONE) {
      addLeaderHints();
    }
    complete(answer());
  }

  private void addLeaderHints() {
    if (context.apiVersion() < LEADER_HINTS_SINCE_VERSION) {
      return;
    }
    for (var topicResponse : response.responses()) {
      for (var part : topicResponse.partitionResponses()) {
        if (part.errorCode() == Errors.NOT_LEADER_OR_FOLLOWER.code()) {
          TopicImage topic =
              topicResponse.name().isEmpty()
                  ? image.topic(topicResponse.topicId())
                  : image.topic(topicResponse.name());
          addHint(part, LeaderHint.of(image, topic, part.index(), context.listenerName()));
        }
      }
    }
  }

  private void addHint(PartitionProduceResponse part, LeaderHint hint) {
    part.currentLeader().setLeaderId(hint.leaderId()).setLeaderEpoch(hint.leaderEpoch());
    if (hint.endpoint().isPresent() && response.nodeEndpoints().find(hint.leaderId()) == null) {
      response
          .nodeEndpoints()
          .add(
              new NodeEndpoint()
                  .setNodeId(hint.leaderId())
                  .setHost(hint.endpoint().get().host())
                  .setPort(hint.endpoint().get().port())
                  .setRack(hint.rack().orElse(null)));
    }
  }

  /** One partition's part. */
  final class Part implements AppendListener {
    private final PartitionProduceResponse answer;

    private Part(PartitionProduceResponse answer) {
      this.answer = answer;
    }

    void refused(Errors error) {
      answer.setErrorCode(error.code());
      oneDone(error);
    }

    @Override
    public void released() {
      context.body().release();
    }

    @Override
    public void completed(AppendResult result) {
      answer
          .setErrorCode(result.error().code())
          .setErrorMessage(result.message())
          .setBaseOffset(result.baseOffset())
          .setLogAppendTimeMs(result.logAppendTimeMs())
          .setLogStartOffset(result.logStartOffset());
      for (RecordError error : result.recordErrors()) {
        answer
            .recordErrors()
            .add(
                new BatchIndexAndErrorMessage()
                    .setBatchIndex(error.batchIndex())
                    .setBatchIndexErrorMessage(error.message()));
      }
      oneDone(result.error());
    }
  }
}

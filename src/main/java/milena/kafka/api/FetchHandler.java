package milena.kafka.api;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import milena.broker.partition.ReplicationThrottle;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.FetchMetadata;

/**
 * Fetch: finds out what the request is about, with or without a session, and leaves the reading and
 * waiting to a {@link FetchCall}.
 */
public final class FetchHandler implements ApiHandler<FetchRequestData> {
  private static final short RACKS_SINCE_VERSION = 11;
  private static final short TOPIC_IDS_SINCE_VERSION = 13;

  private final LocalPartitions partitions;
  private final ReplicationThrottle throttle;
  private final ReadAhead readAhead;
  private final FetchSessions sessions;
  private final int maxBytes;
  private final boolean rackAware;

  /**
   * A handler for one node.
   *
   * @param throttle on what followers are given (KIP-73)
   * @param readAhead fetches old records from the disk
   * @param maxBytes the most an answer holds ({@code fetch.max.bytes})
   * @param sessionSlots {@code max.incremental.fetch.session.cache.slots}
   * @param rackAware whether consumers are sent to followers in their own rack (KIP-392)
   */
  public FetchHandler(
      LocalPartitions partitions,
      ReplicationThrottle throttle,
      ReadAhead readAhead,
      int maxBytes,
      int sessionSlots,
      boolean rackAware) {
    this.partitions = partitions;
    this.throttle = throttle;
    this.readAhead = readAhead;
    this.maxBytes = maxBytes;
    this.rackAware = rackAware;
    this.sessions = new FetchSessions(sessionSlots);
  }

  @Override
  public ApiKeys api() {
    return ApiKeys.FETCH;
  }

  @Override
  public CompletionStage<? extends FetchResponseData> handle(
      RequestContext context, FetchRequestData request) {
    int replicaId =
        context.apiVersion() >= 15 ? request.replicaState().replicaId() : request.replicaId();
    long brokerEpoch = request.replicaState().replicaEpoch();
    if (replicaId >= 0 && brokerEpoch < 0) {
      // Whoever doesn't say which of its lives it is in can't be told from a dead one.
      return failed(Errors.NOT_LEADER_OR_FOLLOWER);
    }
    int most = Math.min(maxBytes, Math.max(0, request.maxBytes()));
    boolean committedOnly = request.isolationLevel() == IsolationLevel.READ_COMMITTED.id();
    FetchReader reader =
        new FetchReader(
            FetchTerms.of(
                partitions,
                readAhead,
                context,
                audienceOf(context, request, replicaId),
                committedOnly,
                Math.min(request.minBytes(), most),
                most));
    if (replicaId >= 0) {
      reader.report(FetchSession.positions(request), brokerEpoch);
    }
    boolean full =
        request.sessionEpoch() == FetchMetadata.INITIAL_EPOCH
            || request.sessionEpoch() == FetchMetadata.FINAL_EPOCH;
    return full ? full(context, request, reader) : incremental(context, request, reader);
  }

  private FetchAudience audienceOf(
      RequestContext context, FetchRequestData request, int replicaId) {
    if (replicaId >= 0) {
      return FetchAudience.follower(replicaId, rackAware, throttle);
    }
    return context.apiVersion() < RACKS_SINCE_VERSION
        ? FetchAudience.consumer(false, "")
        : FetchAudience.consumer(true, rackAware ? request.rackId() : "");
  }

  private CompletionStage<FetchAnswer> full(
      RequestContext context, FetchRequestData request, FetchReader reader) {
    if (request.sessionId() != FetchMetadata.INVALID_SESSION_ID) {
      sessions.remove(request.sessionId());
    }
    List<FetchPosition> positions = FetchSession.positions(request);
    Optional<FetchSession> session = Optional.empty();
    if (request.sessionEpoch() == FetchMetadata.INITIAL_EPOCH && !positions.isEmpty()) {
      session =
          sessions.create(
              context.apiVersion() >= TOPIC_IDS_SINCE_VERSION,
              reader.sight(),
              positions,
              System.nanoTime());
    }
    return started(FetchCall.full(context, reader, session.orElse(null), positions), request);
  }

  private CompletionStage<FetchAnswer> incremental(
      RequestContext context, FetchRequestData request, FetchReader reader) {
    FetchSession session = sessions.find(request.sessionId());
    if (session == null) {
      return failed(Errors.FETCH_SESSION_ID_NOT_FOUND);
    }
    boolean byTopicId = context.apiVersion() >= TOPIC_IDS_SINCE_VERSION;
    int sizeBefore = session.size();
    Errors error = session.update(request, byTopicId, reader.sight(), System.nanoTime());
    if (error != Errors.NONE) {
      return failed(error);
    }
    if (session.size() > sizeBefore && sessions.removeIfTooLarge(session)) {
      return failed(Errors.FETCH_SESSION_ID_NOT_FOUND);
    }
    if (session.size() == 0) {
      // Nothing is left to fetch: the client may have its next session when it needs one.
      sessions.remove(session.id);
      return started(FetchCall.full(context, reader, null, List.of()), request);
    }
    return started(
        FetchCall.incremental(context, reader, session, request.sessionEpoch()), request);
  }

  private static CompletionStage<FetchAnswer> started(FetchCall call, FetchRequestData request) {
    call.start(request.maxWaitMs());
    return call;
  }

  private static CompletionStage<FetchAnswer> failed(Errors error) {
    return CompletableFuture.completedFuture(
        FetchReader.failed(error, FetchMetadata.INVALID_SESSION_ID));
  }
}

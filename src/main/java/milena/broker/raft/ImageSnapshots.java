package milena.broker.raft;

import akka.dispatch.Futures;
import akka.persistence.SelectedSnapshot;
import akka.persistence.SnapshotMetadata;
import akka.persistence.SnapshotSelectionCriteria;
import akka.persistence.snapshot.japi.SnapshotStore;
import java.util.Optional;
import milena.metadata.ClusterImage;
import scala.concurrent.Future;

/** Hands out the node's own image as the snapshot to recover from; Raft keeps the real ones. */
public final class ImageSnapshots extends SnapshotStore {
  public static final String PLUGIN_ID = "milena.metadata-snapshots";

  private final MetadataLog log = MetadataLogs.of(context().system());

  @Override
  public Future<Optional<SelectedSnapshot>> doLoadAsync(
      String persistenceId, SnapshotSelectionCriteria criteria) {
    ClusterImage image = log.image();
    return Futures.successful(
        image.lastSequence() == 0
            ? Optional.empty()
            : Optional.of(
                new SelectedSnapshot(
                    SnapshotMetadata.apply(persistenceId, image.lastSequence(), 0L), image)));
  }

  @Override
  public Future<Void> doSaveAsync(SnapshotMetadata metadata, Object snapshot) {
    return Futures.failed(new UnsupportedOperationException("Raft takes its own snapshots"));
  }

  @Override
  public Future<Void> doDeleteAsync(SnapshotMetadata metadata) {
    return Futures.successful(null);
  }

  @Override
  public Future<Void> doDeleteAsync(String persistenceId, SnapshotSelectionCriteria criteria) {
    return Futures.successful(null);
  }
}

package milena.kafka.api;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import milena.common.Outcome;
import milena.kafka.api.ServedFeatures.Feature;
import org.apache.kafka.common.message.UpdateFeaturesRequestData;
import org.apache.kafka.common.message.UpdateFeaturesRequestData.FeatureUpdateKey;
import org.apache.kafka.common.message.UpdateFeaturesResponseData;
import org.apache.kafka.common.message.UpdateFeaturesResponseData.UpdatableFeatureResult;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/**
 * UpdateFeatures (KIP-584): each level goes with the version of Milena, so a client may ask for
 * what is in force, and is told why it can't have anything else.
 */
public final class UpdateFeaturesHandler implements ApiHandler<UpdateFeaturesRequestData> {
  private static final byte UPGRADE_ONLY = 1;
  private static final byte UNSAFE_DOWNGRADE = 3;

  private final ServedFeatures features;

  public UpdateFeaturesHandler(ServedFeatures features) {
    this.features = features;
  }

  @Override
  public ApiKeys api() {
    return ApiKeys.UPDATE_FEATURES;
  }

  @Override
  public CompletionStage<UpdateFeaturesResponseData> handle(
      RequestContext context, UpdateFeaturesRequestData request) {
    UpdateFeaturesResponseData response = new UpdateFeaturesResponseData();
    for (FeatureUpdateKey update : request.featureUpdates()) {
      Outcome outcome = check(update, context.apiVersion());
      if (context.apiVersion() < 2) {
        response
            .results()
            .add(
                new UpdatableFeatureResult()
                    .setFeature(update.feature())
                    .setErrorCode(outcome.errorCode())
                    .setErrorMessage(outcome.message()));
      } else if (!outcome.ok() && response.errorCode() == Errors.NONE.code()) {
        response
            .setErrorCode(outcome.errorCode())
            .setErrorMessage(
                "The update failed for all features since the following feature had an error: "
                    + outcome.message());
      }
    }
    return CompletableFuture.completedFuture(response);
  }

  private Outcome check(FeatureUpdateKey update, short apiVersion) {
    Feature feature =
        features.features().stream()
            .filter(each -> each.name().equals(update.feature()))
            .findFirst()
            .orElse(null);
    short level = update.maxVersionLevel();
    boolean mayGoDown =
        apiVersion == 0 ? update.allowDowngrade() : update.upgradeType() != UPGRADE_ONLY;
    if (update.upgradeType() < UPGRADE_ONLY || update.upgradeType() > UNSAFE_DOWNGRADE) {
      return invalid(update, "The controller does not support the given upgrade type.");
    }
    if (level < 0) {
      return invalid(update, "A feature version cannot be less than 0.");
    }
    if (feature == null) {
      return level == 0
          ? Outcome.SUCCESS
          : invalid(update, "The controller does not support this feature.");
    }
    if (level == feature.finalizedLevel()) {
      return Outcome.SUCCESS;
    }
    if (level > feature.maxVersion() || (level != 0 && level < feature.minVersion())) {
      return invalid(
          update,
          "The controller only supports versions %d-%d."
              .formatted(feature.minVersion(), feature.maxVersion()));
    }
    return level < feature.finalizedLevel() && !mayGoDown
        ? invalid(
            update,
            "Can't downgrade the version of this feature without setting the upgrade type to"
                + " either safe or unsafe downgrade.")
        : invalid(update, "The level of this feature goes with the version of Milena.");
  }

  private static Outcome invalid(FeatureUpdateKey update, String why) {
    return Outcome.of(
        Errors.INVALID_UPDATE_VERSION,
        "Invalid update version %d for feature %s. %s"
            .formatted(update.maxVersionLevel(), update.feature(), why));
  }
}

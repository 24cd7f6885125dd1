package milena.simulation;

/** Mistakes that replication protocols have made, to see whether the simulation finds them. */
enum Bug {
  NONE,
  /** A new follower cuts its log at its high watermark, not by epochs (what KIP-101 mended). */
  TRUNCATE_TO_HIGH_WATERMARK,
  /** A leader no longer waits for a laggard before the controller has agreed. */
  SHRINK_WITHOUT_THE_CONTROLLER,
  /** A leader serves whoever asks, whatever epoch it believes in and whatever its log holds. */
  NO_EPOCH_CHECK,
  /** A leader acknowledges what it alone has. */
  ACKNOWLEDGE_EARLY,
  /** The controller elects any replica that is there. */
  ELECT_OUTSIDE_THE_ISR,
  /** While a change is under way the leader believes in what it hopes for. */
  SMALLER_ISR_WHILE_PENDING,
  /** Who has fetched enough is let in, even when it has died and lost it since (KIP-903). */
  NO_BROKER_EPOCH_CHECK,
  /** A leader takes the refusal of one request for the fate of all that it has asked before. */
  ONE_REFUSAL_FOR_ALL,
  /** A leader asks again in the name of an incarnation that has come in between (KIP-903). */
  ASK_AGAIN_FOR_ANOTHER_INCARNATION,
  /** A leader whose log was opened again has forgotten whom it had asked in. */
  FORGET_WHO_WAS_ASKED_IN,
  /** The high watermark moves although too few replicas are in sync (KIP-966). */
  COMMIT_BELOW_THE_MINIMUM,
  /** What a deposed controller writes counts, whatever was committed since. */
  CONTROLLER_NOT_FENCED
}

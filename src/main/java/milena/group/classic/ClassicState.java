package milena.group.classic;

/** The phases of a classic group: what it answers in each, and where each leads. */
public enum ClassicState {
  /**
   * No members; offsets may remain.
   *
   * <ul>
   *   <li>Answers: a join by a new member is parked; offsets may be committed by anyone who is no
   *       member; any other request of a member gets UNKNOWN_MEMBER_ID.
   *   <li>Leads to: a new member joins => {@link #PREPARING_REBALANCE}.
   * </ul>
   */
  EMPTY("Empty"),

  /**
   * Gathers the members of the next generation.
   *
   * <ul>
   *   <li>Answers: joins are parked; heartbeats and syncs get REBALANCE_IN_PROGRESS; members of the
   *       last generation may still commit offsets.
   *   <li>Leads to: all members have joined, or time is up and some have => {@link
   *       #COMPLETING_REBALANCE}; none are left => {@link #EMPTY}.
   * </ul>
   */
  PREPARING_REBALANCE("PreparingRebalance"),

  /**
   * Waits for the leader's assignment.
   *
   * <ul>
   *   <li>Answers: syncs are parked; heartbeats are fine; offset commits get REBALANCE_IN_PROGRESS;
   *       a member that repeats its join is told the generation again.
   *   <li>Leads to: the leader's assignment is durable => {@link #STABLE}; a member joins anew,
   *       changes, leaves or dies, or does not sync in time => {@link #PREPARING_REBALANCE}.
   * </ul>
   */
  COMPLETING_REBALANCE("CompletingRebalance"),

  /**
   * Everyone has an assignment.
   *
   * <ul>
   *   <li>Answers: syncs and unchanged followers' joins get what is current; heartbeats and commits
   *       of this generation are fine.
   *   <li>Leads to: a member joins anew, changes, leaves or dies, or the leader rejoins => {@link
   *       #PREPARING_REBALANCE}.
   * </ul>
   */
  STABLE("Stable");

  /** What an administrator is told of a group that does not exist. */
  public static final String DEAD = "Dead";

  private final String shownAs;

  ClassicState(String shownAs) {
    this.shownAs = shownAs;
  }

  /** The state's name in the protocol. */
  public String shownAs() {
    return shownAs;
  }
}

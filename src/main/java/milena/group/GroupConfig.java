package milena.group;

import milena.common.config.BrokerConfig;
import milena.group.classic.ClassicConfig;
import milena.group.offsets.OffsetsConfig;

/** The settings of groups. */
public record GroupConfig(ClassicConfig classic, OffsetsConfig offsets) {
  public static final GroupConfig DEFAULTS =
      new GroupConfig(ClassicConfig.DEFAULTS, OffsetsConfig.DEFAULTS);

  /** As the broker is configured. */
  public static GroupConfig of(BrokerConfig broker) {
    return new GroupConfig(
        new ClassicConfig(
            broker.groups().initialRebalanceDelayMs(),
            broker.groups().minSessionMs(),
            broker.groups().maxSessionMs(),
            broker.groups().maxSize(),
            ClassicConfig.DEFAULTS.newMemberJoinTimeoutMs()),
        new OffsetsConfig(
            broker.offsets().maxMetadataBytes(),
            broker.offsets().retentionMs(),
            broker.offsets().retentionCheckMs()));
  }
}

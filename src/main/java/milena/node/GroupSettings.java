package milena.node;

import milena.common.config.BrokerConfig;
import milena.group.GroupConfig;
import milena.group.classic.ClassicConfig;
import milena.group.offsets.OffsetsConfig;

/** The settings of groups, as the broker's settings say. */
final class GroupSettings {
  private GroupSettings() {}

  static GroupConfig of(BrokerConfig config) {
    BrokerConfig.Groups groups = config.groups();
    BrokerConfig.Offsets offsets = config.offsets();
    return new GroupConfig(
        new ClassicConfig(
            groups.initialRebalanceDelayMs(),
            groups.minSessionMs(),
            groups.maxSessionMs(),
            groups.maxSize(),
            ClassicConfig.DEFAULTS.newMemberJoinTimeoutMs()),
        new OffsetsConfig(
            offsets.maxMetadataBytes(), offsets.retentionMs(), offsets.retentionCheckMs()));
  }
}

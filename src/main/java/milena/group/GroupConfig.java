package milena.group;

import milena.group.classic.ClassicConfig;
import milena.group.offsets.OffsetsConfig;

/** The settings of groups. */
public record GroupConfig(ClassicConfig classic, OffsetsConfig offsets) {
  public static final GroupConfig DEFAULTS =
      new GroupConfig(ClassicConfig.DEFAULTS, OffsetsConfig.DEFAULTS);
}

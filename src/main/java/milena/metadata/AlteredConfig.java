package milena.metadata;

import milena.common.Outcome;
import org.apache.kafka.common.config.ConfigResource;

/** What became of the change to one resource's settings. */
public record AlteredConfig(ConfigResource resource, Outcome outcome) {}

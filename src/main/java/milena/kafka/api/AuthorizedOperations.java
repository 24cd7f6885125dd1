package milena.kafka.api;

import java.util.HashSet;
import java.util.Set;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.utils.Utils;

/**
 * What a principal may do with a resource, as the bit fields that some answers carry (KIP-430).
 * Without an authorizer that is all there is to do with it.
 */
public final class AuthorizedOperations {
  /** Not asked for, or not known. */
  public static final int UNKNOWN = Integer.MIN_VALUE;

  public static final int CLUSTER =
      bits(
          AclOperation.CREATE,
          AclOperation.CLUSTER_ACTION,
          AclOperation.DESCRIBE_CONFIGS,
          AclOperation.ALTER_CONFIGS,
          AclOperation.IDEMPOTENT_WRITE,
          AclOperation.ALTER,
          AclOperation.DESCRIBE);

  public static final int TOPIC =
      bits(
          AclOperation.READ,
          AclOperation.WRITE,
          AclOperation.CREATE,
          AclOperation.DESCRIBE,
          AclOperation.DELETE,
          AclOperation.ALTER,
          AclOperation.DESCRIBE_CONFIGS,
          AclOperation.ALTER_CONFIGS);

  public static final int GROUP =
      bits(
          AclOperation.READ,
          AclOperation.DESCRIBE,
          AclOperation.DELETE,
          AclOperation.DESCRIBE_CONFIGS,
          AclOperation.ALTER_CONFIGS);

  private AuthorizedOperations() {}

  private static int bits(AclOperation... operations) {
    Set<Byte> codes = new HashSet<>();
    for (AclOperation operation : operations) {
      codes.add(operation.code());
    }
    return Utils.to32BitField(codes);
  }
}

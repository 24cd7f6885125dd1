package milena.common;

/**
 * Marks messages that may cross nodes and are carried as CBOR. Configuration binds this interface
 * to the serialiser; a message without it never leaves its node.
 */
public interface CborSerializable {}

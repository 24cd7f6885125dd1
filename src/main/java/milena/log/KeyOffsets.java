package milena.log;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * The last offset of each key, in 24 bytes a key however long the keys are: a key stands by its MD5
 * hash. Open addressing in one array of longs: two of hash, one of the offset plus one, 0 for a
 * free slot. Holds a bounded number of keys.
 */
final class KeyOffsets {
  private static final int LONGS = 3;
  private static final int FIRST_SLOTS = 1024;
  private static final double MAX_LOAD = 0.75;

  private final MessageDigest md5;
  private final ByteBuffer hash = ByteBuffer.allocate(16);
  private final int maxKeys;
  private long[] slots = new long[FIRST_SLOTS * LONGS];
  private int size;

  KeyOffsets(int maxKeys) {
    this.maxKeys = maxKeys;
    try {
      this.md5 = MessageDigest.getInstance("MD5");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java has MD5", e);
    }
  }

  int size() {
    return size;
  }

  /** Notes the key's offset; false when the key is new and there is no room for it. */
  boolean put(ByteBuffer key, long offset) {
    hash(key);
    int slot = find(slots, hash.getLong(0), hash.getLong(8));
    if (slots[slot + 2] == 0) {
      if (size == maxKeys) {
        return false;
      }
      if (size >= slots.length / LONGS * MAX_LOAD) {
        grow();
        slot = find(slots, hash.getLong(0), hash.getLong(8));
      }
      slots[slot] = hash.getLong(0);
      slots[slot + 1] = hash.getLong(8);
      size++;
    }
    slots[slot + 2] = offset + 1;
    return true;
  }

  /** The key's last offset, -1 when it is not known. */
  long get(ByteBuffer key) {
    hash(key);
    return slots[find(slots, hash.getLong(0), hash.getLong(8)) + 2] - 1;
  }

  private void hash(ByteBuffer key) {
    md5.update(key);
    byte[] digest = md5.digest();
    hash.put(0, digest);
  }

  /** The slot of the hash, or the free one where it would go. */
  private static int find(long[] slots, long high, long low) {
    int count = slots.length / LONGS;
    int slot = (int) Long.remainderUnsigned(high, count);
    while (slots[slot * LONGS + 2] != 0
        && (slots[slot * LONGS] != high || slots[slot * LONGS + 1] != low)) {
      slot = slot + 1 == count ? 0 : slot + 1;
    }
    return slot * LONGS;
  }

  private void grow() {
    long[] larger = new long[slots.length * 2];
    for (int from = 0; from < slots.length; from += LONGS) {
      if (slots[from + 2] != 0) {
        int to = find(larger, slots[from], slots[from + 1]);
        System.arraycopy(slots, from, larger, to, LONGS);
      }
    }
    slots = larger;
  }
}

package milena.broker.partition;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * The memory that the records of a leader's answer lie in, until the logs have them. Its users
 * count themselves in and out, on whatever threads; when the last one is out it is given back, to
 * hold another answer. A user that is never counted out (a replica that stopped) costs only this
 * memory, which the garbage collector then takes.
 */
public final class AnswerMemory {
  private final AtomicInteger users = new AtomicInteger(1);
  private final Runnable giveBack;

  /**
   * Memory with one user, whoever gets the answer.
   *
   * @param giveBack called once, by the last user
   */
  public AnswerMemory(Runnable giveBack) {
    this.giveBack = giveBack;
  }

  /** One user more; only while there is one. */
  void retain() {
    users.incrementAndGet();
  }

  /** One user less: it reads these records no more. */
  public void release() {
    if (users.decrementAndGet() == 0) {
      giveBack.run();
    }
  }
}

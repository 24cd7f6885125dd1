package milena.broker.controller;

import java.util.function.Consumer;
import milena.metadata.Decision;

/** A decision and whom to tell of it once its events are committed, or at once if it has none. */
record Ruling<R>(Decision<R> decision, Consumer<? super R> answer) {

  void tell() {
    answer.accept(decision.reply());
  }
}

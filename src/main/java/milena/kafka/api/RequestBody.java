package milena.kafka.api;

/**
 * The memory that a request was parsed from, which its records and byte buffers still lie in. It
 * stays valid until the request is answered and every {@link #retain} has had its {@link #release};
 * both may be called from any thread.
 */
public interface RequestBody {
  /** Of requests that were never bytes. */
  RequestBody NONE =
      new RequestBody() {
        @Override
        public void retain() {}

        @Override
        public void release() {}
      };

  void retain();

  void release();
}

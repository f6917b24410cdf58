/** One read that several wait for. It is given up when the last of them has left. */
export class SharedRead {
  readonly #controller = new AbortController();
  readonly #reading: Promise<void>;
  readonly #onAbandoned: (reason: unknown) => void;
  #readers = 0;

  /** `onAbandoned` is called when nobody waits for it any more, before it has ended. */
  constructor(read: (signal: AbortSignal) => Promise<void>, onAbandoned: (reason: unknown) => void) {
    this.#onAbandoned = onAbandoned;
    this.#reading = read(this.#controller.signal);
    // Who left does not hear of it any more.
    this.#reading.catch(() => {});
  }

  /** Settles when the read does. Who has left by the signal need not listen any longer. */
  async join(signal: AbortSignal): Promise<void> {
    const leave = () => {
      this.#readers--;
      if (this.#readers > 0) return;
      this.#onAbandoned(signal.reason);
      this.#controller.abort(signal.reason);
    };
    this.#readers++;
    signal.addEventListener('abort', leave, { once: true });
    try {
      await this.#reading;
    } finally {
      signal.removeEventListener('abort', leave);
    }
  }
}

/** A timer of `Atomics.waitAsync`, which nobody fakes. */
export interface UnfakedTimer {
  clear(): void;
  unref(): void;
}

type WaitAsync = (cell: Int32Array, index: 0, value: 0, milliseconds: number) => { readonly value: Promise<unknown> };

/**
 * Calls back after so much real time, also where even the timers that the platform had from the start are faked.
 *
 * Nothing where there is no shared memory, as in a web page that is not isolated.
 */
export function setUnfakedTimer(callback: () => void, milliseconds: number): UnfakedTimer | undefined {
  const { waitAsync } = Atomics as { waitAsync?: WaitAsync };
  if (!waitAsync || typeof SharedArrayBuffer === 'undefined') return undefined;
  const cell = new Int32Array(new SharedArrayBuffer(4));
  // It keeps no process alive by itself; a port that listens does, though nobody will ever write to this one.
  const { port1: port } = new MessageChannel();
  port.onmessage = callback;
  // Notified too late, it would call back after all.
  let isCleared = false;
  // With a time of 0 there is nothing to wait for, and so no promise.
  void waitAsync(cell, 0, 0, Math.max(1, milliseconds)).value.then(() => {
    port.close();
    if (!isCleared) callback();
  });
  return {
    clear: () => {
      isCleared = true;
      port.close();
      Atomics.notify(cell, 0);
    },
    unref: () => port.close(),
  };
}

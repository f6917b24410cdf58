import { checkSource, type EventArgs, type EventName, type EventSource, listen } from './event-source.ts';
import { render } from './render.ts';
import type { WakeSource } from './wake.ts';

/**
 * A wake source from an event of a Node `EventEmitter`, an eventemitter3 or an `EventTarget`.
 *
 * However many waits listen, the emitter has one listener. A `filter` that throws lets the event pass: an event only
 * causes a look, so one too many costs time, and one too few would cost truth.
 *
 * @throws TypeError when the source emits no events, or the filter is not a function.
 * @example
 * ```ts
 * import { EventEmitter } from 'node:events';
 * import { on, waitFor } from 'unsleep';
 *
 * const orders = new EventEmitter();
 * const shipped = new Set<number>();
 * const waiting = waitFor(() => shipped.has(7), { wakeOn: on(orders, 'shipped', (id) => id === 7) });
 * shipped.add(7);
 * orders.emit('shipped', 7);
 * await waiting; // => true
 * ```
 */
export function on<Source extends EventSource, Event extends EventName>(
  source: Source,
  event: Event,
  filter?: (...args: EventArgs<Source, Event>) => unknown,
): WakeSource {
  checkSource(source, event);
  if (filter !== undefined && typeof filter !== 'function') {
    throw new TypeError(`\`filter\` must be a function; got ${render(filter)}`);
  }
  const passes = (args: unknown[]) => {
    try {
      return !filter || filter(...(args as EventArgs<Source, Event>));
    } catch {
      return true;
    }
  };
  const subscribe: WakeSource = (wake) =>
    listen(source, event, (...args) => {
      if (passes(args)) wake();
    });
  return Object.defineProperty(subscribe, 'name', { value: String(event) });
}

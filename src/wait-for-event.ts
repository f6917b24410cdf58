import { check, checkFunction } from './check.ts';
import { checkSource, type EventArgs, type EventName, type EventSource, isEventName, listen } from './event-source.ts';
import { GiveUp } from './give-up.ts';
import { type CommonOptions, immediate, type ScaleOption, type TriggerOption, type WaitOptions } from './options.ts';
import { isErrorLike, render } from './render.ts';
import { wait } from './wait.ts';
import type { Wake, WakeSource } from './wake.ts';
import type { Way } from './way.ts';

type Shared = Omit<
  CommonOptions,
  'interval' | 'attemptTimeout' | 'maxAttempts' | 'tolerate' | 'wakeOn' | 'onLook' | 'random'
>;

/** The options of {@link waitForEvent}. */
export interface EventOptions<Args extends readonly unknown[] = unknown[]> extends Shared, TriggerOption {
  /** Which events count. An error that it throws is what the wait rejects with. @defaultValue every event */
  readonly filter?: ((...args: Args) => unknown) | undefined;
  /** Events that make the wait fail, with the error that comes with them. Not the event waited for. @defaultValue `['error']` */
  readonly rejectOn?: readonly EventName[] | undefined;
}

/**
 * Waits for an event, and resolves to its arguments. The event itself is the answer: nothing is looked at.
 *
 * It listens before it returns, and before `trigger` runs, so an event of the trigger is never missed. One that came
 * earlier is: to wait for a state, use {@link waitFor} and `wakeOn: on(source, event)`.
 *
 * @throws the error of a `rejectOn` event, the very same object; otherwise the same as {@link waitFor}
 * @example
 * ```ts
 * import { EventEmitter } from 'node:events';
 * import { waitForEvent } from 'unsleep';
 *
 * const jobs = new EventEmitter<{ done: [id: number, result: string] }>();
 * const [id, result] = await waitForEvent(jobs, 'done', {
 *   filter: (id) => id === 2,
 *   trigger: () => [1, 2].map((id) => jobs.emit('done', id, `job ${id}`)),
 * });
 * result; // => 'job 2'
 * ```
 */
export function waitForEvent<Source extends EventSource, const Event extends EventName>(
  source: Source,
  event: Event,
  options: EventOptions<EventArgs<Source, Event>> = {},
): Promise<EventArgs<Source, Event>> {
  let way: EventWay;
  const toWay = (_: unknown, own: typeof options) => {
    way = new EventWay(source, event, own as EventOptions);
    return way;
  };
  return wait(() => way.look(), toWay, options, waitForEvent, toLoop);
}

/** Nothing else, also of the defaults of a waiter: the looks of this wait only see whether an event has come. */
function toLoop(options: EventOptions<never> & ScaleOption): WaitOptions<never> & ScaleOption {
  const { timeout, failFast, trigger, signal, name, progress, unref, advanceTimers, clock, timeoutScale } = options;
  return {
    timeout,
    interval: Number.POSITIVE_INFINITY,
    tolerate: never,
    failFast,
    trigger,
    signal,
    name,
    progress,
    unref,
    advanceTimers,
    clock,
    timeoutScale,
  };
}

function never(): boolean {
  return false;
}

interface Arrival {
  readonly name: EventName;
  readonly args: unknown[];
  readonly isFatal?: boolean;
}

// A class, as many wait at once: of its methods there is one each, and of closures one for each wait.
class EventWay implements Way {
  readonly isToldByEvents = true;
  readonly sources: readonly WakeSource[];
  readonly #source: EventSource;
  readonly #event: EventName;
  readonly #options: EventOptions;
  #arrived: Arrival[] = [];
  #passedOver = 0;
  #last: unknown[] | undefined;

  constructor(source: EventSource, event: EventName, options: EventOptions) {
    const { filter, rejectOn } = options;
    checkSource(source, event);
    checkFunction('filter', filter);
    const areNames = Array.isArray(rejectOn) && rejectOn.every(isEventName);
    check('rejectOn', rejectOn, rejectOn === undefined || areNames, 'an array of event names');
    this.#source = source;
    this.#event = event;
    this.#options = options;
    this.sources = [(wake) => this.#listen(wake)];
  }

  #listen(wake: Wake): () => void {
    const stops: (() => void)[] = [];
    const stop = () => {
      for (const end of stops) end();
    };
    const hear =
      (name: EventName) =>
      (...args: unknown[]) => {
        this.#arrived.push({ name, args });
        wake();
      };
    try {
      for (const name of this.#names()) stops.push(listen(this.#source, name, hear(name)));
    } catch (error) {
      // There is nothing to poll: who cannot listen will never know.
      this.#arrived.push({ name: 'error', args: [error], isFatal: true });
      stop();
    }
    return stop;
  }

  /** The event that is waited for, and those that come instead. */
  #names(): readonly EventName[] {
    const { rejectOn = REJECTIONS } = this.#options;
    return [this.#event, ...rejectOn.filter((name) => name !== this.#event)];
  }

  look(): unknown {
    const { filter } = this.#options;
    const arrived = this.#arrived;
    this.#arrived = [];
    for (const { name, args, isFatal } of arrived) {
      if (isFatal) throw args[0];
      if (name !== this.#event) throw failureOf(name, args);
      if (!filter || immediate('filter', filter(...args))) return args;
      this.#passedOver++;
      this.#last = args;
    }
    return undefined;
  }

  isDone(answer: unknown): boolean {
    return Boolean(answer);
  }

  word(): string {
    return '(no event)';
  }

  title(): string {
    return `event ${render(this.#event)}`;
  }

  remarks(): readonly string[] {
    if (!this.#last) return [];
    const last = `the last with ${render(this.#last)}`;
    return [`events that came and did not pass the filter: ${this.#passedOver}, ${last}`];
  }
}

const REJECTIONS: readonly EventName[] = ['error'];

/** The error of a Node emitter comes as the first argument, that of an EventTarget as `event.error`. */
function failureOf(name: EventName, [reason]: unknown[]): unknown {
  if (isErrorLike(reason)) return reason;
  const { error } = Object(reason) as { error?: unknown };
  return isErrorLike(error)
    ? error
    : new GiveUp(`event ${render(name)} came instead${reason === undefined ? '' : `: ${render(reason)}`}`);
}

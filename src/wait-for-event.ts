import { check, checkFunction } from './check.ts';
import { checkSource, type EventArgs, type EventName, type EventSource, isEventName, listen } from './event-source.ts';
import { GiveUp } from './give-up.ts';
import { type CommonOptions, immediate, type ScaleOption, type TriggerOption, type WaitOptions } from './options.ts';
import { isErrorLike, render } from './render.ts';
import { wait } from './wait.ts';
import type { WakeSource } from './wake.ts';
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
  const arrived: Arrival[] = [];
  const isListening: WakeSource = (wake) => {
    const stops: (() => void)[] = [];
    const stop = () => {
      for (const end of stops) end();
    };
    const hear =
      (name: EventName) =>
      (...args: unknown[]) => {
        arrived.push({ name, args });
        wake();
      };
    try {
      for (const name of [event, ...rejections(event, options.rejectOn)]) stops.push(listen(source, name, hear(name)));
    } catch (error) {
      // There is nothing to poll: who cannot listen will never know.
      arrived.push({ name: 'error', args: [error], isFatal: true });
      stop();
    }
    return stop;
  };
  const toWay = () => eventWay(source, event, options as EventOptions, arrived, [isListening]);
  return wait(toWay, options, waitForEvent, toLoop);
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

function eventWay(
  source: EventSource,
  event: EventName,
  options: EventOptions,
  arrived: Arrival[],
  sources: readonly WakeSource[],
): Way {
  const { filter, rejectOn } = options;
  checkSource(source, event);
  checkFunction('filter', filter);
  const areNames = Array.isArray(rejectOn) && rejectOn.every(isEventName);
  check('rejectOn', rejectOn, rejectOn === undefined || areNames, 'an array of event names');
  let [passedOver, last]: [number, unknown[]] = [0, []];
  return {
    condition: () => {
      for (const { name, args, isFatal } of arrived.splice(0)) {
        if (isFatal) throw args[0];
        if (name !== event) throw failureOf(name, args);
        if (!filter || immediate('filter', filter(...args))) return args;
        [passedOver, last] = [passedOver + 1, args];
      }
      return undefined;
    },
    isToldByEvents: true,
    sources,
    isDone: Boolean,
    word: () => '(no event)',
    title: () => `event ${render(event)}`,
    remarks: () =>
      passedOver > 0
        ? [`events that came and did not pass the filter: ${passedOver}, the last with ${render(last)}`]
        : [],
  };
}

function rejections(event: EventName, names: readonly EventName[] = ['error']): readonly EventName[] {
  return names.filter((name) => name !== event);
}

/** The error of a Node emitter comes as the first argument, that of an EventTarget as `event.error`. */
function failureOf(name: EventName, [reason]: unknown[]): unknown {
  if (isErrorLike(reason)) return reason;
  const { error } = Object(reason) as { error?: unknown };
  return isErrorLike(error)
    ? error
    : new GiveUp(`event ${render(name)} came instead${reason === undefined ? '' : `: ${render(reason)}`}`);
}

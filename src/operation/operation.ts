import { byResult } from './by-result.ts';
import type { StatusResponse } from './dialect.ts';
import { headOf } from './head-of.ts';
import { byStatus } from './http-status.ts';
import { isTimeout } from './is-timeout.ts';
import type { Observation, Pending } from './observation.ts';
import type { OperationSettings } from './options.ts';
import { askedPause, pauseOf } from './pace.ts';
import { Reader, RefusedAddress } from './reader.ts';
import { SharedRead } from './shared-read.ts';
import { StatusError } from './status-error.ts';
import { toStatusResponse } from './to-status-response.ts';
import type { OperationToken } from './token.ts';

/**
 * What is known of one operation, and how to learn more. Any number of waits look at it: they share what was read, and
 * when to read again, so there is one poll however many wait. It owns no timer: that is the loop's.
 */
export class Operation<T> {
  readonly settings: OperationSettings<T>;
  readonly reader: Reader;
  token: OperationToken;
  /** What was seen last, and the how-manieth observation that is. */
  last: Observation<T> | undefined;
  serial = 0;
  polls = 0;
  /** Reads in a row that failed, and answers in a row that there is no such thing. */
  unreadables = 0;
  notFounds = 0;
  hasBeenSeen = false;
  /** The end that was seen last: from when to when, and how often in a row. */
  verdict: Seen | undefined;
  /** Where the result is, once the operation is known to have succeeded. */
  resultUrl: string | undefined;

  /** Instants of `settings.now`: when to poll again, and until when the server wants not to be asked, come what may. */
  dueAt = 0;
  softUntil = 0;
  hardUntil = 0;
  #polledAt = Number.NEGATIVE_INFINITY;
  /** Observations since the server last said when it wants to be asked; those that events brought forward do not count. */
  #steps = 0;
  #isStep = true;
  #previousPause = 0;

  /** How old it was when it was heard of, and since when that is. */
  readonly #ageBefore: number;
  readonly #since: number;
  #home = '';
  #beginning: SharedRead | undefined;
  #reading: SharedRead | undefined;
  readonly #observers = new Set<() => void>();

  constructor(settings: OperationSettings<T>, token?: OperationToken) {
    const { dialect, now } = settings;
    this.settings = settings;
    this.token = token ?? { v: 1, dialect: dialect.name, startedAt: Date.now() };
    this.#home = token?.url ?? '';
    this.reader = new Reader(settings.reading, () => this.#home);
    this.#ageBefore = Math.max(0, Date.now() - this.token.startedAt);
    this.#since = now();
    this.softUntil = now() + Math.max(0, (token?.notBefore ?? 0) - Date.now());
    this.dueAt = this.softUntil;
  }

  /** Calls back whenever something new was seen; gives back how to stop. */
  observe(callback: () => void): () => void {
    this.#observers.add(callback);
    return () => this.#observers.delete(callback);
  }

  /** Takes the answer to the request that started it: the first observation. */
  begin(answer: unknown, signal: AbortSignal): Promise<void> {
    this.#beginning ??= this.#startBeginning(answer);
    return this.#beginning.join(signal);
  }

  #startBeginning(answer: unknown): SharedRead {
    let head: StatusResponse | undefined;
    const note = (response: StatusResponse) => {
      this.#home = response.url;
      this.#note(this.#classify([response], true));
    };
    const read = async (signal: AbortSignal) => {
      const { maxBytes } = this.settings.reading;
      head = await toStatusResponse(headOf(answer), { maxBytes, signal });
      try {
        note(await toStatusResponse(answer, { maxBytes, signal }));
      } catch (error) {
        if (signal.aborted || !this.settings.tolerate(error)) throw error;
        note({ ...head, unreadable: 'its body broke off' });
      }
    };
    // Where to look is in the headers: a body that does not come to its end must not hide that.
    return new SharedRead(read, () => head && note({ ...head, unreadable: 'its body did not come to its end' }));
  }

  /** No poll may come before this instant: asked for by the server, or as the last one that an event may follow was just now. */
  floor(isEvent: boolean): number {
    return Math.max(this.hardUntil, isEvent ? this.#polledAt + this.settings.minWakeGap : 0);
  }

  get isPolling(): boolean {
    return this.#reading !== undefined;
  }

  /** Polls, or joins who does already. Settles once there is something new to see. */
  poll(signal: AbortSignal, isOnSchedule: boolean): Promise<void> {
    this.#reading ??= this.#startPoll(isOnSchedule);
    return this.#reading.join(signal);
  }

  #startPoll(isOnSchedule: boolean): SharedRead {
    this.polls++;
    this.#polledAt = this.settings.now();
    this.#isStep = isOnSchedule;
    this.reader.head = undefined;
    const read = async (signal: AbortSignal) => {
      try {
        const observation = await this.#observation(signal);
        if (!signal.aborted) this.#note(observation);
      } finally {
        if (this.#reading === reading) this.#reading = undefined;
      }
    };
    const reading: SharedRead = new SharedRead(read, (reason) => {
      this.#reading = undefined;
      // A refusal counts whyever it was cut, as it asks for a pause; else only what took too long, not what was left.
      const refusal = this.#cut();
      if (refusal || isTimeout(reason)) this.#note(refusal ?? { kind: 'unreadable', cause: reason });
    });
    return reading;
  }

  #cut(): Observation<T> | undefined {
    const { head } = this.reader;
    const observation = head && byStatus(head, { token: this.token, initial: false, now: Date.now(), more: [] });
    return observation?.kind === 'unreadable' ? observation : undefined;
  }

  async #observation(signal: AbortSignal): Promise<Observation<T>> {
    try {
      const { resultUrl, token } = this;
      if (resultUrl !== undefined) {
        return byResult<T>(await this.reader.read(token, resultUrl, 'result', signal), Date.now());
      }
      const responses: StatusResponse[] = [];
      for (const url of [token.url ?? '', ...(this.settings.dialect.reads?.(token) ?? [])]) {
        const response = await this.reader.read(token, url, 'status', signal);
        responses.push(response);
        // What was refused may be asked for no more, and may have asked for a pause.
        if (response.status < 200 || response.status > 299) break;
      }
      return this.#classify(responses, false);
    } catch (error) {
      if (error instanceof RefusedAddress) return { kind: 'rejected', cause: error };
      if (!(error instanceof StatusError) && !this.settings.tolerate(error)) throw error;
      return { kind: 'unreadable', cause: error };
    }
  }

  #classify([response, ...more]: readonly StatusResponse[], initial: boolean): Observation<T> {
    const { dialect } = this.settings;
    const at = { token: this.token, initial, now: Date.now(), more };
    const observation = dialect.classify(response as StatusResponse, at);
    return observation.kind === 'pending' ? this.#checked(observation) : observation;
  }

  /** An address to look at next must be one that may be asked. */
  #checked(pending: Pending): Observation<T> {
    const because = pending.url === undefined ? undefined : this.reader.refusal(pending.url, 'status');
    if (because !== undefined) return { kind: 'no-monitor', because: `its status address is refused: ${because}` };
    if (pending.url === undefined && !this.canBePolled) {
      return { kind: 'no-monitor', because: 'nothing says where to look' };
    }
    return pending;
  }

  #note(observation: Observation<T>): void {
    const { now } = this.settings;
    const { kind } = observation;
    this.serial++;
    this.unreadables = kind === 'unreadable' ? this.unreadables + 1 : 0;
    this.notFounds = kind === 'notfound' ? this.notFounds + 1 : 0;
    // A 304 tells that nothing has changed, not what there is.
    const isSame = kind === 'pending' && this.last?.kind === 'pending' && observation.state === undefined;
    this.last = isSame ? ({ ...this.last, ...given(observation) } as Observation<T>) : observation;
    // The start answer is none that has seen it: what was just made may not be there yet.
    if (this.polls > 0 && (kind === 'pending' || kind === 'succeeded')) this.hasBeenSeen = true;
    const isEnd = kind === 'succeeded' || kind === 'failed' || kind === 'cancelled';
    const { since, times } = this.verdict?.kind === kind ? this.verdict : { since: now(), times: 0 };
    this.verdict = isEnd ? { kind, since, until: now(), times: times + 1 } : undefined;
    if (kind === 'succeeded' && this.isSettled()) this.resultUrl ??= observation.resultUrl;
    this.#schedule(observation);
    if (kind === 'pending') this.#remember(observation);
    for (const callback of [...this.#observers]) callback();
  }

  /** Whether there is anything to ask. */
  get canBePolled(): boolean {
    return this.token.url !== undefined || this.settings.reading.poll !== undefined;
  }

  /** Whether there is nothing more to ask: it has ended, or there is no way to ask. */
  get isOver(): boolean {
    if (this.serial === 0) return false;
    const hasResult = this.last?.kind !== 'succeeded' || this.last.resultUrl === undefined;
    return !this.canBePolled || (this.verdict !== undefined && this.isSettled() && hasResult);
  }

  /** Whether the end that was seen has been seen often enough, and for long enough. */
  isSettled(): boolean {
    const { confirm, settle } = this.settings;
    if (!this.verdict || !this.canBePolled || this.resultUrl !== undefined) return true;
    const { times, since, until } = this.verdict;
    // A timer may ring a fraction of a millisecond early.
    return times >= confirm && until - since > settle - 1;
  }

  #schedule(observation: Observation<T>): void {
    const { backoff, isPacedByProgress, random, now, settle } = this.settings;
    const asked = 'notBefore' in observation ? observation.notBefore : undefined;
    const isUnreadable = observation.kind === 'unreadable';
    if (asked !== undefined && !isUnreadable) this.#steps = 0;
    else if (this.#isStep) this.#steps++;
    const progress = observation.kind === 'pending' ? observation.progress : undefined;
    const age = this.#ageBefore + now() - this.#since;
    const state = { steps: this.#steps, age, previousPause: this.#previousPause, progress, random };
    const own = pauseOf(backoff, state, isPacedByProgress);
    this.#previousPause = own;
    let pause = own;
    if (this.verdict && this.isSettled()) pause = asked ?? 0;
    else if (this.verdict) pause = Math.max(settle, this.verdict.times < this.settings.confirm ? own : 0);
    else if (asked !== undefined) pause = isUnreadable ? Math.max(own, asked) : askedPause(asked, own, random);
    this.dueAt = now() + pause;
    this.softUntil = asked === undefined ? 0 : now() + asked;
    this.hardUntil = observation.kind === 'unreadable' && observation.hard ? this.softUntil : 0;
  }

  #remember(pending: Pending): void {
    const { notBefore, url, resourceUrl, name, memo } = pending;
    const { notBefore: _, version: known, ...token } = this.token;
    // That of another address says nothing of this one.
    const isMoved = url !== undefined && url !== (token.url ?? this.#home);
    const version = isMoved ? undefined : (pending.version ?? known);
    const held = notBefore === undefined ? undefined : Date.now() + notBefore;
    this.token = { ...token, ...given({ url, resourceUrl, name, memo, version, notBefore: held }) };
  }
}

interface Seen {
  readonly kind?: Observation['kind'];
  readonly since: number;
  readonly until: number;
  readonly times: number;
}

/** Without what is not there. */
function given<O extends object>(object: O): Partial<O> {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as Partial<O>;
}

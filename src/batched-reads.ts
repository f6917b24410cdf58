import type { Clock } from './clock.ts';
import { formatDuration } from './duration.ts';
import { type Limited, limit } from './limit.ts';
import { Alarm } from './pause.ts';
import { readInParts } from './read-in-parts.ts';
import { isErrorLike, render } from './render.ts';
import { type Time, timeOf } from './time.ts';
import { askedPause } from './transient.ts';
import { isPromiseLike } from './wake.ts';

/** What a read gives: a value or an error for each key, a `Map` or pairs. A key that is not there is not found. */
export type PolledAnswers<Key, Value> = Iterable<readonly [Key, Value | Error]>;

/** How the reads of a poller are made. */
export interface ReadSettings<Key, Value> {
  readonly read: (
    keys: readonly Key[],
    signal: AbortSignal,
  ) => PolledAnswers<Key, Value> | PromiseLike<PolledAnswers<Key, Value>>;
  readonly batchSize: number;
  readonly concurrency: number;
  readonly interval: number;
  readonly window: number;
  readonly attemptTimeout: number;
  readonly unref: boolean;
  readonly clock: Clock;
  readonly random: () => number;
}

/** The answers could not be read, or it could not be told whose fault it was: asked again in the next round. */
export class UnreadableAnswers extends TypeError {}

/** Nothing was read, as the service has asked for a pause that is not over. To a wait it is as firm as that answer. */
export class NotRead extends Error {
  readonly status = 429;
  readonly retryAfter: number;

  constructor(milliseconds: number, cause: unknown) {
    super(`not read for another ${formatDuration(milliseconds)}, as the service asked for a pause`, { cause });
    this.retryAfter = milliseconds / 1_000;
  }
}

// What `close()` waits for reads that go on though they were told to stop: less than the hooks of test runners allow.
const STOPPING = 1_000;

/** Reads many keys at once: gathers who asks, and asks for each key that somebody waits for, and never twice at a time. */
export class BatchedReads<Key, Value> {
  readonly #settings: ReadSettings<Key, Value>;
  readonly #time: Time;
  readonly #gathering: Alarm;
  readonly #wanted = new Map<Key, Question<Key, Value>>();
  readonly #underWay = new Map<Key, Question<Key, Value>>();
  /** Keys that have failed on their own: read by themselves until they answer, not to fail a read of many again. */
  readonly #suspects = new Set<Key>();
  readonly #running = new Set<Promise<void>>();
  /** Those that count as running: not one that was told to stop. */
  readonly #places = new Set<Batch<Key, Value>>();
  /** Whether somebody waits for a place, and no longer for others. */
  #isCrowded = false;
  #exchanges = 0;
  #nextRound = 0;
  #isSpread = false;
  /** The last answer that asked for a firm pause, and until when. */
  #refusal: { readonly error: unknown; readonly until: number } | undefined;
  /** Reads since the round began that found something not done. */
  #spareReads = 0;
  #isReadSpare = false;

  constructor(settings: ReadSettings<Key, Value>) {
    this.#settings = settings;
    this.#time = timeOf(settings.clock);
    this.#gathering = new Alarm(settings.clock, settings.unref, () => {
      this.#isReadSpare = true;
      this.#readAll();
    });
  }

  /** Asks for an answer that no read gives that has begun before; waits for others who ask no longer than this. */
  ask(key: Key, patience: number, isJoining: boolean): Question<Key, Value> {
    let question = this.#wanted.get(key);
    if (!question) {
      question = new Question();
      this.#wanted.set(key, question);
    }
    question.readers++;
    if (!this.#underWay.has(key)) this.#gather(Math.min(patience, this.#window(isJoining)));
    return question;
  }

  /** How long who asks waits for others. */
  #window(isJoining: boolean): number {
    const { window } = this.#settings;
    const left = this.#nextRound - this.#time.now();
    // Of many that begin one after another each would have a read of its own, were each kept waiting no longer.
    return isJoining && left > 0 ? Math.min(window * 2 ** this.#spareReads, left + window) : window;
  }

  /** Milliseconds until all look again, together. Asked by who found nothing done. */
  untilNextRound(): number {
    const { interval, random } = this.#settings;
    const now = this.#time.now();
    if (this.#nextRound <= now) {
      // The first pause is random, so that pollers that were started together do not ask together.
      this.#nextRound = now + (this.#isSpread ? interval : Math.ceil(interval * (1 - random())));
      this.#isSpread = true;
      this.#spareReads = 0;
    } else if (this.#isReadSpare) {
      this.#spareReads++;
    }
    this.#isReadSpare = false;
    return this.#nextRound - now;
  }

  #gather(milliseconds: number): void {
    const due = this.#time.now() + milliseconds;
    // One of a clock that has since become another one, as faked timers do, may never ring.
    const isLost = this.#exchanges !== this.#time.exchanges;
    this.#exchanges = this.#time.exchanges;
    if (isLost || !this.#gathering.isSet || this.#gathering.due > due) this.#gathering.set(milliseconds);
  }

  /** The answer is not waited for any longer by one of those who asked. */
  leave(key: Key, question: Question<Key, Value>): void {
    question.readers--;
    if (question.readers > 0) return;
    this.#suspects.delete(key);
    const { batch } = question;
    if (batch && this.#underWay.get(key) === question && --batch.awaited === 0) this.#abandon(batch);
    if (this.#wanted.get(key) === question) this.#wanted.delete(key);
    if (this.#wanted.size === 0) this.#gathering.clear();
  }

  /** Tells a read to stop that nobody waits for. Who asks for its keys is not kept waiting for one that does not listen. */
  #abandon(batch: Batch<Key, Value>): void {
    batch.limited?.clear();
    batch.controller.abort(new DOMException('nobody waits for it any longer', 'AbortError'));
    this.#end(batch);
  }

  /** Reads what is wanted, in the order in which it was asked for, as long as there is a place. */
  #readAll(): void {
    for (let keys = this.#nextInLine(); keys.length > 0; keys = this.#nextInLine()) {
      this.#isCrowded = this.#places.size >= this.#settings.concurrency;
      if (this.#isCrowded) return;
      this.#run(this.#readBatch(keys));
    }
    this.#isCrowded = false;
  }

  /** The keys of the next read: those that are being read are asked for once they have been. */
  #nextInLine(): readonly Key[] {
    const keys: Key[] = [];
    for (const key of this.#wanted.keys()) {
      if (keys.length >= this.#settings.batchSize) break;
      if (this.#underWay.has(key)) continue;
      const isSuspect = this.#suspects.has(key);
      if (isSuspect && keys.length === 0) return [key];
      if (!isSuspect) keys.push(key);
    }
    return keys;
  }

  /** Whether a key has to wait until another read has ended. */
  isInLine(key: Key): boolean {
    return this.#isCrowded && this.#wanted.has(key) && !this.#underWay.has(key);
  }

  #run(reading: Promise<void>): void {
    this.#running.add(reading);
    void reading.then(() => this.#running.delete(reading));
  }

  /** Resolves when no read is under way any more, or when those that do not listen to their signal had time enough. */
  async ended(): Promise<void> {
    await limit<unknown>(Promise.all(this.#running), STOPPING, this.#settings, () => undefined);
  }

  async #readBatch(keys: readonly Key[]): Promise<void> {
    const batch: Batch<Key, Value> = { keys, controller: new AbortController(), awaited: keys.length };
    this.#places.add(batch);
    for (const key of keys) {
      const question = this.#wanted.get(key) as Question<Key, Value>;
      question.batch = batch;
      this.#underWay.set(key, question);
      this.#wanted.delete(key);
    }
    const fail = (part: readonly Key[], error: unknown) => {
      for (const key of part) this.#settled(batch, key)?.reject(error);
    };
    await readInParts(keys, {
      read: async (part) => toMap<Key, Value | Error>(await this.#read(batch, part)),
      isWanted: (key) => this.#underWayIn(batch, key)?.isAwaited === true,
      answered: (part, answers) => {
        for (const key of part) {
          const question = this.#settled(batch, key);
          const answer = answers.get(key);
          if (isErrorLike(answer)) question?.reject(answer);
          else question?.resolve(answer);
          if (question) this.#suspects.delete(key);
        }
      },
      poisoned: (key, error) => {
        this.#suspects.add(key);
        fail([key], error);
      },
      failed: (part, error) => {
        this.#heed(error);
        fail(part, error);
      },
      unresolved: (part, cause) => {
        const message = `too many reads failed to tell which of ${part.length} keys is to blame`;
        fail(part, new UnreadableAnswers(message, { cause }));
      },
    });
    this.#end(batch);
  }

  /** One read, which is told to stop when it takes longer than one may. */
  #read(batch: Batch<Key, Value>, keys: readonly Key[]): ReturnType<ReadSettings<Key, Value>['read']> {
    const { read, attemptTimeout } = this.#settings;
    const { controller } = batch;
    const left = this.#pauseLeft();
    if (left > 0) throw new NotRead(left, this.#refusal?.error);
    const answers = read(keys, controller.signal);
    // It may itself have ended the last wait for it.
    const isOver = !isPromiseLike(answers) || controller.signal.aborted;
    if (isOver || attemptTimeout === Number.POSITIVE_INFINITY) return answers;
    batch.limited = limit(Promise.resolve(answers), attemptTimeout, this.#settings, () => {
      const message = `the read had no answer within ${formatDuration(attemptTimeout)}`;
      const error = new DOMException(message, 'TimeoutError');
      controller.abort(error);
      throw error;
    });
    return batch.limited;
  }

  /** What was answered to one read is meant for all: it is one service. */
  #heed(error: unknown): void {
    const asked = error instanceof NotRead ? undefined : askedPause(error);
    if (!asked?.isFirm || asked.milliseconds <= this.#pauseLeft()) return;
    this.#refusal = { error, until: this.#time.now() + asked.milliseconds };
  }

  #pauseLeft(): number {
    return Math.ceil((this.#refusal?.until ?? 0) - this.#time.now());
  }

  /** What is asked for a key, unless it is no longer this read that answers it: the key may be under way again. */
  #underWayIn(batch: Batch<Key, Value>, key: Key): Question<Key, Value> | undefined {
    const question = this.#underWay.get(key);
    return question?.batch === batch ? question : undefined;
  }

  /** The same, of a key that this read has told of. */
  #settled(batch: Batch<Key, Value>, key: Key): Question<Key, Value> | undefined {
    const question = this.#underWayIn(batch, key);
    if (question?.isAwaited) batch.awaited--;
    if (question) this.#free(key);
    return question;
  }

  /** Lets go of what has no answer, as nobody waits for it, and makes place for the next read. */
  #end(batch: Batch<Key, Value>): void {
    for (const key of batch.keys) if (this.#underWayIn(batch, key)) this.#free(key);
    this.#places.delete(batch);
    if (this.#isCrowded) this.#readAll();
  }

  /** Who asked for the key while it was read is next. */
  #free(key: Key): void {
    this.#underWay.delete(key);
    if (this.#wanted.has(key)) this.#gather(this.#settings.window);
  }
}

/** One read, and what is asked for in it. */
interface Batch<Key, Value> {
  readonly keys: readonly Key[];
  readonly controller: AbortController;
  limited?: Limited<PolledAnswers<Key, Value>>;
  /** Keys without an answer that somebody waits for. */
  awaited: number;
}

/** What is asked for one key, by all who wait for it. */
export class Question<Key, Value> {
  readers = 0;
  batch: Batch<Key, Value> | undefined;
  readonly answer: Promise<Value | undefined>;
  resolve!: (value: Value | undefined) => void;
  reject!: (error: unknown) => void;

  constructor() {
    this.answer = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
  }

  /** Whether somebody still waits for its answer. */
  get isAwaited(): boolean {
    return this.readers > 0;
  }
}

function toMap<Key, Answer>(answers: unknown): Map<Key, Answer> {
  const isIterable = typeof answers === 'object' && answers !== null && Symbol.iterator in answers;
  if (!isIterable || isPromiseLike(answers)) throw unreadable(answers);
  const map = new Map<Key, Answer>();
  for (const pair of answers as Iterable<unknown>) {
    if (!Array.isArray(pair) || pair.length !== 2) throw unreadable(pair);
    map.set(pair[0], pair[1]);
  }
  return map;
}

function unreadable(answers: unknown): UnreadableAnswers {
  return new UnreadableAnswers(`\`read\` must give a Map or pairs of a key and its value; it gave ${render(answers)}`);
}

import { Alarm } from './pause.ts';
import { render } from './render.ts';
import { type Time, timeOf } from './time.ts';
import { isTransient } from './transient.ts';
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
  readonly interval: number;
  readonly window: number;
  readonly unref: boolean;
  readonly clock: ConstructorParameters<typeof Alarm>[0];
  readonly random: () => number;
}

/** What is asked for one key, by all who wait for it. */
export interface Ask<Value> {
  readonly answer: Promise<Value | undefined>;
  /** Its answer is not waited for any longer by one of those who asked. */
  leave(): void;
}

/** The answers could not be read, or it could not be told whose fault it was: asked again in the next round. */
export class UnreadableAnswers extends Error {}

/** Reads many keys at once: gathers who asks, and asks for each key that somebody waits for, and never twice at a time. */
export class BatchedReads<Key, Value> {
  readonly #settings: ReadSettings<Key, Value>;
  readonly #time: Time;
  readonly #gathering: Alarm;
  readonly #wanted = new Map<Key, Question<Value>>();
  readonly #underWay = new Map<Key, Question<Value>>();
  readonly #running = new Set<Promise<void>>();
  #nextRound = 0;
  #isSpread = false;

  constructor(settings: ReadSettings<Key, Value>) {
    this.#settings = settings;
    this.#time = timeOf(settings.clock);
    this.#gathering = new Alarm(settings.clock, settings.unref, () => this.#readAll());
  }

  /** Asks for an answer that no read gives that has begun before; waits for others who ask no longer than this. */
  ask(key: Key, patience: number): Ask<Value> {
    const question = this.#wanted.get(key) ?? new Question<Value>();
    this.#wanted.set(key, question);
    question.readers++;
    if (!this.#underWay.has(key)) this.#gather(Math.min(patience, this.#settings.window));
    let hasLeft = false;
    return {
      answer: question.answer,
      leave: () => {
        if (!hasLeft) this.#left(key, question);
        hasLeft = true;
      },
    };
  }

  /** Milliseconds until all look again, together. */
  untilNextRound(): number {
    const { interval, random } = this.#settings;
    const now = this.#time.now();
    if (this.#nextRound <= now) {
      // The first pause is random, so that pollers that were started together do not ask together.
      this.#nextRound = now + (this.#isSpread ? interval : Math.ceil(interval * (1 - random())));
      this.#isSpread = true;
    }
    return this.#nextRound - now;
  }

  #gather(milliseconds: number): void {
    const due = this.#time.now() + milliseconds;
    if (!this.#gathering.isSet || this.#gathering.due > due) this.#gathering.set(milliseconds);
  }

  #left(key: Key, question: Question<Value>): void {
    question.readers--;
    if (question.readers > 0) return;
    if (question.batch?.leftByOne()) question.batch.abandon();
    if (this.#wanted.get(key) === question) this.#wanted.delete(key);
    if (this.#wanted.size === 0) this.#gathering.clear();
  }

  #readAll(): void {
    // Those that are being read are asked for once they have been.
    const free = Array.from(this.#wanted.keys()).filter((key) => !this.#underWay.has(key));
    const size = Math.min(this.#settings.batchSize, Math.max(1, free.length));
    for (let from = 0; from < free.length; from += size) this.#run(this.#readBatch(free.slice(from, from + size)));
  }

  #run(reading: Promise<void>): void {
    this.#running.add(reading);
    void reading.then(() => this.#running.delete(reading));
  }

  /** Resolves when no read is under way any more. */
  async ended(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }

  async #readBatch(keys: readonly Key[]): Promise<void> {
    const questions = new Map(keys.map((key) => [key, this.#wanted.get(key) as Question<Value>]));
    const batch = new Batch(questions);
    for (const [key, question] of questions) {
      question.batch = { leftByOne: () => batch.leftByOne(), abandon: () => this.#abandon(batch) };
      this.#underWay.set(key, question);
      this.#wanted.delete(key);
    }
    await this.#read(keys, batch);
    batch.isOver = true;
    if (keys.some((key) => this.#wanted.has(key))) this.#gather(this.#settings.window);
  }

  /** Tells a read to stop. Who asks for its keys from now on is not kept waiting for one that does not listen. */
  #abandon({ questions, controller }: Batch<Key, Value>): void {
    for (const key of questions.keys()) this.#underWay.delete(key);
    controller.abort(new DOMException('nobody waits for it any longer', 'AbortError'));
  }

  async #read(keys: readonly Key[], batch: Batch<Key, Value>): Promise<void> {
    const { read } = this.#settings;
    try {
      const answers = toMap(await read(keys, batch.controller.signal));
      for (const key of keys) this.#tell(batch, key, answers.get(key) as Value | Error | undefined);
    } catch (error) {
      if (!mayBeOfOne(error) || keys.length === 1 || batch.controller.signal.aborted) {
        for (const key of keys) this.#tell(batch, key, new Thrown(error));
      } else if (batch.splits === 0) {
        const unclear = new UnreadableAnswers(`the read of ${keys.length} keys failed`, { cause: error });
        for (const key of keys) this.#tell(batch, key, new Thrown(unclear));
      } else {
        batch.splits--;
        const half = Math.ceil(keys.length / 2);
        // One after the other: who refuses a part should not be asked for more at a time.
        await this.#read(keys.slice(0, half), batch);
        await this.#read(keys.slice(half), batch);
      }
    }
  }

  #tell({ questions }: Batch<Key, Value>, key: Key, answer: Value | Error | Thrown | undefined): void {
    const question = questions.get(key);
    if (this.#underWay.get(key) === question) this.#underWay.delete(key);
    if (answer instanceof Thrown) question?.reject(answer.error);
    else if (answer instanceof Error) question?.reject(answer);
    else question?.resolve(answer);
  }
}

/** What a read threw, which need not be an error. */
class Thrown {
  readonly error: unknown;

  constructor(error: unknown) {
    this.error = error;
  }
}

class Question<Value> {
  readers = 0;
  batch: { leftByOne(): boolean; abandon(): void } | undefined;
  readonly answer: Promise<Value | undefined>;
  resolve!: (value: Value | undefined) => void;
  reject!: (error: unknown) => void;

  constructor() {
    this.answer = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    // Who has left does not hear of it any more.
    this.answer.catch(() => {});
  }
}

/** One read, and what is asked for in it. */
class Batch<Key, Value> {
  readonly questions: ReadonlyMap<Key, Question<Value>>;
  readonly controller = new AbortController();
  /** How often it may be divided to find whose error it was: enough for two, and few where it is everybody's. */
  splits: number;
  isOver = false;
  #awaited: number;

  constructor(questions: ReadonlyMap<Key, Question<Value>>) {
    this.questions = questions;
    this.#awaited = questions.size;
    this.splits = 2 * Math.ceil(Math.log2(questions.size));
  }

  /** Nobody waits for one of them any longer. Answers whether that was the last. */
  leftByOne(): boolean {
    this.#awaited--;
    return !this.isOver && this.#awaited === 0;
  }
}

/** Whether one key may be at fault, and not the network or the read itself. */
function mayBeOfOne(error: unknown): boolean {
  const isBug = error instanceof ReferenceError || error instanceof SyntaxError || error instanceof TypeError;
  return !isBug && !isTransient(error) && !(error instanceof UnreadableAnswers);
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

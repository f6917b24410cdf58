import { resolve } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { isTransient, type LookRecord } from 'unsleep';
import { check, checkFunction, checkOptions } from './check.ts';
import { readDurations, writeDurations } from './duration-file.ts';
import { isDuration } from './history.ts';
import { render } from './render.ts';

/** The options of {@link recorder}. */
export interface RecorderOptions {
  /** Durations that are kept, the newest: a whole number from 1 to 10,000. @defaultValue `200`, which is what `learned` looks at */
  readonly limit?: number | undefined;
  /**
   * Is told once why the file could not be read, and once why it could not be written. The wait goes on, unless this
   * throws. @defaultValue a warning of the process
   */
  readonly onProblem?: ((problem: Error) => void) | undefined;
}

/** Durations that outlive the process. */
export interface Recorder {
  /** Milliseconds, the newest last. Another array when they have changed. */
  readonly durations: readonly number[];
  /**
   * Adds a duration that is known from elsewhere, in milliseconds, and writes the file at once.
   *
   * @throws RangeError or TypeError for what is no duration.
   */
  readonly add: (milliseconds: number) => void;
  /**
   * An `onLook` for one wait, which adds the time from its start to its end. Between the last look that said not yet
   * and the one that said done nobody was looking: the middle counts, or the very instant when an event told. With `holdFor`
   * it is when the hold began.
   *
   * Nothing is added by a wait that fails, and by one that was done at its first look: nobody knows how long that took.
   * A wait that begins later than its job is for {@link Recorder.add}. Waits at the same time need an `onLook` each.
   */
  readonly record: () => (look: LookRecord) => void;
}

type Edit = (durations: readonly number[]) => readonly number[];

/**
 * Remembers in a small file how long waits took, for `learned`.
 *
 * The file is read when the recorder is made, and written when a duration is added: at once, as nothing must be lost
 * when the process ends, which takes a fraction of a millisecond. A file that is damaged is ignored and replaced; a
 * folder that is missing is made. Several processes may share a file: each adds to what is there, and of two that do so in the
 * very same instant the later wins. For Node, Bun and Deno.
 *
 * @param file Where, as a path or a `file:` URL.
 * @throws RangeError or TypeError for a setting out of range. Whatever the file holds, and whether it can be written, is no
 * reason to throw.
 * @example
 * ```ts
 * import { rm } from 'node:fs/promises';
 * import { learned, waitFor } from 'unsleep';
 * import { recorder } from 'unsleep/recorder';
 *
 * const imports = recorder('node_modules/.cache/pace/imports.json');
 * let looks = 0;
 * await waitFor(() => ++looks === 3, { interval: learned(imports), onLook: imports.record() });
 * imports.durations.length; // => 1
 * await rm('node_modules/.cache/pace', { recursive: true });
 * ```
 */
export function recorder(file: string | URL, options: RecorderOptions = {}): Recorder {
  checkOptions(options);
  const { limit = 200, onProblem = warn } = options;
  const path = toPath(file);
  if (!Number.isInteger(limit) || limit < 1 || limit > 10_000) {
    throw new RangeError(`\`limit\` must be a whole number from 1 to 10000; got ${render(limit)}`);
  }
  checkFunction('onProblem', onProblem);
  const [tellUnread, tellUnwritten] = [once(onProblem), once(onProblem)];
  let saved: readonly number[] = [];
  let durations: readonly number[] = [];
  let unsaved: readonly Edit[] = [];
  read();
  durations = saved.slice(-limit);

  return {
    get durations() {
      return durations;
    },
    add(milliseconds) {
      if (!isDuration(milliseconds)) {
        const Kind = typeof milliseconds === 'number' ? RangeError : TypeError;
        throw new Kind(`\`milliseconds\` must be a finite number >= 0; got ${render(milliseconds)}`);
      }
      change((list) => [...list, milliseconds]);
    },
    record: () => recordOne(change),
  };

  function read(): void {
    const found = readDurations(path);
    if ('durations' in found) saved = found.durations;
    else tellUnread(found.problem);
  }

  function change(edit: Edit): void {
    // To what others have written meanwhile. What could not be written goes along with the next that can.
    read();
    unsaved = [...unsaved, edit].slice(-limit);
    durations = unsaved.reduce((list, edit) => edit(list), saved).slice(-limit);
    const problem = writeDurations(path, durations);
    if (problem) tellUnwritten(problem);
    else [saved, unsaved] = [durations, []];
  }
}

/** Notes when one wait came to its end. */
function recordOne(change: (edit: Edit) => void): (look: LookRecord) => void {
  let lastNotYet: number | undefined;
  let noted: number | undefined;
  return ({ attempt, at, took, wokenBy, verdict, error }) => {
    // The first look of another wait, when one `onLook` serves waits one after the other.
    if (attempt === 1) [lastNotYet, noted] = [undefined, undefined];
    // What a look says was so at some moment of it.
    const seenAt = at + took / 2;
    if (verdict === 'done') {
      if (noted !== undefined || lastNotYet === undefined) return;
      const end = wokenBy === 'event' ? at : (lastNotYet + seenAt) / 2;
      // Tenths, as no timer is more exact, and the file stays small.
      const duration = Number(end.toFixed(1));
      noted = duration;
      change((list) => [...list, duration]);
      return;
    }
    // It did not hold. Whether it will, nobody knows before the end, which a wait need not tell.
    if (noted !== undefined) change(without(noted));
    noted = undefined;
    // A look that could not ask says nothing.
    if (error === undefined || !isTransient(error)) lastNotYet = seenAt;
  };
}

/** Takes the newest of that length away, if it is still there. */
function without(duration: number): Edit {
  return (list) => {
    const index = list.lastIndexOf(duration);
    return list.filter((_, at) => at !== index);
  };
}

function once(tell: (problem: Error) => void): (problem: Error) => void {
  let isTold = false;
  return (problem) => {
    if (isTold) return;
    isTold = true;
    tell(problem);
  };
}

function warn({ message }: Error): void {
  process.emitWarning(message, 'RecorderWarning');
}

function toPath(file: string | URL): string {
  if (file instanceof URL) return fileURLToPath(file);
  check('file', file, typeof file === 'string' && file !== '', 'a path or a file: URL');
  // Here, as the program may move to another folder.
  return resolve(file);
}

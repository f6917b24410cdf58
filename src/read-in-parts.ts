import { isGiveUp } from './give-up.ts';
import { isNamed, isTransient } from './transient.ts';

/** How keys are read, and who is told what came of it. Every key that is wanted to the end is told once. */
export interface Parts<Key, Answer> {
  /** Asks for these keys at once. */
  read(keys: readonly Key[]): Promise<Answer>;
  /** Whether a key is still worth asking for. */
  isWanted(key: Key): boolean;
  /** The answer to these keys. */
  answered(keys: readonly Key[], answer: Answer): void;
  /** The error of a key that failed on its own. */
  poisoned(key: Key, error: unknown): void;
  /** The error of these keys, none of which need be to blame. */
  failed(keys: readonly Key[], error: unknown): void;
  /** These were not asked for on their own, as too many reads had failed by then; the error of the last. */
  unresolved(keys: readonly Key[], error: unknown): void;
}

// Failed reads allowed for each halving that it takes to get from all keys to one: enough for three bad keys anywhere.
const FAILURES = 3;

/**
 * Reads keys, all at once; and where that fails because of one of them, in halves, until the bad one is alone.
 *
 * One read after the other: who fails needs no second request beside the first. What is nobody's fault is everybody's
 * error, at once; and so is what failed all the way down to one key and beyond, with not one answer in between. What
 * costs too many failed reads is left for another time.
 */
export async function readInParts<Key, Answer>(keys: readonly Key[], parts: Parts<Key, Answer>): Promise<void> {
  const depth = Math.ceil(Math.log2(keys.length));
  const rest = [keys];
  let [failures, isAnswered] = [0, false];
  for (let part = rest.pop(); part; part = rest.pop()) {
    const wanted = part.filter((key) => parts.isWanted(key));
    if (wanted.length === 0) continue;
    try {
      parts.answered(wanted, await parts.read(wanted));
      isAnswered = true;
    } catch (error) {
      failures++;
      const left = [...wanted, ...rest.flat()];
      if (isNobodys(error) || (!isAnswered && failures > depth + 1)) return parts.failed(left, error);
      if (wanted.length === 1) parts.poisoned(wanted[0] as Key, error);
      else if (failures > FAILURES * depth) return parts.unresolved(left, error);
      else rest.push(...halvesOf(wanted).reverse());
    }
  }
}

function halvesOf<Key>(keys: readonly Key[]): (readonly Key[])[] {
  const half = Math.ceil(keys.length / 2);
  return [keys.slice(0, half), keys.slice(half)];
}

/** Whether an error has nothing to do with what was asked for: the way there failed, or the code that asks. */
function isNobodys(error: unknown): boolean {
  const isMistake = ['TypeError', 'ReferenceError', 'SyntaxError'].some((name) => isNamed(error, name));
  return isMistake || isTransient(error) || isGiveUp(error);
}

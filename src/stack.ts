/** A function of this package that the user called. */
// biome-ignore lint/complexity/noBannedTypes: captureStackTrace takes any function
export type Caller = Function;

/**
 * Options may carry the function that the user really called, when it only passed the call on. Registered, as that
 * function may be of another entry of this package.
 */
export const CALLER: unique symbol = Symbol.for('unsleep.caller');

/** The function that the user called: this one, or the one that the options carry. */
export function callerOf(options: unknown, called: Caller): Caller {
  return (Object(options) as { [CALLER]?: Caller })[CALLER] ?? called;
}

/** A stack alone. As objects of a class have no room for more than they need, it is smaller than one that is not. */
class Origin {
  declare readonly stack?: string;
}

/**
 * Notes where we are, for an error that may be built much later, when the stack no longer leads to the caller.
 *
 * The text is made only when it is read, where the engine keeps all frames: most waits succeed. `inner` is a function of
 * this package that `below` called last of all, see {@link keepsFrames}. `frames` is how many are kept at most.
 *
 * It calls nothing of ours on its way: the engine walks over each frame between here and the caller, and that is most of
 * what it takes.
 */
export function captureStack(
  below: Caller,
  inner: Caller = below,
  frames: number = Number.POSITIVE_INFINITY,
): { readonly stack?: string | undefined } {
  if (!(Error as { captureStackTrace?: unknown }).captureStackTrace) return new Error();
  const usual = Error.stackTraceLimit;
  const isLimited = frames < usual;
  // Not by assignment, which throws where the intrinsics are frozen.
  if (isLimited) Reflect.set(Error, 'stackTraceLimit', frames);
  const origin = new Origin();
  keepsFrames ??= endsWithCall();
  if (keepsFrames) Error.captureStackTrace(origin, below);
  else pointTo(origin, below, inner);
  if (isLimited) Reflect.set(Error, 'stackTraceLimit', usual);
  return origin;
}

/** The frames of a stack, without the line that names the error. */
export function framesOf({ stack = '' }: { stack?: string | undefined }): string {
  const start = stack.search(/^ +at /m);
  return start < 0 ? '' : stack.slice(start);
}

/** The line that a stack begins with, without the word before it. */
export function firstFrameOf(stack: { stack?: string | undefined }): string {
  const [frame = ''] = framesOf(stack).split('\n', 1);
  return frame.trim().replace(/^at /, '');
}

/** Checks what the user gave; an error that comes of it points to the user's line, not to ours. For `inner` see above. */
export function checked<T>(check: () => T, below: Caller, inner: Caller = below): T {
  try {
    return check();
  } catch (error) {
    throw pointTo(error, below, inner);
  }
}

/** Lets an error of ours, or what else has a stack, point to the user's line. For `inner` see above. */
export function pointTo(error: unknown, below: Caller, inner: Caller): unknown {
  const { captureStackTrace } = Error as { captureStackTrace?: (target: object, below: Caller) => void };
  captureStackTrace?.(error as object, below);
  if (framesOf(error as Error) === '') captureStackTrace?.(error as object, inner);
  return error;
}

// JavaScriptCore, and so Bun, keeps no frame of a function that ends with a call. The engine itself is asked, once, and
// not before it matters: to write down a stack it looks for the ends of all lines of this file.
let keepsFrames: boolean | undefined;

function endsWithCall(): boolean {
  return isOnStack();
}

function isOnStack(): boolean {
  const origin = new Origin();
  Error.captureStackTrace(origin, endsWithCall);
  return framesOf(origin) !== '';
}

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

type Capture = ((target: object, below: Caller) => void) | undefined;

/**
 * Notes where we are, for an error that may be built much later, when the stack no longer leads to the caller.
 *
 * The text is made only when it is read: most waits succeed. `inner` is a function of this package that `below` called
 * last of all: JavaScriptCore, and so Bun, keeps no frame of a function that ends with a call.
 */
export function captureStack(below: Caller, inner: Caller = below): { readonly stack?: string | undefined } {
  const { captureStackTrace } = Error as { captureStackTrace?: Capture };
  if (!captureStackTrace) return new Error();
  const holders: readonly { stack?: string }[] = [below, inner].map((caller) => {
    const holder = {};
    captureStackTrace(holder, caller);
    return holder;
  });
  return {
    get stack() {
      return holders.find((holder) => framesOf(holder) !== '')?.stack;
    },
  };
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
    const { captureStackTrace } = Error as { captureStackTrace?: Capture };
    captureStackTrace?.(error as object, below);
    if (framesOf(error as Error) === '') captureStackTrace?.(error as object, inner);
    throw error;
  }
}

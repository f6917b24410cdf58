import type { OperationFailure } from './observation.ts';

/**
 * What a body says of a failure, if it does: `{ error: { code, message } }` as of Azure and Google, problem+json by itself
 * or as that `error`, the first of `errors`, and the simpler forms that are around.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9457
 */
export function failureIn(body: unknown): OperationFailure | undefined {
  const error = own(body, 'error');
  if (typeof error === 'string' && error.trim() !== '') {
    const message = textOf(own(body, 'message')) ?? textOf(own(body, 'error_description')) ?? error;
    // A sentence is no code.
    return { message, ...(!/\s/.test(error) && { code: error }) };
  }
  const errors = own(body, 'errors');
  const first: unknown = Array.isArray(errors) ? errors[0] : undefined;
  const text = textOf(first);
  return failureOf(error) ?? failureOf(first) ?? (text === undefined ? failureOf(body) : { message: text });
}

function failureOf(error: unknown): OperationFailure | undefined {
  const message = textOf(own(error, 'message'));
  const problem = [own(error, 'title'), own(error, 'detail')].map(textOf).filter((part) => part !== undefined);
  const isProblem = message === undefined && problem.length > 0;
  const code = codeOf(own(error, 'code')) ?? (isProblem ? codeOf(own(error, 'type')) : undefined);
  const text = message ?? (isProblem ? problem.join(': ') : code);
  if (text === undefined) return undefined;
  const status = own(error, 'status');
  const details = own(error, 'details') ?? (isProblem ? error : undefined);
  return {
    message: text,
    ...(code !== undefined && { code }),
    ...(typeof status === 'number' && { status }),
    ...(details !== undefined && { details }),
  };
}

function codeOf(code: unknown): string | undefined {
  // The type of a problem that has none.
  if (code === 'about:blank') return undefined;
  return typeof code === 'number' ? String(code) : textOf(code);
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value : undefined;
}

/** Whether this is a JSON object: arrays and null are none. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A member of a JSON object; undefined for what every object inherits, such as `constructor`. */
export function own(value: unknown, key: string): unknown {
  return isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
}

import type { OperationFailure } from './observation.ts';

/**
 * What a body says of a failure, if it does: problem+json, `{ error: { code, message } }` as of Azure and Google, and
 * the simpler forms that are around.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9457
 */
export function failureIn(body: unknown): OperationFailure | undefined {
  if (!isObject(body)) return undefined;
  const { error, title, detail, type } = body;
  if (isObject(error)) return failureOf(error);
  if (typeof error === 'string' && error !== '') return { message: textOf(body['message']) ?? error, code: error };
  const text = [textOf(title), textOf(detail)].filter((part) => part !== undefined).join(': ');
  if (text !== '') return { message: text, ...codeOf(type), ...statusOf(body), details: body };
  return failureOf(body);
}

function failureOf(error: Readonly<Record<string, unknown>>): OperationFailure | undefined {
  const { code, message, details } = error;
  const text = textOf(message);
  if (text === undefined && codeOf(code).code === undefined) return undefined;
  return {
    message: text ?? String(code),
    ...codeOf(code),
    ...statusOf(error),
    ...(details !== undefined && { details }),
  };
}

function codeOf(code: unknown): { code?: string } {
  return typeof code === 'string' || typeof code === 'number' ? { code: String(code) } : {};
}

function statusOf({ status }: Readonly<Record<string, unknown>>): { status?: number } {
  return typeof status === 'number' ? { status } : {};
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value : undefined;
}

/** Whether this is a JSON object: arrays and null are none. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

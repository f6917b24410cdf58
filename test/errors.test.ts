import { inspect } from 'node:util';
import { WaitError, WaitExhaustedError, WaitFailedError, WaitTimeoutError } from 'unsleep';
import { describe, expect, test } from 'vitest';
import type { WaitReport } from '../src/report.ts';

const report = { name: 'server 41', lastValue: 'queued' } as WaitReport;
const frames = '    at here (file.ts:1:2)\n    at there (file.ts:3:4)';
const parts = { message: 'server 41: no\n\n  two blocks', report, frames };

describe.each([
  ['WaitTimeoutError', WaitTimeoutError],
  ['WaitExhaustedError', WaitExhaustedError],
  ['WaitFailedError', WaitFailedError],
])('%s', (name, Type) => {
  test('has its name on the prototype, where reporters do not print it twice', () => {
    const error = new Type(parts);
    expect(error.name).toBe(name);
    expect(Object.hasOwn(error, 'name')).toBe(false);
    expect(Object.keys(Type.prototype)).toEqual([]);
    expect(String(error)).toBe(`${name}: ${parts.message}`);
  });

  test('is a WaitError and an Error', () => {
    const error = new Type(parts);
    expect(error).toBeInstanceOf(WaitError);
    expect(error).toBeInstanceOf(Error);
    expect(Object.prototype.toString.call(error)).toBe('[object Error]');
  });
});

describe('WaitError', () => {
  test('keeps report and last value out of what reporters enumerate', () => {
    const error = new WaitTimeoutError(parts);
    expect(error.report).toBe(report);
    expect(error.lastValue).toBe('queued');
    expect(Object.keys(error)).toEqual([]);
    expect({ ...error }).toEqual({});
    expect(inspect(error)).not.toContain('report');
  });

  test('has a cause when a look threw, whatever it threw', () => {
    const cause = new Error('connect');
    expect(new WaitTimeoutError({ ...parts, cause: { error: cause } }).cause).toBe(cause);
    const withUndefined = new WaitTimeoutError({ ...parts, cause: { error: undefined } });
    expect(Object.hasOwn(withUndefined, 'cause')).toBe(true);
    expect(Object.getOwnPropertyDescriptor(withUndefined, 'cause')?.enumerable).toBe(false);
  });

  test('has no cause when no look threw', () => {
    expect(Object.hasOwn(new WaitTimeoutError(parts), 'cause')).toBe(false);
    expect(Object.hasOwn(new WaitTimeoutError({ ...parts, cause: undefined }), 'cause')).toBe(false);
  });

  test('has a stack of its name, its message and the frames of the caller', () => {
    const { stack } = new WaitFailedError(parts);
    expect(stack).toBe(`WaitFailedError: ${parts.message}\n${frames}`);
  });

  test('has a stack that may be rewritten, and is not enumerated', () => {
    const error = new WaitFailedError(parts);
    expect(Object.getOwnPropertyDescriptor(error, 'stack')).toMatchObject({ writable: true, enumerable: false });
    error.stack = 'mapped';
    expect(error.stack).toBe('mapped');
  });

  test('keeps the stack of the platform when no frames are known', () => {
    expect(new WaitFailedError({ ...parts, frames: '' }).stack).toContain('errors.test.ts');
  });

  test('is its name and its message as JSON, which is what test runners copy', () => {
    const error = new WaitTimeoutError({ ...parts, report: { ...report, lastValue: 'x'.repeat(1e6) } });
    expect(JSON.parse(JSON.stringify(error))).toEqual({ name: 'WaitTimeoutError', message: parts.message });
  });

  test('is printed by Node with its cause once, and without the values behind it', () => {
    const cause = new Error('connect refused');
    const error = new WaitTimeoutError({
      ...parts,
      report: { ...report, lastValue: 'x'.repeat(1e6) },
      cause: { error: cause },
    });
    const printed = inspect(error);
    expect(printed.split('connect refused')).toHaveLength(2);
    expect(printed.split(parts.message)).toHaveLength(2);
    expect(printed).not.toContain('xx');
  });

  test('can be cloned: what is left is the message', () => {
    const cyclic: Record<string, unknown> = { call: () => {} };
    cyclic['self'] = cyclic;
    const error = new WaitTimeoutError({ ...parts, report: { ...report, lastValue: cyclic } });
    expect(structuredClone(error).message).toBe(parts.message);
  });

  test('gives itself its name when it is extended', () => {
    class OwnError extends WaitFailedError {}
    expect(new OwnError(parts).name).toBe('WaitFailedError');
    expect(Object.assign(new OwnError(parts), { name: 'OwnError' }).name).toBe('OwnError');
  });
});

import { type Dialect, plain, settleOperation, waitForOperation } from 'unsleep/operation';
import { describe, expect, test } from 'vitest';
import { acceptors } from '../../src/operation/dialects/acceptors.ts';
import { azure } from '../../src/operation/dialects/azure.ts';
import { botocore } from '../../src/operation/dialects/botocore.ts';
import { google } from '../../src/operation/dialects/google.ts';
import { kubernetes } from '../../src/operation/dialects/kubernetes.ts';
import { openstackMigration } from '../../src/operation/dialects/openstack-migration.ts';
import { openstackServer } from '../../src/operation/dialects/openstack-server.ts';
import { useVirtualTime } from '../virtual-time.ts';
import { accepted, at, failure, HOME, json, STATUS, scripted, state, token, value } from './rig.ts';

useVirtualTime();

const done = state('Succeeded');
const JSON_TYPE = { 'content-type': 'application/json' };
const utf8 = (text: string) => new TextEncoder().encode(text);

/** A wait that looks without end is a failure, not a hang. */
function calm() {
  let looks = 0;
  const onLook = () => {
    if (++looks > 2_000) throw new Error('it looks without end');
  };
  return { random: () => 0, onLook };
}

const CONTROL = /[\p{Cc}\u2028\u2029\p{Bidi_Control}]/u;

/** Without its own line breaks a message has nothing that a terminal or a log would obey, and it is bounded. */
function isHarmless({ message }: Error): boolean {
  return message.split('\n').every((line) => !CONTROL.test(line)) && message.length < 5_000;
}

/** A body that comes in these chunks, each a second after the other, and then ends, breaks or hangs. */
function dripping(chunks: readonly unknown[], end: 'ends' | 'hangs' | Error, gap = 1_000): Response {
  let next = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const stream = new ReadableStream<unknown>({
    pull: (controller) =>
      new Promise<void>((resolve) => {
        const step = () => {
          if (next < chunks.length) controller.enqueue(chunks[next++]);
          else if (end === 'ends') controller.close();
          else if (end === 'hangs') return;
          else controller.error(end);
          resolve();
        };
        if (gap === 0) step();
        else timer = setTimeout(step, gap);
      }),
    cancel: () => clearTimeout(timer),
  });
  return new Response(stream as ReadableStream<Uint8Array>, { headers: JSON_TYPE });
}

const brokenOff = () => Object.assign(new TypeError('terminated'), { cause: new Error('other side closed') });

const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;

describe('a body that is not what it must be', () => {
  const strict = plain({ statusRequired: true });
  const text = (body: BodyInit, headers: Record<string, string> = JSON_TYPE) => new Response(body, { headers });
  const rows: [string, () => Response][] = [
    ['the page of a proxy', () => text('<html><title>Sign in</title></html>', { 'content-type': 'text/html' })],
    ['a page that says it is JSON', () => text('<!doctype html><title>Sign in</title>')],
    ['a page without a type', () => text(utf8('<html><title>Sign in</title>'), {})],
    ['JSON that is cut short', () => text('{"status": "Succeeded"')],
    ['JSON that is cut in the middle of its word', () => text('{"status": "Succ')],
    ['JSON with a comma too many', () => text('{"status": "Succeeded",}')],
    ['JSON with more after it', () => text('{"status": "Succeeded"} {"status": "Succeeded"}')],
    ['JSON after a prefix', () => text(`)]}',\n{"status": "Succeeded"}`)],
    ['JSON of JavaScript', () => text("{status: 'Succeeded'}")],
    ['JSON in a form', () => text('status=Succeeded', { 'content-type': 'application/x-www-form-urlencoded' })],
    ['JSON in a text of JSON', () => text(JSON.stringify('{"status":"Succeeded"}'))],
    ['XML', () => text('<?xml version="1.0"?><status>Succeeded</status>', { 'content-type': 'application/xml' })],
    ['a word alone', () => text('Succeeded', { 'content-type': 'text/plain' })],
    ['a word of JSON alone', () => text('"Succeeded"')],
    ['nothing', () => text('')],
    ['blanks', () => text(' \r\n\t ')],
    ['a byte order mark alone', () => text(utf8('\uFEFF'))],
    ['bytes that are no text', () => text(new Uint8Array([0, 255, 254, 128, 129]))],
    [
      'bytes in another charset than they say',
      () => text(utf8('{"status":"Succeeded"}'), { 'content-type': 'application/json; charset=utf-16' }),
    ],
    ['JSON of 2 MB', () => json({ status: 'Succeeded', text: 'x'.repeat(2 ** 21) })],
    [
      'JSON of 2 MB that says it is short',
      () => json({ status: 'Succeeded', text: 'x'.repeat(2 ** 21) }, { 'content-length': '22' }),
    ],
    ['arrays, 100 000 deep', () => text(nested(100_000))],
    ['arrays, 100 000 deep, that do not end', () => text('['.repeat(100_000))],
    ['objects, 100 000 deep', () => text(`${'{"status":'.repeat(100_000)}"Succeeded"${'}'.repeat(100_000)}`)],
    ['null', () => text('null')],
    ['true', () => text('true')],
    ['a number', () => text('200')],
    ['an empty array', () => text('[]')],
    ['an array of what it should be', () => text('[{"status":"Succeeded"}]')],
    ['an empty object', () => text('{}')],
    ['a status that is null', () => json({ status: null })],
    ['a status that is a number', () => json({ status: 200 })],
    ['a status that is true', () => json({ status: true })],
    ['a status that is an object', () => json({ status: { status: 'Succeeded' } })],
    ['a status that is an array', () => json({ status: ['Succeeded'] })],
    ['a status that is empty', () => json({ status: '' })],
    ['a status that is blank', () => json({ status: ' \n ' })],
    ['a status of another case', () => json({ Status: 'Succeeded' })],
    ['a status below a prototype', () => text('{"__proto__": {"status": "Succeeded"}}')],
    ['a status below a constructor', () => text('{"constructor": {"prototype": {"status": "Succeeded"}}}')],
    ['a status further down', () => json({ properties: { status: 'Succeeded' } })],
    ['a body that breaks off', () => dripping([utf8('{"status":"Succeeded"')], brokenOff())],
    ['a body that breaks off after its end', () => dripping([utf8('{"status":"Succeeded"}')], brokenOff())],
    ['a body that breaks off for no reason', () => dripping([utf8('{"status"')], new Error())],
    ['a body that never comes', () => dripping([], 'hangs')],
    ['a body that never ends', () => dripping([utf8('{"status":"Succeeded"}')], 'hangs')],
    ['a body that drips for ever', () => dripping(Array(1_000).fill(utf8(' ')), 'hangs')],
    ['a body of no bytes', () => dripping([{ status: 'Succeeded' }], 'ends')],
  ];

  test.each(rows)('says nothing of the operation: %s', async (_, answer) => {
    const { fetch, asked } = scripted(answer, done);
    const waiting = waitForOperation(accepted(), { fetch, ...calm(), dialect: strict });
    expect(await value(waiting, 60_000)).toEqual({ status: 'Succeeded' });
    expect(asked).toHaveLength(2);
  });

  test.each(rows)('for ever, ends the wait as unavailable: %s', async (_, answer) => {
    const { fetch, asked } = scripted(answer);
    const options = { fetch, ...calm(), dialect: strict, maxUnreadable: 2, attemptTimeout: '5s' } as const;
    const error = await failure(settleOperation(accepted(), options), 60_000);
    expect(error).toMatchObject({ outcome: 'unavailable', known: false, polls: 3 });
    expect(error).toSatisfy(isHarmless);
    expect(asked).toHaveLength(3);
  });

  test.each(rows)('on the start answer leaves its address, which is followed: %s', async (_, answer) => {
    const { body, headers } = answer();
    const init = { status: 202, headers: { ...Object.fromEntries(headers), 'operation-location': STATUS } };
    const { fetch, asked } = scripted(done);
    const options = { fetch, ...calm(), dialect: strict };
    const verdict = await value(settleOperation(at(new Response(body, init), HOME), options), 60_000);
    expect(verdict).toEqual({ outcome: 'succeeded', value: { status: 'Succeeded' } });
    expect(asked).toHaveLength(1);
  });

  test.each(rows)('on a start answer that leads nowhere is no success, and nothing is asked: %s', async (_, answer) => {
    const { fetch, asked } = scripted(done);
    const options = { fetch, ...calm(), dialect: strict, attemptTimeout: '5s' } as const;
    const error = await failure(settleOperation(at(answer(), HOME), options), 300_000);
    expect(error.known).toBe(false);
    expect(['unavailable', 'timeout', 'no-monitor']).toContain(error.outcome);
    expect(asked).toEqual([]);
  });

  const OTHERS: [string, Dialect][] = [
    ['azure', azure()],
    ['google', google()],
    ['kubernetes', kubernetes({ type: 'Ready' })],
    ['openstackServer', openstackServer({ target: 'ACTIVE' })],
    ['openstackMigration', openstackMigration({ kind: 'migration', before: { status: 'ACTIVE', host: 'host1' } })],
  ];
  describe.each(OTHERS)('in the dialect %s', (name, dialect) => {
    const followed = () => token({ dialect: dialect.name, url: 'https://api.example/v2.1/servers/41' });

    test.each(rows)('says nothing of the operation: %s', async (what, answer) => {
      // A `status` is what others call the word of a monitor; an ARM resource would have none to be succeeded.
      const { fetch } = scripted(answer);
      const options = { fetch, ...calm(), dialect, maxUnreadable: 2, attemptTimeout: '5s', timeout: '1m' } as const;
      const error = await failure(settleOperation(followed(), options), 60_000);
      expect([name, what, error.outcome, error.known]).toEqual([name, what, 'unavailable', false]);
      expect(error).toSatisfy(isHarmless);
    });
  });

  const LISTS: [string, Dialect][] = [
    [
      'acceptors',
      acceptors([
        {
          state: 'success',
          matcher: { output: { path: 'status', expected: 'Succeeded', comparator: 'stringEquals' } },
        },
      ]),
    ],
    [
      'acceptors of all',
      acceptors([
        {
          state: 'success',
          matcher: { output: { path: 'items[].status', expected: 'Succeeded', comparator: 'allStringEquals' } },
        },
      ]),
    ],
    [
      'botocore',
      botocore({
        operation: 'Describe',
        delay: 1,
        maxAttempts: 9,
        acceptors: [{ matcher: 'pathAll', argument: 'items[].status', expected: 'Succeeded', state: 'success' }],
      }),
    ],
  ];
  describe.each(LISTS)('in the dialect %s', (_, dialect) => {
    test.each(rows)('is no success: %s', async (_, answer) => {
      const { fetch } = scripted(answer);
      const options = { fetch, ...calm(), dialect, maxUnreadable: 2, attemptTimeout: '5s', timeout: '1m' } as const;
      const error = await failure(settleOperation(token({ dialect: dialect.name }), options), 60_000);
      expect(error.known).toBe(false);
      expect(['unavailable', 'timeout']).toContain(error.outcome);
    });
  });
});

describe('a body that is what it must be, in an unusual way', () => {
  const utf16 = new Uint8Array(
    new Uint16Array(Array.from('\uFEFF{"status":"Succeeded"}', (c) => c.charCodeAt(0))).buffer,
  );

  test.each<[string, BodyInit, Record<string, string>]>([
    ['with a byte order mark', utf8('\uFEFF{"status":"Succeeded"}'), JSON_TYPE],
    ['with a byte order mark of UTF-16', utf16, JSON_TYPE],
    ['with blanks around it', ' \r\n{"status":"Succeeded"}\r\n\r\n', JSON_TYPE],
    [
      'with a charset that there is not',
      '{"status":"Succeeded"}',
      { 'content-type': 'application/json; charset=klingon' },
    ],
    ['with a charset in quotes', '{"status":"Succeeded"}', { 'content-type': 'application/json; charset="UTF-8"' }],
    ['with the type of a text', '{"status":"Succeeded"}', { 'content-type': 'text/plain' }],
    ['with the type of a page', '{"status":"Succeeded"}', { 'content-type': 'text/html; charset=utf-8' }],
    ['with a type that is none', '{"status":"Succeeded"}', { 'content-type': 'x' }],
    ['with a type of its own', '{"status":"Succeeded"}', { 'content-type': 'application/vnd.example.job+json;v=1' }],
    ['with a length that is too short', '{"status":"Succeeded"}', { ...JSON_TYPE, 'content-length': '3' }],
    ['with a length that is too long', '{"status":"Succeeded"}', { ...JSON_TYPE, 'content-length': '9999999999' }],
    ['with a length that is none', '{"status":"Succeeded"}', { ...JSON_TYPE, 'content-length': 'NaN' }],
  ])('is read: %s', async (_, body, headers) => {
    const { fetch } = scripted(new Response(body, { headers }));
    const options = { fetch, ...calm(), dialect: plain({ statusRequired: true }), maxUnreadable: 0 };
    expect(await value(waitForOperation(token(), options), 0)).toEqual({ status: 'Succeeded' });
  });

  test('is read when it drips, and ends within the limit of one poll', async () => {
    const chunks = Array.from('{"status":"Succeeded"}', utf8);
    const { fetch } = scripted(() => dripping(chunks, 'ends'));
    await expect(value(waitForOperation(token(), { fetch, ...calm(), maxUnreadable: 0 }), 60_000)).resolves.toEqual({
      status: 'Succeeded',
    });
  });

  test('is cut in the middle of a letter by its chunks, and read all the same', async () => {
    const bytes = utf8('{"status":"Succeeded","text":"€"}');
    const { fetch } = scripted(() =>
      dripping(
        Array.from(bytes, (byte) => Uint8Array.of(byte)),
        'ends',
        0,
      ),
    );
    expect(await value(waitForOperation(token(), { fetch, ...calm() }), 1)).toMatchObject({ text: '€' });
  });

  test('is not read beyond what is allowed: the rest is given up', async () => {
    let given = 0;
    const endless = () =>
      new Response(
        new ReadableStream({
          pull(controller) {
            given++;
            controller.enqueue(new Uint8Array(1_000));
          },
        }),
        { headers: JSON_TYPE },
      );
    const options = { fetch: scripted(endless).fetch, ...calm(), maxBodySize: 10_000, maxUnreadable: 0 };
    const error = await failure(settleOperation(token(), options), 0);
    expect(error.message).toContain('its body is larger than 10000 bytes');
    expect(given).toBeLessThan(20);
  });

  test('is handed over with whatever keys it has, and changes nothing else', async () => {
    const text = '{"status":"Succeeded","__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}';
    const { fetch } = scripted(new Response(text, { headers: JSON_TYPE }));
    const result = await value(waitForOperation(token(), { fetch, ...calm() }), 0);
    expect(Object.keys(result as object)).toEqual(['status', '__proto__', 'constructor']);
    expect(JSON.stringify(result)).toBe(text);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  test('may be nested 100 000 deep below its status', async () => {
    const text = (word: string) =>
      `{"status":"${word}","error":{"code":"Deep","message":"deep","details":${nested(100_000)}}}`;
    const step = (word: string) => new Response(text(word), { headers: JSON_TYPE });
    const { fetch } = scripted(step('Running'), step('Failed'));
    const error = await failure(settleOperation(accepted(), { fetch, ...calm() }), 60_000);
    expect(error).toMatchObject({ outcome: 'failed', known: true, failure: { code: 'Deep', message: 'deep' } });
    expect(error).toSatisfy(isHarmless);
    expect(() => JSON.stringify({ error, report: error.report })).not.toThrow();
  });
});

describe('a word that nobody knows', () => {
  test.each([
    '__proto__',
    'constructor',
    'toString',
    'hasOwnProperty',
    'valueOf',
    'undefined',
    'null',
    'NaN',
    'Succeeded!',
    'Not Succeeded',
    'PartiallySucceeded',
    'Success?',
    'FailoverInProgress',
    'done.',
    'ＳＵＣＣＥＥＤＥＤ',
    'Suсceeded',
    'succeeded\u0000',
    '\u200bSucceeded',
    'Succeeded\u202e',
    'İncomplete',
    'x'.repeat(100_000),
  ])('goes on, and is never a success: %j', async (word) => {
    const { fetch } = scripted(state(word));
    const error = await failure(settleOperation(accepted(), { fetch, ...calm(), timeout: '20s' }), 20_000);
    expect(error).toMatchObject({ outcome: 'timeout', known: false, last: { kind: 'pending', state: word } });
    expect(error).toSatisfy(isHarmless);
  });

  test.each(['__proto__', 'constructor', 'x'.repeat(100_000), 'Succ\u001b[2Jeeded'])(
    'is unrecognized when no other words are allowed: %j',
    async (word) => {
      const options = { fetch: scripted(state(word)).fetch, ...calm(), dialect: plain({ unknown: 'fail' }) };
      const error = await failure(settleOperation(accepted(), options), 1_000);
      expect(error).toMatchObject({ outcome: 'unrecognized', known: false });
      expect(error).toSatisfy(isHarmless);
    },
  );
});

describe('what a server says', () => {
  const nasty =
    'no room\r\n\u001b[2J\u001b]0;owned\u0007\u0008\u0000\u009b31m\u2028\u202eevil\n    at root (secret.ts:1:1)';

  test.each([
    ['the message of a failure', json({ status: 'Failed', error: { code: 'Full', message: nasty } })],
    ['the code of a failure', json({ status: 'Failed', error: { code: nasty, message: 'no room' } })],
    ['a failure that is text', json({ status: 'Failed', error: nasty })],
    ['the details of a failure', json({ status: 'Failed', error: { message: 'no', details: { [nasty]: nasty } } })],
    ['the message of a cancellation', json({ status: 'Cancelled', error: { message: nasty } })],
    ['the problem of a 403', json({ title: nasty, detail: nasty }, {}, 403)],
    ['the message of a 500', json({ message: nasty }, {}, 500)],
    ['the title of a page', new Response(`<title>${nasty}</title>`, { headers: { 'content-type': 'text/html' } })],
    ['a text', new Response(nasty, { headers: { 'content-type': 'text/plain' } })],
    ['a message without end', json({ status: 'Failed', error: { message: 'x'.repeat(500_000) } })],
    ['a code without end', json({ status: 'Failed', error: { code: 'x'.repeat(500_000), message: 'no' } })],
  ])('does no harm to a log: %s', async (_, step) => {
    const { fetch } = scripted(step);
    const error = await failure(settleOperation(accepted(), { fetch, ...calm(), maxUnreadable: 0 }), 1_000);
    expect(error).toSatisfy(isHarmless);
    expect(error.message).not.toMatch(/^ {4}at /m);
  });

  test('of its state does no harm to a log', async () => {
    const { fetch } = scripted(state(nasty), state(`${nasty} too`));
    const error = await failure(settleOperation(accepted(), { fetch, ...calm(), timeout: '20s' }), 20_000);
    expect(error).toSatisfy(isHarmless);
  });

  test('of its name does no harm to a log', async () => {
    const start = at(
      json({ name: `operations/${nasty}${'x'.repeat(10_000)}`, done: false }),
      'https://api.example/v1/things',
    );
    const { fetch } = scripted(json({ name: 'operations/1', done: false }));
    const options = { fetch, ...calm(), dialect: google(), timeout: '20s' } as const;
    const error = await failure(settleOperation(start, options), 20_000);
    expect(error).toSatisfy(isHarmless);
    expect(String(error.report)).not.toMatch(CONTROL);
  });
});

describe('the progress that a body tells', () => {
  test.each([-1, 101, Number.POSITIVE_INFINITY, '50', null, [50], { value: 50 }, 1e-300])(
    'is passed over, or bounded: %j',
    async (progress) => {
      const body = `{"status":"Running","percentComplete":${progress === Number.POSITIVE_INFINITY ? '1e999' : JSON.stringify(progress)}}`;
      const { fetch, instants } = scripted(...Array(3).fill(new Response(body, { headers: JSON_TYPE })), done);
      await value(waitForOperation(accepted(), { fetch, ...calm() }), 120_000);
      const pauses = instants().map((instant, index) => instant - (instants()[index - 1] ?? 0));
      expect(Math.min(...pauses)).toBeGreaterThanOrEqual(1_000);
      expect(Math.max(...pauses)).toBeLessThanOrEqual(30_000);
    },
  );
});

describe('a result', () => {
  const over = () => new Response(null, { status: 303, headers: { location: '/results/41' } });

  test.each<[string, () => Response]>([
    ['JSON that is cut short', () => new Response('{"size": 4', { headers: JSON_TYPE })],
    ['too large', () => json({ text: 'x'.repeat(2 ** 21) })],
    ['broken off', () => dripping([utf8('{"size":41}')], brokenOff())],
    ['endless', () => dripping([utf8('{"size":41}')], 'hangs')],
  ])('that cannot be read is no failure: it succeeded, that much is known: %s', async (_, answer) => {
    const { fetch } = scripted(over, answer);
    const options = { fetch, ...calm(), maxUnreadable: 1, attemptTimeout: '5s' } as const;
    const error = await failure(settleOperation(accepted(), options), 60_000);
    expect(error).toMatchObject({ outcome: 'unavailable', known: true });
    expect(error.message).toContain('succeeded');
    expect(error.message).not.toContain('it may still be running');
  });

  test.each<[string, () => Response, unknown]>([
    ['that broke off', () => dripping([utf8('{"size":41}')], brokenOff()), { size: 41 }],
    ['that hung', () => dripping([], 'hangs'), { size: 41 }],
  ])('%s once is read again', async (_, answer, result) => {
    const { fetch } = scripted(over, answer, json(result));
    expect(await value(waitForOperation(accepted(), { fetch, ...calm(), attemptTimeout: '5s' }), 60_000)).toEqual(
      result,
    );
  });

  test('that is not there yet is not taken for there: a 202 is no success here either', async () => {
    const { fetch, asked } = scripted(over, new Response(null, { status: 202 }), json({ size: 41 }));
    expect(await value(waitForOperation(accepted(), { fetch, ...calm() }), 60_000)).toEqual({ size: 41 });
    expect(asked).toHaveLength(3);
  });
});

import { pendingWaits, waitFor } from 'unsleep';
import { describe, expect, test } from 'vitest';
import { GiveUp } from '../src/give-up.ts';
import { composeMessage, countLooks, reportToJson, reportToText, type WaitReport } from '../src/report.ts';
import { type Answer, type Span, Timeline, WORD } from '../src/timeline.ts';

function createReport(parts: Partial<WaitReport> = {}): WaitReport {
  return {
    name: 'server 41',
    caller: '',
    timeout: 5_000,
    elapsed: 5_000,
    looks: 0,
    wokenLooks: 0,
    failedLooks: 0,
    timeline: [],
    omitted: 0,
    lastValue: undefined,
    lastError: undefined,
    sources: [],
    toJSON: () => ({}),
    toString: () => '',
    ...parts,
  };
}

/** The span of so many looks with this answer. */
function spanOf(at: number, looks: number, answer: Answer): Span {
  const timeline = new Timeline();
  timeline.add(at, answer);
  return { ...(timeline.spans[0] as Span), looks };
}

const seen = (value: unknown, word?: string): Answer => ({ kind: 'value', value, isDone: false, word });

/** What a message says of one answer. */
function rowOf(answer: Answer): string {
  const message = composeMessage('', createReport({ timeline: [spanOf(0, 2, answer)] }), []);
  return message.replace(/^ +0 ms {2}/, '').replace(/ {3}2 looks {3}← until the end$/, '');
}

describe('composeMessage', () => {
  test('is the headline alone when there is nothing else to say', () => {
    expect(composeMessage('server 41: no', createReport(), [])).toBe('server 41: no');
  });

  test('says nothing more of a last value that carries its own word and nothing else', () => {
    const worded = (more: object) => Object.defineProperty({ ...more }, WORD, { value: 'running' });
    const messageOf = (lastValue: object) =>
      composeMessage('', createReport({ timeline: [spanOf(0, 1, seen(lastValue))], lastValue }), []);
    expect(messageOf(worded({}))).toBe('       0 ms  running   1 look   ← until the end');
    expect(messageOf(worded({ host: 'host1' }))).toContain("last value: { host: 'host1' }");
  });

  test('says what was seen when, the last value, the remarks and the sources', () => {
    const running = { status: 'running', progress: 62, host: 'host1' };
    const report = createReport({
      timeline: [
        spanOf(0.2, 3, seen({ status: 'queued' }, 'queued')),
        spanOf(84, 6, seen({ status: 'preparing' }, 'preparing')),
        spanOf(410, 2, { kind: 'error', error: new Error('connect ECONNREFUSED 127.0.0.1:8774') }),
        spanOf(530, 1, seen(running, 'running')),
      ],
      lastValue: running,
      sources: [
        { name: 'notifications', state: 'failed', wakes: 1, failedAt: 2_100, reason: 'socket closed' },
        { name: 'orders', state: 'live', wakes: 2 },
        { name: 'stock', state: 'connecting', wakes: 0 },
      ],
    });
    expect(`\n${composeMessage('server 41: not within 5 s', report, ['waited for status ACTIVE'])}\n`).toBe(`
server 41: not within 5 s

       0 ms  queued                                3 looks
      84 ms  preparing                             6 looks
     410 ms  connect ECONNREFUSED 127.0.0.1:8774   2 looks
     530 ms  running, 62 %                         1 look   ← until the end

  last value: { status: 'running', progress: 62, host: 'host1' }
  waited for status ACTIVE
  wake source "notifications" failed after 2.1 s (socket closed); polling went on without it
  wake source "stock" was not live yet
`);
  });

  test('says how many changes it left out, and where', () => {
    const timeline = Array.from({ length: 15 }, (_, index) => spanOf(index, 1, seen(index)));
    const lines = composeMessage('', createReport({ timeline, omitted: 7 }), []).split('\n');
    expect(lines).toHaveLength(16);
    expect(lines.slice(4, 7)).toEqual([
      '       4 ms  4    1 look',
      '          …  7 more changes',
      '       5 ms  5    1 look',
    ]);
  });

  test('makes room for long times', () => {
    const timeline = [spanOf(5, 1, seen('a')), spanOf(3.3e12, 1, seen('b'))];
    const [first, second] = composeMessage('', createReport({ timeline }), []).split('\n');
    expect(second).toBe("  916666.7 h  'b'   1 look   ← until the end");
    expect(first).toBe("        5 ms  'a'   1 look");
  });

  test.each<[string, Answer]>([
    ["'queued'", seen('queued')],
    ['{ id: 41 }', seen({ id: 41 })],
    ["'queued' (done)", { kind: 'value', value: 'queued', isDone: true }],
    ['held', { kind: 'value', value: 5, isDone: true, word: 'held' }],
    ['again', seen(undefined, 'again')],
    ['running, 62 %', seen({ progress: 62 }, 'running')],
    ['running', seen({ progress: '62' }, 'running')],
    ['running', seen(null, 'running')],
    ['(no answer)', { kind: 'unanswered' }],
    ['RangeError: too far', { kind: 'error', error: new RangeError('too far') }],
    ['disk full', { kind: 'error', error: new GiveUp('disk full') }],
    ['unreadable', { kind: 'error', error: new Error('unreadable'), value: {} }],
  ])('writes %s', (text, answer) => {
    expect(rowOf(answer)).toBe(text);
  });

  test.each<[string, Answer, unknown]>([
    ['text', seen('queued'), 'queued'],
    ['an object for which its row has room', seen({ id: 41 }), { id: 41 }],
    ['text before an error', { kind: 'error', error: new Error('no') }, 'queued'],
    ['null', seen(null), null],
  ])('does not repeat the last value when it is %s', (_, answer, lastValue) => {
    const report = createReport({ timeline: [spanOf(0, 2, answer)], lastValue });
    expect(composeMessage('', report, [])).not.toContain('last value');
  });

  const large = { text: 'x'.repeat(100) };
  test.each<[string, Answer, unknown, string]>([
    ['a row has no room for it', seen(large), large, `{ text: '${large.text}' }`],
    ['its row shows a word', seen({ id: 41 }, 'running'), { id: 41 }, '{ id: 41 }'],
    ['its row shows an error', { kind: 'error', error: new Error('no') }, { id: 41 }, '{ id: 41 }'],
    ['no look answered', { kind: 'unanswered' }, { id: 41 }, '{ id: 41 }'],
  ])('shows the last value when %s', (_, answer, lastValue, text) => {
    const report = createReport({ timeline: [spanOf(0, 2, answer)], lastValue });
    expect(composeMessage('', report, []).split('\n\n').at(-1)).toBe(`  last value: ${text}`);
  });

  test('stays short and in its rows, however long an answer, a word or an error is', () => {
    const long = 'x\n'.repeat(1_000_000);
    const timeline = [
      spanOf(0, 1, seen(long)),
      spanOf(1, 1, seen({}, long)),
      spanOf(2, 1, { kind: 'error', error: new Error(long.replaceAll('\n', '')) }),
    ];
    const message = composeMessage('', createReport({ timeline, lastValue: { long } }), []);
    expect(message.split('\n')).toHaveLength(5);
    expect(message.length).toBeLessThan(2_000);
  });
});

describe('countLooks', () => {
  test.each([
    [0, 0, '0 looks'],
    [1, 0, '1 look'],
    [38, 0, '38 looks'],
    [38, 2, '38 looks, 2 of them woken by events'],
  ])('of %d looks and %d woken ones: %s', (looks, wokenLooks, text) => {
    expect(countLooks(createReport({ looks, wokenLooks }))).toBe(text);
  });
});

describe('reportToText', () => {
  test('is what a line of a log needs', () => {
    const timeline = [
      spanOf(0, 4, seen({ status: 'queued' }, 'queued')),
      spanOf(9, 1, seen({ progress: 62 }, 'running')),
    ];
    const report = createReport({ timeout: 300_000, elapsed: 40_000, looks: 5, timeline });
    expect(reportToText(report)).toBe('server 41: 40 s of 5 min, 5 looks, last: running, 62 %');
  });

  test('names no answer while there is none, and no budget that is endless', () => {
    const report = createReport({ timeout: Number.POSITIVE_INFINITY, elapsed: 12_000, looks: 1 });
    expect(reportToText(report)).toBe('server 41: 12 s, 1 look, no answer yet');
  });

  test('is one line of bounded text, whatever the name and the answers are', () => {
    const timeline = [spanOf(0, 1, seen('x\ny'.repeat(1_000)))];
    const text = reportToText(createReport({ name: 'server\r\n41 '.repeat(1_000), looks: 1, timeline }));
    expect(text).not.toMatch(/[\r\n]/);
    expect(text).toHaveLength(120 + ': 5 s of 5 s, 1 look, last: '.length + 80);
  });

  test('is what a report says when it is put into text', async () => {
    const controller = new AbortController();
    const { signal } = controller;
    const waiting = waitFor(() => 'BUILD', {
      name: 'server 41',
      until: () => false,
      interval: '1h',
      timeout: '2h',
      signal,
    });
    const [report] = pendingWaits();
    expect(`${report}`).toMatch(/^server 41: \d+ ms of 2 h, 1 look, last: 'BUILD'$/);
    controller.abort('enough');
    await expect(waiting).rejects.toBe('enough');
  });
});

describe('reportToJson', () => {
  test('is safe for what JSON would choke on', () => {
    const value: Record<string, unknown> = { id: 1n };
    value['self'] = value;
    const error = new TypeError('fetch failed', { cause: new Error('connect', { cause: value }) });
    const {
      toJSON,
      toString: _,
      ...report
    } = createReport({
      looks: 2,
      failedLooks: 1,
      timeline: [spanOf(0, 1, seen(value)), spanOf(5, 1, { kind: 'error', error })],
      lastValue: value,
      lastError: error,
      sources: [{ name: 'orders', state: 'live', wakes: 2 }],
    });
    expect(JSON.parse(JSON.stringify(reportToJson(report)))).toEqual({
      name: 'server 41',
      caller: '',
      timeout: 5_000,
      elapsed: 5_000,
      looks: 2,
      wokenLooks: 0,
      failedLooks: 1,
      timeline: [
        { at: 0, looks: 1, answer: '{ id: 1n, self: [circular] }' },
        { at: 5, looks: 1, answer: 'fetch failed: connect' },
      ],
      omitted: 0,
      lastValue: '{ id: 1n, self: [circular] }',
      lastError: 'fetch failed: connect',
      sources: [{ name: 'orders', state: 'live', wakes: 2 }],
    });
  });

  test('leaves out an error that never was', () => {
    expect(reportToJson(createReport())).toMatchObject({ lastError: undefined, lastValue: 'undefined' });
  });
});

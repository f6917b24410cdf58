import { settleOperation, waitForOperation } from 'unsleep/operation';
import { describe, expect, test } from 'vitest';

const QUICK = { interval: 1, timeout: '10s' } as const;
const post = (url: string) => fetch(url, { method: 'POST' });

describe('an operation in a browser', () => {
  test('is followed to its result, though a browser hides where a redirect leads', async () => {
    expect(await waitForOperation(await post('/operations/'), QUICK)).toEqual({ size: 41 });
    expect(await waitForOperation(() => post('/operations/'), QUICK)).toEqual({ size: 41 });
  });

  test('whose headers a server on another origin does not expose is no success, and the message says what to do', async () => {
    const elsewhere = await (await fetch('/elsewhere')).text();
    const verdict = await settleOperation(await post(elsewhere), QUICK);
    expect(verdict).toMatchObject({ outcome: 'no-monitor', error: { known: false } });
    expect(verdict.outcome !== 'succeeded' && verdict.error.message).toContain('Access-Control-Expose-Headers');
  });
});

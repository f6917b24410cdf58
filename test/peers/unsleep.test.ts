import { beforeEach, describe, expect, test, vi } from 'vitest';
import { settle, useVirtualTime } from '../virtual-time.ts';
import type { Job } from './job.ts';
import { clockBack, clockForward, hang } from './jobs/ends.ts';
import { afterwards, lateRejection, listeners } from './jobs/leftovers.ts';
import { firstLook, overlap } from './jobs/pace.ts';
import { abortLook, abortPause, stop } from './jobs/stopping.ts';
import { falsy, says, throws, typo } from './jobs/words.ts';
import type { Peer } from './peer.ts';
import { subjectOf } from './task.ts';
import { unsleepPeers } from './unsleep.ts';

const peers = unsleepPeers(() => import('unsleep'));
const [waitFor, eventually, retry] = peers as [Peer, Peer, Peer];
// Faked already, and moved by `settle`.
const fakeTimers = { fake: () => {}, advance: async () => {} };

async function answers(peer: Peer, job: Job): Promise<string[]> {
  const measuring = job.measure(subjectOf(peer, await peer.load(undefined), fakeTimers));
  const result = await settle(measuring, 60_000);
  if (result.status === 'rejected') throw result.reason;
  return job.columns.map(({ cell }) => cell(result.value).text);
}

useVirtualTime();

beforeEach(() => {
  vi.spyOn(Math, 'random').mockReturnValue(0);
  return () => vi.restoreAllMocks();
});

describe.each(peers.map((peer) => [peer.name, peer] as const))('in the jobs of the comparison, %s', (_name, peer) => {
  test('rejects at the timeout when a look hangs', async () => {
    expect(await answers(peer, hang)).toEqual(['rejects at 150 ms']);
  });

  test('neither fails early nor waits for ever when the wall clock jumps', async () => {
    expect(await answers(peer, clockForward)).toEqual(['succeeds']);
    // Pauses are 10 ms, and a retry gives up when the next call would begin with the deadline.
    expect(await answers(peer, clockBack)).toEqual([peer === retry ? 'rejects at 140 ms' : 'rejects at 150 ms']);
  });

  test('looks for the first time in the call itself', async () => {
    expect(await answers(peer, firstLook)).toEqual(['in the call']);
  });

  test('says how long it waited, how often it looked, what it saw, and where it was called', async () => {
    expect(await answers(peer, says)).toEqual([
      expect.stringContaining('not within 150 ms'),
      'time, looks, seen, line',
    ]);
  });

  test('never has two looks under way', async () => {
    expect(await answers(peer, overlap)).toEqual(['1']);
  });

  test('does not look again after it has failed', async () => {
    expect(await answers(peer, afterwards)).toEqual(['0']);
  });

  test('lets no late rejection become an unhandled one', async () => {
    expect(await answers(peer, lateRejection)).toEqual(['handled']);
  });

  test('ends at once when it is aborted in a pause, and never looks again', async () => {
    expect(await answers(peer, abortPause)).toEqual(['at once, with that error']);
  });

  test('ends at once when it is aborted in a look', async () => {
    expect(await answers(peer, abortLook)).toEqual(['at once, with that error']);
  });

  test('ends with the error of giveUp, and never looks again', async () => {
    expect(await answers(peer, stop)).toEqual(['with that error']);
  });

  test('removes every abort listener that it added, and makes Node warn of none', async () => {
    const [text = ''] = await answers(peer, listeners);
    const [, added, removed] = /^(\d+) added, (\d+) removed$/.exec(text) ?? [];
    expect(Number(added)).toBeGreaterThanOrEqual(12);
    expect(removed).toBe(added);
  });

  test('never asks for `AbortSignal.timeout`, which nobody can fake', async () => {
    const timeout = vi.spyOn(AbortSignal, 'timeout');
    await answers(peer, hang);
    await answers(peer, says);
    expect(timeout).not.toHaveBeenCalled();
  });
});

test('a waitFor ends with the first error, and an eventually and a retry have the last one as their cause', async () => {
  expect(await answers(waitFor, throws)).toEqual(['at once: is the error']);
  expect(await answers(eventually, throws)).toEqual(['is its cause']);
  expect(await answers(retry, throws)).toEqual(['is its cause']);
});

test('a typo fails at the first look', async () => {
  expect(await answers(waitFor, typo)).toEqual(['fails at once']);
  expect(await answers(eventually, typo)).toEqual(['fails at once']);
});

test('a plain false never passes', async () => {
  expect(await answers(waitFor, falsy)).toEqual(['does not pass']);
  expect(await answers(eventually, falsy)).toEqual(['does not pass']);
});

import { describe, expect, test } from 'vitest';
import { rateLimitDelay } from '../../src/operation/rate-limit.ts';

const NOW = Date.UTC(2026, 0, 1);

function delay(headers: Record<string, string>): number | undefined {
  return rateLimitDelay(new Headers(headers), NOW);
}

describe('RateLimit', () => {
  test.each([
    ['a limit that is used up', '"default";r=0;t=30', 30_000],
    ['the last of several that are used up', '"burst";r=0;t=5, "daily";r=0;t=3600, "hour";r=0;t=60', 3_600_000],
    ['only those that are used up', '"burst";r=0;t=5, "daily";r=9;t=3600', 5_000],
    ['a limit that is over at once', '"default";r=0;t=0', 0],
    ['one that has a partition', '"default";r=0;t=30;pk=:cHNzdA==:', 30_000],
    ['the form that it had before', 'limit=100, remaining=0, reset=30', 30_000],
  ])('waits for %s', (_, value, expected) => {
    expect(delay({ ratelimit: value })).toBe(expected);
  });

  test.each([
    ['is not used up', '"default";r=1;t=30'],
    ['does not say how much is left', '"default";t=30'],
    ['does not say for how long', '"default";r=0'],
    ['has a fraction of a second', '"default";r=0;t=1.5'],
    ['has a negative time', '"default";r=0;t=-5'],
    ['has text for a time', '"default";r=0;t="30"'],
    ['has text for what is left', '"default";r="0";t=30'],
    ['is no structured field', '"default;r=0;t=30'],
    ['is empty', ''],
    ['is in the old form and not used up', 'limit=100, remaining=1, reset=30'],
    ['is in the old form and has no reset', 'limit=100, remaining=0'],
    ['is in the old form and malformed', 'limit=100, remaining=0, reset=30,'],
  ])('says nothing when it %s', (_, value) => {
    expect(delay({ ratelimit: value })).toBeUndefined();
  });

  test('says nothing when it is not there', () => {
    expect(delay({})).toBeUndefined();
  });
});

describe('RateLimit-Remaining and RateLimit-Reset', () => {
  test('wait for the reset when nothing is left', () => {
    expect(delay({ 'ratelimit-remaining': '0', 'ratelimit-reset': '30' })).toBe(30_000);
  });

  test('are asked as well when RateLimit says nothing', () => {
    expect(delay({ ratelimit: '"x";r=1;t=9', 'ratelimit-remaining': '0', 'ratelimit-reset': '30' })).toBe(30_000);
  });

  test.each([
    ['something is left', '1', '30'],
    ['the rest is no number', 'none', '30'],
    ['the reset is no number', '0', 'soon'],
    ['the reset has a fraction', '0', '1.5'],
  ])('say nothing when %s', (_, remaining, reset) => {
    expect(delay({ 'ratelimit-remaining': remaining, 'ratelimit-reset': reset })).toBeUndefined();
  });

  test('say nothing when there is no reset', () => {
    expect(delay({ 'ratelimit-remaining': '0' })).toBeUndefined();
  });

  test('take a number that would be 30 years for a Unix time', () => {
    const headers = { 'ratelimit-remaining': '0', 'ratelimit-reset': String(NOW / 1_000 + 30) };
    expect(delay(headers)).toBe(30_000);
    expect(delay({ ...headers, date: 'Thu, 01 Jan 2026 00:00:10 GMT' })).toBe(20_000);
    expect(delay({ ...headers, date: 'Thu, 01 Jan 2026 00:01:00 GMT' })).toBe(0);
  });
});

describe('the answer of a cache', () => {
  test.each([{ ratelimit: '"default";r=0;t=30' }, { 'ratelimit-remaining': '0', 'ratelimit-reset': '30' }])(
    'says nothing of our limit: %o',
    (headers) => {
      expect(delay({ ...headers, age: '1' })).toBeUndefined();
    },
  );

  test.each(['0', 'old', ''])('is one only when its age is above 0, not "%s"', (age) => {
    expect(delay({ ratelimit: '"default";r=0;t=30', age })).toBe(30_000);
  });
});

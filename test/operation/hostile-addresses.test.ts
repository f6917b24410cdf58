import { type Dialect, settleOperation, waitForOperation } from 'unsleep/operation';
import { describe, expect, test, vi } from 'vitest';
import { useVirtualTime } from '../virtual-time.ts';
import {
  accepted,
  at,
  failure,
  HOME,
  hangs,
  json,
  STATUS,
  type Step,
  scripted,
  state,
  status,
  token,
  value,
} from './rig.ts';

useVirtualTime();

const done = state('Succeeded');
const secret = 'Bearer hush';
const headers = { authorization: secret, cookie: 'session=hush', 'x-api-key': 'hush' };

/** A wait that looks without end is a failure, not a hang. */
function calm() {
  let looks = 0;
  const onLook = () => {
    if (++looks > 2_000) throw new Error('it looks without end');
  };
  return { random: () => 0, onLook, headers };
}

/** Something that answers to everything, and must not be asked. */
const forbidden = () => vi.fn(async (url: string | URL | Request) => at(done.clone(), String(url)));

const redirect = (location: string, code = 302) => new Response(null, { status: code, headers: { location } });
const started = (location: string) => at(new Response(null, { status: 202, headers: { location } }), HOME);

const LINK_LOCAL = [
  ['in dots', 'http://169.254.169.254/latest/meta-data/'],
  ['in dots, encrypted', 'https://169.254.169.254/latest/meta-data/'],
  ['as one number', 'https://2852039166/'],
  ['in hexadecimal', 'https://0xA9FEA9FE/'],
  ['in hexadecimal parts', 'https://0xa9.0xfe.0xa9.0xfe/'],
  ['in octal', 'https://0251.0376.0251.0376/'],
  ['in three parts', 'https://169.254.43518/'],
  ['in percents', 'https://%31%36%39.254.169.254/'],
  ['with a dot at its end', 'https://169.254.169.254./'],
  ['mapped to IPv6', 'https://[::ffff:169.254.169.254]/'],
  ['mapped to IPv6, in hexadecimal', 'https://[::ffff:a9fe:a9fe]/'],
  ['mapped to IPv6, at full length', 'https://[0:0:0:0:0:ffff:a9fe:a9fe]/'],
  ['translated to IPv6', 'https://[64:ff9b::a9fe:a9fe]/'],
  ['compatible with IPv6', 'https://[::a9fe:a9fe]/'],
  ['by 6to4', 'https://[2002:a9fe:a9fe::1]/'],
  ['of IPv6', 'https://[fe80::1]/'],
  ['of another port', 'https://169.254.169.254:8443/'],
  ['of the tasks of a container', 'https://169.254.170.2/v2/credentials'],
  ['of a cloud on IPv6', 'https://[fd00:ec2::254]/'],
  ['by its name', 'https://metadata.google.internal/computeMetadata/v1/'],
  ['by its name in capitals', 'https://METADATA.Google.Internal/'],
  ['by its name with a dot at its end', 'https://metadata.google.internal./'],
  ['behind a user', 'https://api.example@169.254.169.254/'],
  ['relative to the scheme', '//169.254.169.254/'],
  ['with backslashes', '\\\\169.254.169.254\\'],
  ['after a control character', '\u0001https://169.254.169.254/'],
] as const;

const OTHER_SCHEMES = [
  'file:///etc/passwd',
  'file://api.example/etc/passwd',
  'javascript:alert(1)',
  '\u0001javascript:alert(1)',
  'JaVaScRiPt:alert(1)',
  'data:application/json,{"status":"Succeeded"}',
  'blob:https://api.example/41',
  'about:blank',
  'ftp://api.example/41',
  'ws://api.example/41',
  'gopher://api.example/41',
  'mailto:root@api.example',
] as const;

const ELSEWHERE = [
  ['another host', 'https://evil.example/operations/41'],
  ['a host below it', 'https://evil.api.example/operations/41'],
  ['a host above it', 'https://example/operations/41'],
  ['a host that begins like it', 'https://api.example.evil.example/operations/41'],
  ['another port', 'https://api.example:8443/operations/41'],
  ['no encryption', 'http://api.example/operations/41'],
  ['a host after a user like it', 'https://api.example@evil.example/'],
  ['a host relative to the scheme', '//evil.example/operations/41'],
  ['a host after backslashes', '\\\\evil.example\\operations\\41'],
  ['a host of letters that look alike', 'https://api.ex\u00e4mple/operations/41'],
  ['the machine itself', 'https://localhost/operations/41'],
  ['the machine itself, by its number', 'https://127.1/operations/41'],
  ['the machine itself, by no number', 'https://0/operations/41'],
  ['a private network', 'https://10.0.0.1/operations/41'],
] as const;

const REFUSED = [...LINK_LOCAL, ...OTHER_SCHEMES.map((url) => [url, url] as const), ...ELSEWHERE] as const;

describe('a status address that must not be asked', () => {
  test.each(REFUSED)('is never dialled from a start answer: %s', async (_, url) => {
    const [fetch, fetchResult] = [forbidden(), forbidden()];
    const error = await failure(settleOperation(started(url), { fetch, fetchResult, ...calm() }), 60_000);
    expect(error).toMatchObject({ outcome: 'no-monitor', known: false });
    expect([fetch.mock.calls, fetchResult.mock.calls]).toEqual([[], []]);
  });

  test.each(REFUSED)('is never dialled from a later answer: %s', async (_, url) => {
    const { fetch, asked } = scripted(new Response(null, { status: 202, headers: { location: url } }), done);
    const fetchResult = forbidden();
    const error = await failure(settleOperation(accepted(), { fetch, fetchResult, ...calm() }), 60_000);
    expect(error).toMatchObject({ outcome: 'no-monitor', known: false });
    expect(asked.map(({ url }) => url)).toEqual([STATUS]);
    expect(fetchResult.mock.calls).toEqual([]);
  });

  test.each(REFUSED)('is never dialled from a redirect: %s', async (_, url) => {
    for (const code of [301, 302, 307, 308]) {
      const { fetch, asked } = scripted(redirect(url, code), done);
      const fetchResult = forbidden();
      const error = await failure(settleOperation(accepted(), { fetch, fetchResult, ...calm() }), 60_000);
      expect(error).toMatchObject({ outcome: 'rejected', known: false });
      expect(asked.map(({ url }) => url)).toEqual([STATUS]);
      expect(fetchResult.mock.calls).toEqual([]);
    }
  });

  test.each([...LINK_LOCAL, ...OTHER_SCHEMES.map((url) => [url, url] as const), ELSEWHERE[5]])(
    'is never dialled though everything is allowed: %s',
    async (_, url) => {
      const fetch = forbidden();
      const options = { fetch, fetchResult: fetch, ...calm(), allowOrigin: () => true };
      const error = await failure(settleOperation(started(url), options), 60_000);
      expect(error).toMatchObject({ outcome: 'no-monitor', known: false });
      expect(fetch.mock.calls).toEqual([]);
    },
  );

  test('is never dialled when the client was sent there unseen, as in browsers: its answer does not count', async () => {
    const fetch = async () => at(done.clone(), 'https://evil.example/');
    const error = await failure(settleOperation(accepted(), { fetch, ...calm() }), 60_000);
    expect(error).toMatchObject({ outcome: 'rejected', known: false });
  });

  test('is told by its origin alone, as the rest may be signed', async () => {
    const start = started('https://evil.example/operations/hush?sig=hush');
    const error = await failure(settleOperation(start, { fetch: forbidden(), ...calm() }), 0);
    expect(error.message).toContain('https://evil.example');
    expect(error.message).not.toContain('hush');
  });
});

describe('an address that is none', () => {
  test.each([
    ['five of them, joined', Array(5).fill(STATUS).join(', ')],
    ['two of them, of which the first is good', `${STATUS}, https://evil.example/`],
    ['nothing', ''],
    ['a scheme alone', 'https://'],
    ['brackets', 'https://[/'],
    ['a port beyond all', 'https://api.example:99999/'],
    ['a space', 'https://api.example/a b'],
    ['an IPv4 address with a number too large', 'https://169.254.169.256/'],
  ])('is no monitor: %s', async (_, location) => {
    const fetch = forbidden();
    const error = await failure(settleOperation(started(location), { fetch, ...calm() }), 0);
    expect(error).toMatchObject({ outcome: 'no-monitor', known: false });
    expect(fetch.mock.calls).toEqual([]);
  });

  test('in a later answer leaves the one that is known', async () => {
    const bad = new Response(null, { status: 202, headers: { location: Array(5).fill('/a').join(', ') } });
    const { fetch, asked } = scripted(bad, done);
    await value(waitForOperation(accepted(), { fetch, ...calm() }), 60_000);
    expect(asked.map(({ url }) => url)).toEqual([STATUS, STATUS]);
  });

  test('several lines of a header are no monitor either', async () => {
    const start = accepted();
    start.headers.append('operation-location', 'https://evil.example/');
    const error = await failure(settleOperation(start, { fetch: forbidden(), ...calm() }), 0);
    expect(error.outcome).toBe('no-monitor');
  });
});

describe('an address on the same origin', () => {
  test('with a user and a password is asked without them', async () => {
    const { fetch, asked } = scripted(done);
    const start = started('https://root:hush@api.example/operations/41');
    await value(waitForOperation(start, { fetch, ...calm() }), 60_000);
    expect(asked.map(({ url }) => url)).toEqual([STATUS]);
  });

  test('that is the start itself is asked, at the pace of all polls', async () => {
    const { fetch, instants } = scripted(state('Running'), state('Running'), done);
    await value(waitForOperation(started(HOME), { fetch, ...calm() }), 60_000);
    expect(instants()).toEqual([1_000, 3_000, 7_000]);
  });

  test('that each answer changes is asked at the pace of all polls', async () => {
    let page = 0;
    const { fetch, instants } = scripted(
      ...Array(5).fill(
        () => new Response(null, { status: 202, headers: { location: `/operations/41?page=${++page}` } }),
      ),
      done,
    );
    await value(waitForOperation(accepted(), { fetch, ...calm() }), 61_000);
    expect(instants()).toEqual([1_000, 3_000, 7_000, 15_000, 31_000, 61_000]);
  });
});

describe('redirects without end', () => {
  test.each([
    ['to the same address', () => redirect(STATUS, 301)],
    ['to and fro', loop()],
    ['ever further', ever()],
  ])('%s cannot be read, and are given up after ten', async (_, step) => {
    const { fetch, asked } = scripted(step);
    const error = await failure(settleOperation(accepted(), { fetch, ...calm(), maxUnreadable: 0 }), 60_000);
    expect(error).toMatchObject({ outcome: 'unavailable', known: false, polls: 1, elapsed: 1_000 });
    expect(error.message).toContain('redirected more than 10 times');
    expect(asked).toHaveLength(11);
  });

  test('that hang are cut by the limit of one poll, all together', async () => {
    const slow = (init: RequestInit) =>
      new Promise<Response>((resolve, reject) => {
        const timer = setTimeout(() => resolve(redirect(STATUS, 307)), 400);
        init.signal?.addEventListener('abort', () => {
          clearTimeout(timer);
          reject(init.signal?.reason);
        });
      });
    const { fetch, asked } = scripted(slow);
    const options = { fetch, ...calm(), maxUnreadable: 0, attemptTimeout: '1s' } as const;
    const error = await failure(settleOperation(accepted(), options), 60_000);
    expect(error).toMatchObject({ outcome: 'unavailable', elapsed: 2_000 });
    expect(asked).toHaveLength(3);
  });

  test('of the result end as unavailable, with the success known', async () => {
    const over = redirect('/results/41', 303);
    const { fetch } = scripted(over, redirect('/results/41'));
    const error = await failure(settleOperation(accepted(), { fetch, ...calm(), maxUnreadable: 1 }), 60_000);
    expect(error).toMatchObject({ outcome: 'unavailable', known: true });
  });

  test('303 to the very address that said so ends, with the success known', async () => {
    const { fetch, asked } = scripted(redirect(STATUS, 303));
    const error = await failure(settleOperation(accepted(), { fetch, ...calm(), maxUnreadable: 1 }), 60_000);
    expect(error).toMatchObject({ outcome: 'unavailable', known: true });
    expect(asked.length).toBeLessThan(50);
  });

  function loop() {
    let calls = 0;
    return () => redirect(++calls % 2 === 1 ? '/elsewhere' : STATUS, 308);
  }

  function ever() {
    let calls = 0;
    return () => redirect(`/further/${++calls}`, 307);
  }
});

describe('a result on another origin', () => {
  const AWAY = 'https://storage.example/results/41?sig=hush';

  /** Who reads it, and with what. */
  function storage(...steps: readonly Step[]) {
    const inits: RequestInit[] = [];
    const { fetch: answer, asked } = scripted(...steps);
    const fetchResult: typeof fetch = async (url, init = {}) => {
      inits.push(init);
      return answer(url, init);
    };
    return { fetchResult, asked, inits };
  }

  test.each([
    ['headers', headers],
    ['a function that gives them', async () => headers],
    ['pairs', Object.entries(headers)],
  ] as const)('gets no credentials, given as %s', async (_, headers) => {
    const { fetch, asked } = scripted(redirect(AWAY, 303));
    const { fetchResult, asked: away, inits } = storage(json({ size: 41 }));
    const options = { fetch, fetchResult, ...calm(), headers: headers as HeadersInit };
    expect(await value(waitForOperation(accepted(), options), 60_000)).toEqual({ size: 41 });
    expect(asked.map(({ url, headers }) => [url, headers.get('authorization')])).toEqual([[STATUS, secret]]);
    expect(away.map(({ url }) => url)).toEqual([AWAY]);
    expect([...(away[0]?.headers ?? [])]).toEqual([]);
    expect(inits).toMatchObject([{ credentials: 'omit', referrerPolicy: 'no-referrer', redirect: 'manual' }]);
    expect(JSON.stringify(inits)).not.toContain('hush');
  });

  test('gets none after a redirect from the own origin either', async () => {
    const { fetch, asked } = scripted(redirect('/results/41', 303), redirect(AWAY, 302));
    const { fetchResult, asked: away } = storage(json({ size: 41 }));
    expect(await value(waitForOperation(accepted(), { fetch, fetchResult, ...calm() }), 60_000)).toEqual({ size: 41 });
    expect(asked.map(({ headers }) => headers.get('authorization'))).toEqual([secret, secret]);
    expect(away.map(({ url, headers }) => [url, headers.get('authorization')])).toEqual([[AWAY, null]]);
  });

  test('that leads back to the own origin is asked with them again, there alone', async () => {
    const { fetch, asked } = scripted(redirect(AWAY, 303), json({ size: 41 }));
    const { fetchResult, asked: away } = storage(redirect('https://api.example/results/42'));
    await value(waitForOperation(accepted(), { fetch, fetchResult, ...calm() }), 60_000);
    expect(asked.map(({ url }) => url)).toEqual([STATUS, 'https://api.example/results/42']);
    expect(away.map(({ headers }) => headers.get('authorization'))).toEqual([null]);
  });

  test('is not asked by the client of one’s own, which may bring credentials', async () => {
    const urls: unknown[] = [];
    const poll = ({ url }: { url?: string | undefined }) => {
      urls.push(url);
      return at(redirect(AWAY, 303), STATUS);
    };
    const { fetchResult, asked } = storage(json({ size: 41 }));
    const options = { poll, fetchResult, ...calm() };
    expect(await value(waitForOperation(accepted(), options), 60_000)).toEqual({ size: 41 });
    expect(urls).toEqual([STATUS]);
    expect(asked.map(({ headers }) => headers.get('authorization'))).toEqual([null]);
  });

  const NEVER = [
    ...LINK_LOCAL,
    ...OTHER_SCHEMES.map((url) => [url, url] as const),
    ['no encryption', 'http://storage.example/results/41'] as const,
  ];
  const PRIVATE = [
    ['the machine itself', 'https://localhost/results/41'],
    ['the machine itself, by its number', 'https://127.0.0.1/results/41'],
    ['the machine itself, of IPv6', 'https://[::1]/results/41'],
    ['a private network', 'https://192.168.1.1/results/41'],
    ['a private network, mapped', 'https://[::ffff:10.0.0.1]/results/41'],
    ['a name without a dot', 'https://vault/results/41'],
  ] as const;

  test.each([...NEVER, ...PRIVATE])('is never dialled, and the success is known: %s', async (_, url) => {
    const { fetch, asked } = scripted(redirect(url, 303));
    const fetchResult = forbidden();
    const error = await failure(settleOperation(accepted(), { fetch, fetchResult, ...calm() }), 60_000);
    expect(error).toMatchObject({ outcome: 'unavailable', known: true });
    expect(error.message).toContain('succeeded, but its result may not be read');
    expect(error.message).not.toContain('it may still be running');
    expect(asked).toHaveLength(1);
    expect(fetchResult.mock.calls).toEqual([]);
  });

  test.each(NEVER)('is never dialled though everything is allowed: %s', async (_, url) => {
    const { fetch, asked } = scripted(redirect(url, 303));
    const fetchResult = forbidden();
    const options = { fetch, fetchResult, ...calm(), allowOrigin: () => true };
    expect(await failure(settleOperation(accepted(), options), 60_000)).toMatchObject({
      outcome: 'unavailable',
      known: true,
    });
    expect(asked).toHaveLength(1);
    expect(fetchResult.mock.calls).toEqual([]);
  });

  test.each([...NEVER, ...PRIVATE])('is never dialled by way of a redirect: %s', async (_, url) => {
    const { fetch } = scripted(redirect(AWAY, 303));
    const { fetchResult, asked } = storage(redirect(url), json({ size: 41 }));
    const error = await failure(settleOperation(accepted(), { fetch, fetchResult, ...calm() }), 60_000);
    expect(error).toMatchObject({ outcome: 'unavailable', known: true });
    expect(asked.map(({ url }) => url)).toEqual([AWAY]);
  });
});

describe('a cancel request', () => {
  const cancelledAt = (url: string): Dialect => ({
    name: 'plain',
    classify: () => ({ kind: 'pending', state: 'Running', url: STATUS }),
    cancel: (_, io) => io.send(url, { method: 'DELETE' }),
  });

  test('goes to no other origin, whatever the token says', async () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 2_000);
    const { fetch, asked } = scripted(hangs);
    const dialect = cancelledAt('https://evil.example/operations/41');
    const options = { fetch, ...calm(), dialect, onAbort: 'cancel', signal: controller.signal } as const;
    const error = await failure(settleOperation(token(), options), 60_000);
    expect(error).toMatchObject({ outcome: 'aborted', known: false, cancel: 'refused' });
    expect(asked.map(({ url }) => url)).toEqual([STATUS]);
  });

  test('that is redirected is refused, and goes nowhere else', async () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 2_000);
    const { fetch, asked } = scripted(state('Running'), redirect('https://evil.example/', 307));
    const leaving = { onAbort: 'cancel', signal: controller.signal } as const;
    const options = { fetch, ...calm(), ...leaving, dialect: cancelledAt(STATUS), interval: 10_000 };
    const error = await failure(settleOperation(token(), options), 60_000);
    expect(error).toMatchObject({ outcome: 'aborted', known: false, cancel: 'refused' });
    expect(asked.map(({ url, method }) => [method, url])).toEqual([
      ['GET', STATUS],
      ['DELETE', STATUS],
    ]);
  });

  test.each([400, 401, 403, 404, 409, 429, 500, 503])(
    'that is answered %i is refused, and not repeated',
    async (code) => {
      const controller = new AbortController();
      setTimeout(() => controller.abort(), 500);
      const { fetch, asked } = scripted(status(code));
      const options = {
        fetch,
        ...calm(),
        dialect: cancelledAt(STATUS),
        onAbort: 'cancel-and-wait',
        signal: controller.signal,
      } as const;
      const error = await failure(settleOperation(accepted(), options), 60_000);
      expect(error).toMatchObject({ outcome: 'aborted', known: false, cancel: 'refused' });
      expect(asked.map(({ method }) => method)).toEqual(['DELETE']);
    },
  );
});

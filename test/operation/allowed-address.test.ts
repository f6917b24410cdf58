import { describe, expect, test, vi } from 'vitest';
import { isSameOrigin, refusalOf } from '../../src/operation/allowed-address.ts';

const FROM = 'https://api.test/jobs?sig=s3cret';
const KINDS = ['status', 'result'] as const;
const yes = () => true;

describe.each(KINDS)('a %s address', (kind) => {
  test.each([
    ['on the same origin', 'https://api.test/ops/1?x=1', FROM],
    ['on the same origin, whose port is written', 'https://api.test:443/ops/1', FROM],
    ['on the same loopback origin', 'http://127.0.0.1:8080/ops/1', 'http://127.0.0.1:8080/jobs'],
    ['on the same private origin', 'http://10.0.0.5/ops/1', 'http://10.0.0.5/jobs'],
    [
      'on the same link-local origin, which was the choice of the user',
      'http://169.254.169.254/a',
      'http://169.254.169.254/b',
    ],
  ])('%s is allowed, and nobody is asked', (_, target, from) => {
    const allowOrigin = vi.fn(() => false);
    expect(refusalOf(target, from, { kind, allowOrigin })).toBeUndefined();
    expect(allowOrigin).not.toHaveBeenCalled();
  });

  test.each([
    ['file:', 'file:///etc/passwd'],
    ['data:', 'data:application/json,{"status":"done"}'],
    ['javascript:', 'javascript:alert(1)'],
    ['ftp:', 'ftp://api.test/ops/1'],
    ['ws:', 'ws://api.test/ops/1'],
    ['blob:', 'blob:https://api.test/1'],
  ])('that begins with %s is refused, whatever `allowOrigin` says', (scheme, target) => {
    const because = `it begins with ${scheme}, and only http: and https: are followed`;
    expect(refusalOf(target, FROM, { kind, allowOrigin: yes })).toBe(because);
  });

  test.each(['', '/ops/1', 'https://', 'https://a b/', 'over there', 'http://1.2.3.256/'])(
    'that is none is refused: "%s"',
    (target) => {
      expect(refusalOf(target, FROM, { kind, allowOrigin: yes })).toBe('it is no address');
    },
  );

  test.each(['', '/jobs', 'data:,x', 'file:///jobs'])(
    'is refused when it is unknown where the request went: "%s"',
    (from) => {
      const because = 'it is unknown where the request went that started it: the answer has no `url`';
      expect(refusalOf('https://api.test/ops/1', from, { kind, allowOrigin: yes })).toBe(because);
    },
  );

  test('without encryption is refused after one with it, whatever `allowOrigin` says', () => {
    const because = 'http://api.test is not encrypted, and https://api.test is';
    expect(refusalOf('http://api.test/ops/1', FROM, { kind, allowOrigin: yes })).toBe(because);
  });

  test.each([
    'https://169.254.169.254/latest/meta-data',
    'https://2852039166/',
    'https://[::ffff:169.254.169.254]/',
    'https://[64:ff9b::a9fe:a9fe]/',
    'https://[fe80::1]/',
    'https://[fd00:ec2::254]/',
    'https://100.100.100.200/',
    'https://metadata.google.internal./computeMetadata/v1/',
    'https://metadata/',
  ])('that is link-local is refused, whatever `allowOrigin` says, and from wherever: %s', (target) => {
    const because = `${new URL(target).origin} is link-local, where clouds keep credentials`;
    for (const from of [FROM, 'http://localhost/jobs', 'http://10.0.0.1/jobs', 'http://169.254.169.1/jobs']) {
      expect(refusalOf(target, from, { kind, allowOrigin: yes })).toBe(because);
    }
  });

  test('ends with the error of `allowOrigin`', () => {
    const error = new Error('no such list');
    const allowOrigin = () => {
      throw error;
    };
    expect(() => refusalOf('https://10.0.0.1/', FROM, { kind, allowOrigin })).toThrow(error);
  });

  test.each([[Promise.resolve(false)], ['no'], [undefined], [1]])(
    'is not allowed by an answer that is neither true nor false: %o',
    (answer) => {
      const allowOrigin = (() => answer) as unknown as () => boolean;
      expect(() => refusalOf('https://10.0.0.1/', FROM, { kind, allowOrigin })).toThrow(
        new TypeError(`\`allowOrigin\` must answer true or false at once; got ${typeof answer}`),
      );
    },
  );

  test('is never told with its path, its query or its credentials', () => {
    for (const target of ['https://me:s3cret@10.0.0.1/s3cret?sig=s3cret#s3cret', 'data:s3cret', 'http://a/s3cret']) {
      expect(refusalOf(target, FROM, { kind })).toMatch(/^(?!.*s3cret).+/s);
    }
  });

  test('is told in a short sentence, however long it is', () => {
    for (const target of [`https://${'a.'.repeat(100_000)}internal/`, `${'x'.repeat(100_000)}:y`]) {
      expect(refusalOf(target, FROM, { kind })?.length).toBeLessThan(300);
    }
  });
});

describe('a status address on another origin', () => {
  test.each([
    ['another host', 'https://other.test/ops/1'],
    ['a host below', 'https://ops.api.test/ops/1'],
    ['another port', 'https://api.test:8443/ops/1'],
    ['the name with a dot at its end', 'https://api.test./ops/1'],
    ['a private host', 'https://10.0.0.1/ops/1'],
  ])('is refused: %s', (_, target) => {
    expect(refusalOf(target, FROM, { kind: 'status' })).toBe(
      `${new URL(target).origin} is another origin than https://api.test: \`allowOrigin\` may allow it`,
    );
    expect(refusalOf(target, FROM, { kind: 'status', allowOrigin: () => false })).toBeDefined();
  });

  test('with encryption is another one too', () => {
    expect(refusalOf('https://api.test/ops/1', 'http://api.test/jobs', { kind: 'status' })).toBe(
      'https://api.test is another origin than http://api.test: `allowOrigin` may allow it',
    );
  });

  test('is allowed when `allowOrigin` says so, which is told both', () => {
    const allowOrigin = vi.fn((url: URL, from: URL) => url.host === 'other.test' && from.host === 'api.test');
    expect(refusalOf('https://other.test/ops/1', FROM, { kind: 'status', allowOrigin })).toBeUndefined();
    expect(allowOrigin).toHaveBeenCalledExactlyOnceWith(new URL('https://other.test/ops/1'), new URL(FROM));
  });

  test('may be private when `allowOrigin` says so', () => {
    expect(refusalOf('https://10.0.0.1/ops/1', FROM, { kind: 'status', allowOrigin: yes })).toBeUndefined();
  });
});

describe('a result address on another origin', () => {
  test.each([
    ['a public one', 'https://storage.test/blob?sig=1', FROM],
    ['a public one, from a private one', 'https://storage.test/blob', 'http://10.0.0.1/jobs'],
    ['one with encryption, from one without', 'https://storage.test/blob', 'http://api.test/jobs'],
    ['a private one, from a private one', 'http://10.0.0.2/blob', 'http://10.0.0.1/jobs'],
    ['a private one, from the machine itself', 'http://10.0.0.2/blob', 'http://localhost:8080/jobs'],
    ['a private one, from a link-local one', 'http://10.0.0.2/blob', 'http://169.254.1.1/jobs'],
    ['the machine itself, from itself', 'http://127.0.0.1:9000/blob', 'http://localhost:8080/jobs'],
    ['a name of the network, from another', 'http://minio:9000/blob', 'http://api:8080/jobs'],
  ])('is allowed, and nobody is asked: %s', (_, target, from) => {
    const allowOrigin = vi.fn(() => false);
    expect(refusalOf(target, from, { kind: 'result', allowOrigin })).toBeUndefined();
    expect(allowOrigin).not.toHaveBeenCalled();
  });

  test.each([
    ['a private one, from a public one', 'https://10.0.0.1/blob', FROM, 'private'],
    ['a private one within IPv6', 'https://[::ffff:10.0.0.1]/blob', FROM, 'private'],
    ['the machine itself, from a public one', 'https://127.0.0.1/blob', FROM, 'loopback'],
    ['the machine itself, unspecified', 'https://0.0.0.0/blob', FROM, 'loopback'],
    ['the machine itself, by its name', 'https://api.localhost./blob', FROM, 'loopback'],
    ['the machine itself, from a private one', 'http://127.0.0.1/blob', 'http://10.0.0.1/jobs', 'loopback'],
    ['the machine itself, from a link-local one', 'http://127.0.0.1/blob', 'http://169.254.1.1/jobs', 'loopback'],
  ])('is refused, unless `allowOrigin` says otherwise: %s', (_, target, from, reach) => {
    const because = `${new URL(target).origin} is ${reach}, and ${new URL(from).origin} is not: \`allowOrigin\` may allow it`;
    expect(refusalOf(target, from, { kind: 'result' })).toBe(because);
    expect(refusalOf(target, from, { kind: 'result', allowOrigin: () => false })).toBe(because);
    expect(refusalOf(target, from, { kind: 'result', allowOrigin: yes })).toBeUndefined();
  });
});

describe('isSameOrigin', () => {
  test.each([
    ['https://api.test/a', 'https://api.test:443/b?c'],
    ['http://[::1]:80/', 'http://[0:0:0:0:0:0:0:1]/'],
    ['https://API.test/', 'https://api.test/'],
  ])('says yes of %s and %s', (a, b) => {
    expect(isSameOrigin(a, b)).toBe(true);
  });

  test.each([
    ['https://api.test/', 'http://api.test/'],
    ['https://api.test/', 'https://api.test:8443/'],
    ['https://api.test/', 'https://other.test/'],
    ['https://api.test/', ''],
    ['', 'https://api.test/'],
    ['', ''],
    // Opaque origins are all written "null".
    ['data:,x', 'data:,x'],
    ['file:///a', 'file:///a'],
    ['blob:https://api.test/1', 'https://api.test/'],
    ['https://api.test/', 'blob:https://api.test/1'],
  ])('says no of %s and %s', (a, b) => {
    expect(isSameOrigin(a, b)).toBe(false);
  });
});

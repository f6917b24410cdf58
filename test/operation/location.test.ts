import { describe, expect, test } from 'vitest';
import { locationIn, resolved } from '../../src/operation/location.ts';
import { answer } from './answer.ts';

describe('locationIn', () => {
  test.each([
    ['absolute', 'https://api.test/ops/1', 'https://api.test/ops/1'],
    ['absolute on another host', 'https://other.test/ops/1', 'https://other.test/ops/1'],
    ['a path, relative to what was asked', '/ops/1?v=2', 'https://api.test/ops/1?v=2'],
    ['relative to the folder of what was asked', 'status', 'https://api.test/jobs/status'],
    ['a query alone', '?poll=1', 'https://api.test/jobs/1?poll=1'],
    ['without a scheme', '//other.test/ops/1', 'https://other.test/ops/1'],
    ['with credentials, which are left out', 'https://me:s3cret@api.test/ops/1', 'https://api.test/ops/1'],
    ['with a comma in it', '/ops/1,2', 'https://api.test/ops/1,2'],
    ['with blanks around it', '  /ops/1  ', 'https://api.test/ops/1'],
    ['in another script', encodeURI('/ops/ö'), 'https://api.test/ops/%C3%B6'],
  ])('may be %s', (_, location, expected) => {
    expect(locationIn(answer(202, undefined, { location }), 'location')).toBe(expected);
  });

  test.each([
    ['empty', ''],
    ['blank', '  '],
    ['several, which arrive joined', '/ops/1, /ops/2'],
    ['a sentence', 'over there'],
    ['no address', 'https://'],
    ['a host that is none', 'https://a b/'],
  ])('is passed over when it is %s', (_, location) => {
    expect(locationIn(answer(202, undefined, { location }), 'location')).toBeUndefined();
  });

  test('is nothing when it is not there', () => {
    expect(locationIn(answer(202), 'location')).toBeUndefined();
  });

  test('is relative to nothing when it is not known what was asked', () => {
    const headers = { location: '/ops/1', 'operation-location': 'https://api.test/ops/1' };
    const response = answer(202, undefined, headers, { url: '' });
    expect(locationIn(response, 'location')).toBeUndefined();
    expect(locationIn(response, 'operation-location')).toBe('https://api.test/ops/1');
  });
});

describe('resolved', () => {
  test('gives addresses of any scheme: whether they may be asked is another question', () => {
    expect(resolved('file:///etc/passwd', 'https://api.test/')).toBe('file:///etc/passwd');
  });

  test.each([[undefined], [null], [1], [{}], [['/ops/1']], [''], [' ']])('takes %o for no address', (value) => {
    expect(resolved(value, 'https://api.test/')).toBeUndefined();
  });

  test('takes a relative address for none when its base is opaque', () => {
    expect(resolved('/ops/1', 'data:text/plain,x')).toBeUndefined();
  });
});

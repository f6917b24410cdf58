// The same operation, started and followed with one client or another. What matters is in each: no retries and no
// redirects of the client's own, as the wait does both; and its signal, which cuts a poll.
import axios from 'axios';
import got from 'got';
import ky from 'ky';
import { request } from 'undici';
import { type OperationOptions, waitForOperation } from 'unsleep/operation';

type Follow = (start: string, options: OperationOptions) => Promise<unknown>;

/** The global `fetch` polls by itself. */
const withFetch: Follow = (start, options) =>
  waitForOperation((signal) => fetch(start, { method: 'POST', signal }), options);

/** Its answers do not say where they came from, and relative addresses need to know. */
const withUndici: Follow = (start, options) =>
  waitForOperation(async (signal) => ({ ...(await request(start, { method: 'POST', signal })), url: start }), {
    ...options,
    poll: ({ url = '' }, signal) => request(url, { signal }),
  });

const withKy: Follow = (start, options) =>
  waitForOperation((signal) => ky.post(start, { signal, retry: 0, timeout: false }), {
    ...options,
    poll: ({ url = '' }, signal) => ky.get(url, { signal, retry: 0, timeout: false, redirect: 'manual' }),
  });

const withGot: Follow = (start, options) =>
  waitForOperation((signal) => got.post(start, { signal, retry: { limit: 0 } }), {
    ...options,
    poll: ({ url }, signal) => got.get({ url, signal, retry: { limit: 0 }, followRedirect: false }),
  });

const withAxios: Follow = (start, options) =>
  waitForOperation((signal) => axios.post(start, undefined, { signal }), {
    ...options,
    poll: ({ url = '' }, signal) => axios.get(url, { signal, maxRedirects: 0 }),
  });

/** By the name of the client. */
export const clients: ReadonlyMap<string, Follow> = new Map([
  ['fetch', withFetch],
  ['undici', withUndici],
  ['ky', withKy],
  ['got', withGot],
  ['axios', withAxios],
]);

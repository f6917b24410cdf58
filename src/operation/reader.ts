import { isTransient } from 'unsleep';
import { isSameOrigin, refusalOf } from './allowed-address.ts';
import type { StatusResponse } from './dialect.ts';
import { headOf } from './head-of.ts';
import { locationIn } from './location.ts';
import type { ReadingSettings } from './options.ts';
import type { ReadLimits } from './read-bytes.ts';
import { StatusError } from './status-error.ts';
import { toStatusResponse } from './to-status-response.ts';
import type { OperationToken } from './token.ts';

/** An address that must not be asked. */
export class RefusedAddress extends Error {}

/** What an address is read for: a result may be on another origin, and then gets no credentials. */
export type Purpose = 'status' | 'result';

const REDIRECTS: readonly number[] = [301, 302, 307, 308];
const MOST_REDIRECTS = 10;

/** Asks the server. The only place from which requests go out. */
export class Reader {
  readonly #settings: ReadingSettings;
  /** Where the request went that started the operation: what is on the same origin may be asked. */
  readonly #home: () => string;
  /** The answer that is being read: what is known of it when it does not come to its end. */
  head: StatusResponse | undefined;
  /** Where redirects can only be followed unseen, as in browsers. */
  #mode: RequestRedirect = 'manual';

  constructor(settings: ReadingSettings, home: () => string) {
    this.#settings = settings;
    this.#home = home;
  }

  /** Why this address must not be asked, if it must not. */
  refusal(url: string, purpose: Purpose): string | undefined {
    const { allowOrigin } = this.#settings;
    return refusalOf(url, this.#home(), { kind: purpose, ...(allowOrigin && { allowOrigin }) });
  }

  /** Reads an address of the operation. @throws RefusedAddress; whatever the client throws */
  async read(token: OperationToken, url: string, purpose: Purpose, signal: AbortSignal): Promise<StatusResponse> {
    const { poll } = this.#settings;
    const isAway = purpose === 'result' && !isSameOrigin(url, this.#home());
    if (!poll || isAway) return this.#follow(url, purpose, conditional(token, purpose), signal);
    // Without an address it is known by its name, or by whatever else a dialect remembers.
    if (url !== '') this.#check(url, purpose);
    return await this.#answerOf(async () => poll({ ...token, url }, signal), url, signal);
  }

  /** Sends something else to the origin of the operation. @throws StatusError unless the answer is a 2xx */
  async send(url: string, init: RequestInit, signal: AbortSignal): Promise<StatusResponse> {
    this.#check(url, 'status');
    const response = await this.#answerOf(() => this.#request(url, init, signal), url, signal);
    if (response.status < 200 || response.status > 299) throw new StatusError(response);
    return response;
  }

  /** Follows redirects by itself: each address is checked, and a 303 must be seen, as it says that the operation is over. */
  async #follow(url: string, purpose: Purpose, init: RequestInit, signal: AbortSignal): Promise<StatusResponse> {
    let address = url;
    for (let redirects = 0; ; redirects++) {
      this.#check(address, purpose);
      const target = address;
      const response = await this.#answerOf(() => this.#request(target, init, signal), target, signal);
      // A browser may have been sent elsewhere unseen.
      this.#check(response.url, purpose);
      if (!REDIRECTS.includes(response.status)) return response;
      const next = locationIn(response, 'location');
      if (!next) return response;
      if (redirects === MOST_REDIRECTS) {
        throw new StatusError({
          ...response,
          body: undefined,
          unreadable: `redirected more than ${MOST_REDIRECTS} times`,
        });
      }
      address = next;
    }
  }

  async #request(url: string, init: RequestInit, signal: AbortSignal): Promise<Response> {
    // By its name: browsers refuse a fetch whose `this` is not the window.
    const { fetch, fetchResult, headers } = this.#settings;
    const redirect = this.#mode;
    let response: Response;
    if (isSameOrigin(url, this.#home()) || this.#isAllowed(url)) {
      const own = new Headers(typeof headers === 'function' ? await headers() : headers);
      new Headers(init.headers).forEach((value, name) => {
        own.set(name, value);
      });
      response = await fetch(url, { ...init, headers: own, signal, redirect });
    } else {
      response = await fetchResult(url, { signal, redirect, credentials: 'omit', referrerPolicy: 'no-referrer' });
    }
    if (response.type !== 'opaqueredirect') return response;
    this.#mode = 'follow';
    return this.#request(url, init, signal);
  }

  /** Whether another origin is one that the user vouches for. */
  #isAllowed(url: string): boolean {
    return this.refusal(url, 'status') === undefined;
  }

  #check(url: string, purpose: Purpose): void {
    const because = this.refusal(url, purpose);
    if (because !== undefined) throw new RefusedAddress(because);
  }

  /** An error with a response, as clients throw for any status that is no 2xx, is that answer. */
  async #answerOf(ask: () => Promise<unknown>, url: string, signal: AbortSignal): Promise<StatusResponse> {
    let answer: unknown;
    try {
      answer = await ask();
    } catch (error) {
      const { response } = Object(error) as { response?: unknown };
      if (typeof response !== 'object' || response === null) throw error;
      answer = response;
    }
    const response = await this.#whole(answer, { maxBytes: this.#settings.maxBytes, signal });
    return response.url === '' ? { ...response, url } : response;
  }

  /** A refusal counts by its status and its headers, though its body breaks off. */
  async #whole(answer: unknown, limits: ReadLimits): Promise<StatusResponse> {
    const head = await toStatusResponse(headOf(answer), limits);
    this.head = head;
    try {
      return await toStatusResponse(answer, limits);
    } catch (error) {
      if (limits.signal?.aborted || head.status < 300 || !isTransient(error)) throw error;
      return { ...head, unreadable: 'its body broke off' };
    }
  }
}

function conditional({ version }: OperationToken, purpose: Purpose): RequestInit {
  // Only what looks like one is an ETag: other dialects keep other versions.
  const isTag = purpose === 'status' && version !== undefined && /^(W\/)?"/.test(version);
  return isTag ? { headers: { 'if-none-match': version } } : {};
}

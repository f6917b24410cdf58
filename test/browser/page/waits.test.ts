import {
  consistently,
  eventually,
  isTransient,
  on,
  pendingWaits,
  type WakeSource,
  waitFor,
  waitForEvent,
  waitForStatus,
} from 'unsleep';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

const onlyEvents = { interval: '1h', timeout: '10s' } as const;

beforeEach(() => {
  document.body.innerHTML = '<button>save</button><output></output>';
});

afterEach(() => {
  expect(pendingWaits(), 'waits left behind').toEqual([]);
});

function part<Name extends 'button' | 'output'>(name: Name): HTMLElementTagNameMap[Name] {
  return document.querySelector(name) as HTMLElementTagNameMap[Name];
}

describe('what a page does', () => {
  test('is seen by a look', async () => {
    setTimeout(() => part('output').append(document.createElement('b')), 20);
    const bold = await waitFor(() => document.querySelector('b'));
    expect(bold.localName).toBe('b');
  });

  test('passes an assertion in the end', async () => {
    setTimeout(() => part('output').append('saved'), 20);
    await eventually(() => expect(part('output').textContent).toBe('saved'));
  });

  test('is told by an element in the message', async () => {
    part('button').disabled = true;
    const waiting = waitFor(() => part('button'), { until: (button) => !button.disabled, timeout: 50 });
    await expect(waiting).rejects.toThrow('<button disabled="">save</button>');
  });

  test('must stay so', async () => {
    setTimeout(() => part('button').remove(), 20);
    await expect(consistently(() => part('button') !== null, { for: '1s' })).rejects.toThrow('false');
    await consistently(() => part('button') === null, { for: 30 });
  });

  test('goes on between two looks, though there is no pause', async () => {
    let [frames, messages] = [0, 0];
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => messages++;
    const paint = () => {
      port2.postMessage('painted');
      if (++frames < 3) requestAnimationFrame(paint);
    };
    requestAnimationFrame(paint);
    await waitFor(() => frames === 3 && messages === 3, { interval: 0 });
    port1.close();
  });
});

describe('an event of a page', () => {
  test('is waited for, and comes with its type', async () => {
    const [event] = await waitForEvent(part('button'), 'click', { trigger: () => part('button').click() });
    expect(event.target).toBe(part('button'));
    expect(event).toBeInstanceOf(MouseEvent);
  });

  test('bubbles to where it is waited for, past those that do not pass', async () => {
    const send = (detail: number) => part('button').dispatchEvent(new CustomEvent('moved', { bubbles: true, detail }));
    const [event] = await waitForEvent(document, 'moved', {
      filter: (event) => (event as CustomEvent).detail === 2,
      trigger: () => [1, 2].map(send),
    });
    expect((event as CustomEvent).detail).toBe(2);
  });

  test('may be the abort of a signal', async () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort('enough'), 20);
    await waitForEvent(controller.signal, 'abort');
    expect(controller.signal.reason).toBe('enough');
  });

  test('that tells of an error fails the wait with that error', async () => {
    const [target, error] = [new EventTarget(), new Error('no such script')];
    const trigger = () => target.dispatchEvent(new ErrorEvent('error', { error }));
    await expect(waitForEvent(target, 'load', { trigger })).rejects.toBe(error);
  });

  test('wakes a wait', async () => {
    let clicks = 0;
    part('button').addEventListener('click', () => clicks++);
    setTimeout(() => part('button').click(), 20);
    await waitFor(() => clicks, { ...onlyEvents, wakeOn: on(part('button'), 'click') });
  });

  test('wakes a wait by way of an observer', async () => {
    const changed: WakeSource = (wake) => {
      const observer = new MutationObserver(() => wake());
      observer.observe(document.body, { subtree: true, childList: true });
      return () => observer.disconnect();
    };
    setTimeout(() => part('output').append('saved'), 20);
    await waitFor(() => part('output').textContent, { ...onlyEvents, wakeOn: changed });
  });

  test('is heard by one listener, however many wait, and by none afterwards', async () => {
    const button = part('button');
    const [added, removed] = [vi.spyOn(button, 'addEventListener'), vi.spyOn(button, 'removeEventListener')];
    let clicks = 0;
    const waits = [1, 2, 3].map(() => waitFor(() => clicks, { ...onlyEvents, wakeOn: on(button, 'click') }));
    clicks = 1;
    button.click();
    await Promise.all(waits);
    expect(added).toHaveBeenCalledOnce();
    expect(removed.mock.calls).toEqual(added.mock.calls);
  });

  test('of another window is one all the same, and so are its errors and signals', async () => {
    const frame = document.createElement('iframe');
    document.body.append(frame);
    const inner = frame.contentWindow as Window & typeof globalThis;
    const [event] = await waitForEvent(inner as EventTarget, 'x', {
      trigger: () => inner.dispatchEvent(new inner.Event('x')),
    });
    expect(event).toBeInstanceOf(inner.Event);
    const cause = new inner.TypeError('theirs');
    const message = expect.stringContaining('TypeError: theirs');
    const rejected = eventually(() => Promise.reject(cause), { timeout: 30 });
    await expect(rejected).rejects.toMatchObject({ message, cause });
    const controller = new inner.AbortController();
    const aborted = waitFor(() => false, { signal: controller.signal });
    controller.abort('gone');
    await expect(aborted).rejects.toBe('gone');
  });
});

describe('an abort', () => {
  test('ends a wait in the same turn, and leaves no listener', async () => {
    const controller = new AbortController();
    const { signal } = controller;
    const [added, removed] = [vi.spyOn(signal, 'addEventListener'), vi.spyOn(signal, 'removeEventListener')];
    const waiting = waitFor(() => false, { signal });
    const reason = { any: 'value' };
    controller.abort(reason);
    await expect(waiting).rejects.toBe(reason);
    expect(added).toHaveBeenCalledOnce();
    expect(removed).toHaveBeenCalledOnce();
  });

  test('is no unhandled rejection when nobody listens, and neither is what a cut look says late', async () => {
    const unhandled = vi.fn((event: Event) => event.preventDefault());
    addEventListener('unhandledrejection', unhandled);
    const controller = new AbortController();
    void waitFor(() => false, { signal: controller.signal });
    controller.abort();
    const late = new Promise<boolean>((_, reject) => {
      setTimeout(() => reject(new Error('late')), 60);
    });
    await expect(waitFor(() => late, { timeout: 20 })).rejects.toMatchObject({ name: 'WaitTimeoutError' });
    await waitFor(({ elapsed }) => elapsed > 100);
    removeEventListener('unhandledrejection', unhandled);
    expect(unhandled).not.toHaveBeenCalled();
  });

  test('by the deadline of `AbortSignal.timeout` is a timeout with a diagnosis', async () => {
    const waiting = waitFor(() => false, { signal: AbortSignal.timeout(30), name: 'the moon' });
    await expect(waiting).rejects.toMatchObject({
      name: 'WaitTimeoutError',
      message: expect.stringMatching(/^the moon: not within the \d+ ms of its signal/),
    });
  });
});

describe('a status read with fetch', () => {
  async function read(id: string, signal?: AbortSignal): Promise<{ status: string }> {
    const response = await fetch(`/migrations/${id}`, signal ? { signal } : {});
    if (!response.ok) throw Object.assign(new Error(`HTTP ${response.status}`), { response });
    return response.json();
  }

  test('is followed to its end, past an answer that says nothing', async () => {
    const seen: unknown[] = [];
    const answer = await waitForStatus(() => read('works'), {
      target: 'completed',
      failure: ['error'],
      interval: 5,
      onLook: (record) => seen.push('error' in record ? String(record.error) : record.value),
    });
    expect(answer.status).toBe('completed');
    expect(seen).toMatchObject(['Error: HTTP 503', { status: 'running' }, { status: 'completed' }]);
  });

  test('fails at once when it means failure', async () => {
    const options = { target: 'completed', failure: ['error'], name: 'migration 7' };
    await expect(waitForStatus(() => read('fails'), options)).rejects.toThrow(
      "migration 7: status 'error' means failure",
    );
  });

  test('that has no answer is cut and asked again', async () => {
    const cut: unknown[] = [];
    const condition = ({ attempt, signal }: { attempt: number; signal: AbortSignal }) => {
      const reading = read(attempt === 1 ? 'hangs' : 'fails', signal);
      reading.catch((error) => cut.push(error === signal.reason));
      return reading;
    };
    await waitFor(condition, { attemptTimeout: 500, interval: 5 });
    expect(cut).toEqual([true]);
  });

  test('of a server that is not there is asked again', async () => {
    const refused = await fetch('http://localhost:9/').catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(TypeError);
    expect(isTransient(refused)).toBe(true);
  });
});

describe('an error', () => {
  test('points to the line that waited', async () => {
    const options = { timeout: 10 };
    const [waiting, here] = [waitFor(() => false, options), new Error('here')];
    const error: Error = await waiting.catch((error) => error);
    expect(firstLine(here)).toContain('waits.test.ts');
    expect(firstLine(error)).toBe(firstLine(here));
  });

  test('points to the line that gave a wrong option', async () => {
    const options = { timeout: 'soon' as '1s' };
    const [waiting, here] = [waitFor(() => false, options), new Error('here')];
    const error: Error = await waiting.catch((error) => error);
    expect(error.message).toContain('`timeout` must be');
    expect(firstLine(error)).toBe(firstLine(here));
  });

  test('and the report of a pending wait name that line', async () => {
    const controller = new AbortController();
    const options = { signal: controller.signal, name: 'it' };
    const [waiting, here] = [waitFor(() => false, options), new Error('here')];
    const [report] = pendingWaits();
    expect(report?.name).toBe('it');
    expect(firstLine({ stack: `    at ${report?.caller}` })).toBe(firstLine(here));
    controller.abort('over');
    await expect(waiting).rejects.toBe('over');
  });
});

/** The line that a stack begins with, without its column: two calls stand in one line. */
function firstLine({ stack = '' }: { stack?: string }): string {
  return /^ +at (.*):\d+\)?$/m.exec(stack)?.[1] ?? '';
}

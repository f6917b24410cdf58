import { expectTypeOf } from 'expect-type';
import { type Dialect, type OperationToken, plain, settleOperation, waitForOperation } from 'unsleep/operation';

declare const token: OperationToken;
declare const sent: Promise<Response>;
declare const post: (signal: AbortSignal) => Promise<Response>;
interface Export {
  readonly size: number;
}

// --- what is waited for

export async function started() {
  expectTypeOf(await waitForOperation(await sent)).toEqualTypeOf<unknown>();
  expectTypeOf(await waitForOperation<Export>(post)).toEqualTypeOf<Export>();
  expectTypeOf(await waitForOperation<Export>(token, { timeout: '10m' })).toEqualTypeOf<Export>();
  // As axios and got give it.
  await waitForOperation({ status: 202, headers: { location: '/jobs/1' }, data: null });
  await waitForOperation({ statusCode: 202, headers: {}, body: '', url: 'https://api.example/jobs' });
  await waitForOperation(JSON.parse('{}') as OperationToken);
}

export async function refused() {
  // @ts-expect-error -- a promise of an answer: await it, or give the function that sends the request
  await waitForOperation(sent);
  // @ts-expect-error -- an address is no answer
  await waitForOperation('https://api.example/jobs/1');
  // @ts-expect-error -- one of three
  await waitForOperation(token, { onAbort: 'stop' });
  // @ts-expect-error -- a duration has a unit
  await waitForOperation(token, { timeout: '5 minutes' });
}

// --- the verdict as data

export async function settled() {
  const verdict = await settleOperation<Export>(token);
  if (verdict.outcome === 'succeeded') {
    expectTypeOf(verdict.value).toEqualTypeOf<Export>();
    // @ts-expect-error -- a success has no error
    verdict.error;
  } else {
    expectTypeOf(verdict.error.known).toEqualTypeOf<boolean>();
    expectTypeOf(verdict.error.token).toEqualTypeOf<OperationToken>();
    // @ts-expect-error -- nothing else has a value
    verdict.value;
  }
}

// --- a dialect tells the type of the result

export async function spoken() {
  const dialect: Dialect<Export> = {
    name: 'own',
    classify: ({ body }) => ({ kind: 'succeeded', value: body as Export }),
  };
  expectTypeOf(await waitForOperation(token, { dialect })).toEqualTypeOf<Export>();
  expectTypeOf(
    await waitForOperation(token, { dialect: plain<Export>({ path: 'job.state' }) }),
  ).toEqualTypeOf<Export>();
  // @ts-expect-error -- none of the observations
  const wrong: Dialect = { name: 'own', classify: () => ({ kind: 'done' }) };
  return wrong;
}

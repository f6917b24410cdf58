import { badRequest, notFound } from '../errors.ts';
import type { FakeNova } from '../fake-nova.ts';
import type { FaultRequest } from '../faults.ts';
import { bodyOf, type HttpApp, type HttpContext } from '../http.ts';
import { notificationStream } from '../notification-stream.ts';
import { objectOf } from '../schema.ts';
import { isStepName, STEP_NAMES, type StepName } from '../step-names.ts';

/** What the routes of our own under `/_fake` need beyond the service itself. */
interface Control {
  readonly nova: () => FakeNova;
  /** Open streams, each by what ends it. */
  readonly streams: Set<() => void>;
  readonly ended: () => Promise<void>;
}

/** Gates, faults, hosts, logs and notifications, for tests in another process. None of it is Nova's. */
export function controlRoutes(app: HttpApp, { nova, streams, ended }: Control): void {
  app.get('/_fake/notifications', (context) => notificationStream(context, nova().notifications, streams));
  app.get('/_fake/scenario', (context) => context.json(nova().scenario));
  app.get('/_fake/requests', (context) => context.json({ requests: nova().requests }));
  app.get('/_fake/journal', (context) => context.json({ journal: nova().journal }));
  app.post('/_fake/reset', (context) => {
    nova().reset();
    return context.body(null, 204);
  });
  app.post('/_fake/hosts/:host/:state', (context) => {
    const { host, state } = context.req.param();
    if (state !== 'up' && state !== 'down') throw badRequest(`A host goes up or down; got '${state}'`);
    refuse(() => nova().host(host)[state]());
    return context.body(null, 204);
  });
  faultRoutes(app, nova);
  gateRoutes(app, nova, ended);
}

function faultRoutes(app: HttpApp, nova: () => FakeNova): void {
  app.get('/_fake/faults', (context) => {
    const faults = nova().faults.map(({ handle, id, match, params, timesLeft }) => {
      return { handle, id, match, params, times: Number.isFinite(timesLeft) ? timesLeft : null };
    });
    return context.json({ faults });
  });
  app.post('/_fake/faults', async (context) => {
    const body = await bodyOf(context);
    const requests = Array.isArray(body) ? body : [body];
    return context.json({ handles: refuse(() => addAll(nova(), requests)) }, 201);
  });
  app.delete('/_fake/faults/:handle', (context) => {
    const handle = context.req.param('handle');
    if (!nova().removeFault(Number(handle))) throw notFound(`There is no fault with handle ${handle}`);
    return context.body(null, 204);
  });
}

/** All of them, or (if one makes no sense) none. */
function addAll(nova: FakeNova, requests: readonly unknown[]): number[] {
  const undo: (() => void)[] = [];
  try {
    return requests.map((request) => {
      undo.push(nova.fault(request as FaultRequest));
      return nova.faults.at(-1)?.handle ?? 0;
    });
  } catch (error) {
    for (const remove of undo) remove();
    throw error;
  }
}

function gateRoutes(app: HttpApp, nova: () => FakeNova, ended: () => Promise<void>): void {
  app.get('/_fake/steps', (context) => context.json({ steps: STEP_NAMES }));
  app.get('/_fake/gates', (context) => {
    const gates = nova().gates.map(({ step, serverId, waiting }) => ({ step, serverId, waiting: waiting() }));
    return context.json({ gates });
  });
  app.post('/_fake/gates', async (context) => {
    const given = objectOf('body', await bodyOf(context), { required: ['step'], optional: ['serverId'] });
    const { serverId } = given;
    if (serverId !== undefined && typeof serverId !== 'string') throw badRequest('`serverId` must be a text');
    const step = stepOf(given['step']);
    nova().gate(step, serverId === undefined ? {} : { serverId });
    return context.json({ step, serverId }, 201);
  });
  app.get('/_fake/gates/:step/reached', async (context) => {
    const step = stepOf(context.req.param('step'));
    const gate = nova().gates.find((one) => one.step === step);
    if (!gate) throw notFound(`There is no gate at ${step}`);
    const serverId = await Promise.race([gate.reached, ended()]);
    return context.json({ serverId });
  });
  app.delete('/_fake/gates/:step', (context: HttpContext) => {
    nova().release(stepOf(context.req.param('step')));
    return context.body(null, 204);
  });
}

function stepOf(name: unknown): StepName {
  if (isStepName(name)) return name;
  throw badRequest(`There is no step ${JSON.stringify(name)}; GET /_fake/steps lists them`);
}

function refuse<Result>(work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    if (error instanceof RangeError) throw badRequest(error.message);
    throw error;
  }
}

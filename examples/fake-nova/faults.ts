import { type FaultId, type FaultName, type FaultParams, faultId, fillParams } from './fault-catalogue.ts';
import { OPERATIONS, type Operation } from './flow.ts';
import { fork, type Random } from './random.ts';
import { matchesRoute } from './route-pattern.ts';
import { isStepName, type StepName } from './step-names.ts';

/** Where a fault strikes; what is left out matches everything. */
interface FaultMatch {
  readonly operation?: Operation;
  readonly step?: StepName;
  /** E.g. `GET /servers/{id}` or `/os-migrations`; `{…}`, `:…` and `*` stand for one segment. */
  readonly route?: string;
  readonly serverId?: string;
}

/** One fault as it is asked for. */
export interface FaultRequest {
  readonly id: FaultId | FaultName;
  readonly match?: FaultMatch;
  readonly params?: Readonly<Record<string, unknown>>;
  /** How often it strikes before it goes away. Without it, for ever. */
  readonly times?: number;
  /** Seed of its own chances. Without it, the scenario's. */
  readonly seed?: number;
}

/** Where something happens that a fault could strike. */
export interface Occasion {
  readonly operation?: Operation | undefined;
  readonly step?: StepName | undefined;
  readonly method?: string;
  readonly path?: string;
  readonly serverId?: string | undefined;
}

export interface ActiveFault {
  readonly handle: number;
  readonly id: FaultId;
  readonly match: FaultMatch;
  readonly params: Readonly<Record<string, unknown>>;
  readonly random: Random;
  readonly since: number;
  timesLeft: number;
}

export interface FaultPlan {
  readonly add: (request: FaultRequest) => ActiveFault;
  readonly remove: (handle: number) => boolean;
  readonly list: () => readonly ActiveFault[];
  readonly clear: () => void;
  /** The parameters of the first such fault that matches and is accepted; counts as one of its times. */
  readonly take: <Id extends FaultId>(
    id: Id,
    occasion: Occasion,
    accepts?: (params: FaultParams<Id>, fault: ActiveFault) => boolean,
  ) => FaultParams<Id> | undefined;
}

/** Makes an empty plan. */
export function createFaultPlan(seed: number, now: () => number): FaultPlan {
  const faults: ActiveFault[] = [];
  let handles = 0;
  const remove = (handle: number) => {
    const index = faults.findIndex((fault) => fault.handle === handle);
    if (index >= 0) faults.splice(index, 1);
    return index >= 0;
  };
  return {
    add(request) {
      const checked = checkRequest(request);
      handles += 1;
      const random = fork(request.seed ?? seed, 1000 + handles);
      const fault = { ...checked, handle: handles, random, since: now() };
      faults.push(fault);
      return fault;
    },
    remove,
    list: () => faults,
    clear: () => faults.splice(0),
    take(id, occasion, accepts = () => true) {
      for (const fault of faults) {
        const params = fault.params as FaultParams<typeof id>;
        if (fault.id !== id || !matches(fault.match, occasion) || isOver(fault, now())) continue;
        if (!accepts(params, fault)) continue;
        fault.timesLeft -= 1;
        if (fault.timesLeft <= 0) remove(fault.handle);
        return params;
      }
      return undefined;
    },
  };
}

function isOver(fault: ActiveFault, now: number): boolean {
  const windowMs = Number(fault.params['windowMs'] ?? 0);
  return windowMs > 0 && now - fault.since >= windowMs;
}

function matches(match: FaultMatch, { operation, step, method = '', path = '', serverId }: Occasion): boolean {
  return (
    (match.operation === undefined || match.operation === operation) &&
    (match.step === undefined || match.step === step) &&
    (match.serverId === undefined || match.serverId === serverId) &&
    (match.route === undefined || matchesRoute(match.route, method, path))
  );
}

function checkRequest(request: FaultRequest): Pick<ActiveFault, 'id' | 'match' | 'params' | 'timesLeft'> {
  if (!isObject(request)) throw new RangeError(`A fault must be an object; got ${JSON.stringify(request)}`);
  const id = faultId(request.id);
  if (!id) throw new RangeError(`There is no fault ${JSON.stringify(request.id)}; they are F01 to F35, or their names`);
  const { match = {}, params = {}, times = Number.POSITIVE_INFINITY, seed } = request;
  refuseUnknown('A fault', request, ['id', 'match', 'params', 'times', 'seed']);
  if (!isObject(match)) throw new RangeError(`\`match\` must be an object; got ${JSON.stringify(match)}`);
  if (!isObject(params)) throw new RangeError(`\`params\` must be an object; got ${JSON.stringify(params)}`);
  if (times !== Number.POSITIVE_INFINITY && !(Number.isInteger(times) && times > 0)) {
    throw new RangeError(`\`times\` must be a whole number from 1 up; got ${JSON.stringify(times)}`);
  }
  if (seed !== undefined && !Number.isFinite(seed)) {
    throw new RangeError(`\`seed\` must be a number; got ${JSON.stringify(seed)}`);
  }
  checkMatch(match);
  return { id, match, params: fillParams(id, params), timesLeft: times };
}

function checkMatch(match: FaultMatch): void {
  refuseUnknown('`match`', match, ['operation', 'step', 'route', 'serverId']);
  if (match.operation !== undefined && !OPERATIONS.some((name) => name === match.operation)) {
    const known = OPERATIONS.join(', ');
    throw new RangeError(`There is no operation ${JSON.stringify(match.operation)}; they are: ${known}`);
  }
  if (match.step !== undefined && !isStepName(match.step)) {
    throw new RangeError(`There is no step ${JSON.stringify(match.step)}`);
  }
  for (const key of ['route', 'serverId'] as const) {
    if (match[key] !== undefined && typeof match[key] !== 'string') {
      throw new RangeError(`\`match.${key}\` must be a text; got ${JSON.stringify(match[key])}`);
    }
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function refuseUnknown(subject: string, given: object, known: readonly string[]): void {
  const stray = Object.keys(given).find((key) => !known.includes(key));
  if (stray !== undefined) throw new RangeError(`${subject} has no \`${stray}\`; it has: ${known.join(', ')}`);
}

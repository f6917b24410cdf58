/** One parameter of a fault: what holds without it, and what it may be. */
interface Parameter<Value> {
  readonly fallback: Value;
  readonly says: string;
  readonly accepts: (value: unknown) => value is Value;
}

const NO_HOST = 'No valid host was found. There are not enough hosts available.';

const milliseconds = (fallback: number): Parameter<number> => ({
  fallback,
  says: 'a number from 0 up',
  accepts: (value): value is number => typeof value === 'number' && Number.isFinite(value) && value >= 0,
});

const count = (fallback: number): Parameter<number> => ({
  fallback,
  says: 'a whole number from 0 up',
  accepts: (value): value is number => Number.isInteger(value) && Number(value) >= 0,
});

const text = (fallback: string): Parameter<string> => ({
  fallback,
  says: 'a text',
  accepts: (value): value is string => typeof value === 'string',
});

const flag = (): Parameter<boolean> => ({
  fallback: false,
  says: 'true or false',
  accepts: (value): value is boolean => typeof value === 'boolean',
});

const instant = (): Parameter<number | null> => ({
  fallback: null,
  says: 'a number, or null',
  accepts: (value): value is number | null => value === null || Number.isFinite(value),
});

function choice<const Value extends string | number>(fallback: Value, ...others: Value[]): Parameter<Value> {
  const options = [fallback, ...others];
  return {
    fallback,
    says: `one of ${options.join(', ')}`,
    accepts: (value): value is Value => options.some((option) => option === value),
  };
}

const eventType = text('');
const windowMs = milliseconds(0);

/** Every fault by its id. An empty text means "any"; a window of 0 has no end. */
const FAULTS = {
  F01: {
    name: 'acceptThenFail',
    params: {
      variant: choice('', 'L1', 'L2', 'L3', 'L7', 'C1', 'C3', 'C4', 'C5', 'C6', 'C7', 'E2', 'E3'),
      reason: text(NO_HOST),
    },
  },
  F02: { name: 'noValidHost', params: { reason: text(NO_HOST) } },
  F03: { name: 'rollback', params: { ms: milliseconds(0) } },
  F04: { name: 'preFail', params: { ms: milliseconds(0), reason: text('Failed to prepare the destination.') } },
  F05: { name: 'stuckRunning', params: { sawtooth: flag(), intervalMs: milliseconds(1000) } },
  F06: { name: 'stuckMigrating', params: { variant: choice('a', 'b', 'c'), cleared: flag() } },
  F07: { name: 'neverConfirmed', params: {} },
  F08: { name: 'autoConfirm', params: { ms: milliseconds(0) } },
  F09: { name: 'errorBeforeFault', params: { ms: milliseconds(20) } },
  F10: { name: 'serverAheadOfMigration', params: { ms: milliseconds(20) } },
  F11: { name: 'migrationAheadOfServer', params: { ms: milliseconds(20) } },
  F12: { name: 'hostLag', params: { ms: milliseconds(20) } },
  F13: { name: 'completedThenError', params: { ms: milliseconds(0) } },
  F14: {
    name: 'staleRead',
    params: {
      lagMs: milliseconds(1000),
      at: instant(),
      every: count(1),
      resource: choice('all', 'server', 'migration', 'action'),
    },
  },
  F15: { name: 'conflict409', params: { reason: choice('state', 'service', 'locked'), windowMs } },
  F16: { name: 'writeRace500', params: { winner: choice('post', 'rival', 'nobody') } },
  F17: {
    name: 'unavailable503',
    params: { body: choice('json', 'html'), retryAfter: text(''), windowMs, after: flag() },
  },
  F18: {
    name: 'throttled',
    params: { status: choice(429, 413), retryAfter: count(1), format: choice('seconds', 'date', 'none') },
  },
  F19: { name: 'network', params: { kind: choice('reset', 'hang', 'truncated', '408', '504'), after: flag() } },
  F20: { name: 'gone404', params: { mode: choice('delete', 'once') } },
  F21: {
    name: 'lostNotification',
    params: { eventType, probability: milliseconds(1), windowMs, disconnect: flag() },
  },
  F22: { name: 'duplicateNotification', params: { eventType, copies: count(2), fresh: flag() } },
  F23: { name: 'reorderedNotification', params: { eventType, ms: milliseconds(20) } },
  F24: { name: 'earlyNotification', params: { eventType, ms: milliseconds(20) } },
  F25: { name: 'lateNotification', params: { eventType, ms: milliseconds(1000) } },
  F26: { name: 'strangerNotification', params: { eventType } },
  F27: {
    name: 'staleRecord',
    params: {
      status: text('completed'),
      type: choice('live-migration', 'migration', 'resize', 'evacuation'),
      ageMs: milliseconds(3_600_000),
    },
  },
  F28: { name: 'rescheduled', params: { attempts: count(1) } },
  F29: { name: 'serviceStillUp', params: { windowMs } },
  F30: { name: 'pagedOut', params: { before: count(0), during: count(1), sameServer: flag() } },
  F31: { name: 'nullUpdatedAt', params: {} },
  F32: { name: 'unknownStatus', params: { status: text('running (post-copy)'), after: text('') } },
  F33: { name: 'ghostActive', params: { ms: milliseconds(20) } },
  F34: { name: 'sourceDown', params: { windowMs } },
  F35: { name: 'clockJump', params: { host: text(''), lagMs: milliseconds(60_000) } },
} as const satisfies Record<string, { name: string; params: Record<string, Parameter<unknown>> }>;

export type FaultId = keyof typeof FAULTS;
export type FaultName = (typeof FAULTS)[FaultId]['name'];

/** The parameters of a fault, each of them filled in. */
export type FaultParams<Id extends FaultId> = {
  readonly [Key in keyof (typeof FAULTS)[Id]['params']]: (typeof FAULTS)[Id]['params'][Key] extends Parameter<
    infer Value
  >
    ? Value
    : never;
};

/** Finds a fault by its id or its name. */
export function faultId(text: unknown): FaultId | undefined {
  return (Object.keys(FAULTS) as FaultId[]).find((id) => id === text || FAULTS[id].name === text);
}

/**
 * Fills in the parameters of a fault.
 * @throws RangeError for a parameter that the fault does not have, or a value that it cannot be.
 */
export function fillParams(id: FaultId, given: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const known: Readonly<Record<string, Parameter<unknown>>> = FAULTS[id].params;
  for (const [key, value] of Object.entries(given)) {
    const parameter = Object.hasOwn(known, key) ? known[key] : undefined;
    const has = Object.keys(known).join(', ') || 'none';
    if (!parameter) throw new RangeError(`${id} (${FAULTS[id].name}) has no parameter \`${key}\`; it has: ${has}`);
    if (!parameter.accepts(value)) {
      throw new RangeError(`\`${key}\` of ${id} must be ${parameter.says}; got ${JSON.stringify(value)}`);
    }
  }
  const fallbacks = Object.entries(known).map(([key, { fallback }]) => [key, fallback]);
  return { ...Object.fromEntries(fallbacks), ...given };
}

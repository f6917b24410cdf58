import type { StepName } from './step-names.ts';

/** A place where flows stand still until it is released. */
export interface Gate {
  readonly step: StepName;
  readonly serverId: string | undefined;
  /** Settles once a flow stands at the gate, with the id of its server. */
  readonly reached: Promise<string>;
  /** The servers whose flows stand here now. */
  readonly waiting: () => readonly string[];
  /** Frees the flows that stand here, and leaves the gate for the next ones. */
  readonly pass: () => void;
  /** Frees the flows that stand here, and takes the gate away. */
  readonly release: () => void;
}

export interface Gates {
  readonly add: (step: StepName, options?: { readonly serverId?: string }) => Gate;
  readonly release: (step: StepName) => void;
  readonly list: () => readonly Gate[];
  /** Holds the flow if a gate stands in its way. The given function takes it out again without going on. */
  readonly hold: (step: StepName, serverId: string, go: () => void) => (() => void) | undefined;
  readonly clear: () => void;
}

interface Held {
  readonly serverId: string;
  readonly go: () => void;
}

interface OpenGate extends Gate {
  readonly held: Set<Held>;
  readonly arrive: (serverId: string) => void;
}

/** Makes a set of gates, none of them shut yet. */
export function createGates(): Gates {
  const gates = new Set<OpenGate>();
  return {
    add(step, { serverId } = {}) {
      const gate = createGate(step, serverId, () => gates.delete(gate));
      gates.add(gate);
      return gate;
    },
    release(step) {
      for (const gate of [...gates]) if (gate.step === step) gate.release();
    },
    list: () => [...gates],
    hold(step, serverId, go) {
      const gate = [...gates].find(
        (open) => open.step === step && (open.serverId === undefined || open.serverId === serverId),
      );
      if (!gate) return undefined;
      const held = { serverId, go };
      gate.held.add(held);
      gate.arrive(serverId);
      return () => gate.held.delete(held);
    },
    clear: () => gates.clear(),
  };
}

function createGate(step: StepName, serverId: string | undefined, remove: () => void): OpenGate {
  const held = new Set<Held>();
  let arrive: (serverId: string) => void = () => {};
  const reached = new Promise<string>((resolve) => {
    arrive = resolve;
  });
  const pass = () => {
    const standing = [...held];
    held.clear();
    for (const { go } of standing) go();
  };
  return {
    step,
    serverId,
    reached,
    held,
    arrive: (id) => arrive(id),
    waiting: () => [...held].map((one) => one.serverId),
    pass,
    release() {
      remove();
      pass();
    },
  };
}

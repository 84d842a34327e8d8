import { setImmediate as drained } from 'node:timers/promises';
import type { Clock } from '#stage/clock';
import { chanceFrom, type Chance } from './chance.ts';

// The modelled world: every operation of a port is an effect that happens when the schedule says so. Between two
// effects all promises run dry, so that a seed decides the whole interleaving.

/** A process, or the outside. */
export interface Actor {
  readonly name: string;
  /** Dead actors get no answers. What they had under way may still happen: it was on the wire. */
  isAlive: boolean;
  /** Frozen actors get no answers for now; what they had under way may still happen. */
  isFrozen: boolean;
}

/** How a port's operations get their turn. */
export interface Turns {
  readonly chance: Chance;
  /** A request to a server: it may take effect although its process died or froze meanwhile. */
  turn<T>(actor: Actor, name: string, effect: () => T): Promise<T>;
  /** Something that reaches the process itself: it waits until the process is awake, and dies with it. */
  tell<T>(actor: Actor, name: string, effect: () => T): Promise<T>;
  /** Counts a fault or a branch that was met. */
  met(what: string): void;
}

export interface World extends Turns {
  readonly counts: Map<string, number>;
  clockOf(actor: Actor): Clock;
  /** What the actor had under way never happens. For dead ones. */
  forget(actor: Actor): void;
  nowMs(): number;
  /** One scheduling step; false when nothing can happen any more. */
  step(): Promise<boolean>;
}

interface Operation {
  readonly actor: Actor;
  readonly name: string;
  readonly isInward: boolean;
  /** The step before which it is on its way. */
  readonly notBefore: number;
  /** Takes effect; returns what delivers the answer. */
  readonly run: () => () => void;
}

interface Sleeper {
  readonly atMs: number;
  readonly actor: Actor;
  readonly wake: () => void;
}

/** How often time moves on although something else could happen. */
const CLOCK_SHARE = 0.04;
/** How often what a dead process had under way still happens. */
const ON_THE_WIRE_SHARE = 0.5;
/** How often a process that is asleep for its group is awake for the answer to what it had under way. */
const SLOW_SHARE = 0.5;
/** How often something of the dead and frozen happens although something else could. */
const LATE_SHARE = 0.1;

/** How often a request is on its way for long: a take-over step, say, that arrives after another take-over. */
const DELAYED_SHARE = 0.02;
const DELAY_STEPS_MAX = 200;

/** Gets a line for everything that happens, to read what a seed did. */
export type Trace = (line: string) => void;

export function createWorld(seed: number, counts: Map<string, number>, trace: Trace | null = null): World {
  const chance = chanceFrom(seed);
  let operations: Operation[] = [];
  let sleepers: Sleeper[] = [];
  let nowMs = 0;
  let steps = 0;

  function met(what: string): void {
    trace?.(`* ${what}`);
    counts.set(what, (counts.get(what) ?? 0) + 1);
  }

  function wakeNext(): boolean {
    sleepers = sleepers.filter(({ actor }) => actor.isAlive);
    const awake = sleepers.filter(({ actor }) => !actor.isFrozen);
    if (awake.length === 0) return false;
    const first = awake.reduce((a, b) => (b.atMs < a.atMs ? b : a));
    sleepers.splice(sleepers.indexOf(first), 1);
    nowMs = Math.max(nowMs, first.atMs);
    trace?.(`${first.actor.name} wakes at ${Math.round(nowMs)} ms`);
    first.wake();
    return true;
  }

  function take(from: readonly Operation[]): Operation {
    const operation = chance.pick(from);
    operations.splice(operations.indexOf(operation), 1);
    return operation;
  }

  function runLate(late: readonly Operation[]): void {
    const { actor, name, run } = take(late);
    trace?.(`${actor.name} ${name}, late`);
    met(actor.isAlive ? 'effect-of-frozen' : 'effect-of-dead');
    met(`late-${name}`);
    if (!actor.isAlive) {
      if (chance.of(ON_THE_WIRE_SHARE)) run();
      return;
    }
    const answer = run();
    if (chance.of(SLOW_SHARE)) answer();
    else
      operations.push({ actor, name: `${name} answered`, isInward: true, notBefore: 0, run: () => answer });
  }

  function runOne(): boolean {
    let ready: Operation[] = [];
    const late: Operation[] = [];
    const delayed: Operation[] = [];
    for (const operation of operations) {
      const { actor, isInward, notBefore } = operation;
      if (!actor.isAlive || actor.isFrozen) {
        if (!isInward) late.push(operation);
      } else if (notBefore > steps) delayed.push(operation);
      else ready.push(operation);
    }
    if (ready.length === 0) ready = delayed;
    if (late.length > 0 && chance.of(LATE_SHARE)) {
      runLate(late);
      return true;
    }
    if (ready.length === 0) return false;
    const { actor, name, run } = take(ready);
    trace?.(`${actor.name} ${name}`);
    run()();
    return true;
  }

  function queue<T>(actor: Actor, name: string, isInward: boolean, effect: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      // The dead ask for nothing.
      if (!actor.isAlive) return;
      const run = (): (() => void) => {
        try {
          const result = effect();
          return () => resolve(result);
        } catch (error) {
          return () => reject(error as Error);
        }
      };
      const isDelayed = !isInward && chance.of(DELAYED_SHARE);
      if (isDelayed) met(`delayed-${name}`);
      const notBefore = isDelayed ? steps + chance.below(DELAY_STEPS_MAX) : 0;
      operations.push({ actor, name, isInward, notBefore, run });
    });
  }

  return {
    chance,
    counts,
    met,
    nowMs: () => nowMs,
    forget(actor) {
      operations = operations.filter((operation) => operation.actor !== actor);
    },
    turn: (actor, name, effect) => queue(actor, name, false, effect),
    tell: (actor, name, effect) => queue(actor, name, true, effect),
    clockOf: (actor) => ({
      now: () => nowMs,
      sleep: (ms) => new Promise((wake) => sleepers.push({ atMs: nowMs + ms, actor, wake })),
      random: () => chance.next(),
    }),
    async step() {
      steps += 1;
      const hasRun = chance.of(CLOCK_SHARE) ? wakeNext() || runOne() : runOne() || wakeNext();
      await drained();
      if (operations.length > OPERATIONS_MAX) operations = operations.slice(-OPERATIONS_MAX);
      return hasRun;
    },
  };
}

/** Beyond any honest number of operations under way: a runaway shows as a schedule that doesn't end. */
const OPERATIONS_MAX = 10_000;

/** Turns without a schedule: each effect on the next turn of the event loop. For the log's contract suite. */
export function immediateTurns(): Turns {
  const turn: Turns['turn'] = async (_actor, _name, effect) => {
    await drained();
    return effect();
  };
  return { chance: chanceFrom(1), turn, tell: turn, met: () => undefined };
}

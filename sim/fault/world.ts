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
  turn<T>(actor: Actor, name: string, effect: () => T): Promise<T>;
  /** Counts a fault or a branch that was met. */
  met(what: string): void;
}

export interface World extends Turns {
  readonly counts: Map<string, number>;
  clockOf(actor: Actor): Clock;
  /** What the actor had under way never happens. */
  forget(actor: Actor): void;
  nowMs(): number;
  /** One scheduling step; false when nothing can happen any more. */
  step(): Promise<boolean>;
}

interface Operation {
  readonly actor: Actor;
  readonly name: string;
  readonly run: (answers: boolean) => void;
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

/** Gets a line for everything that happens, to read what a seed did. */
export type Trace = (line: string) => void;

export function createWorld(seed: number, counts: Map<string, number>, trace: Trace | null = null): World {
  const chance = chanceFrom(seed);
  let operations: Operation[] = [];
  let sleepers: Sleeper[] = [];
  let nowMs = 0;

  function met(what: string): void {
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

  function runOne(): boolean {
    const ready = operations.filter(({ actor }) => actor.isAlive && !actor.isFrozen);
    const late = operations.filter(({ actor }) => !actor.isAlive || actor.isFrozen);
    if (late.length > 0 && chance.of(0.1)) {
      const operation = chance.pick(late);
      trace?.(`${operation.actor.name} ${operation.name}, late`);
      operations.splice(operations.indexOf(operation), 1);
      // A frozen process will read its answer when it wakes; the write itself is with the server already.
      if (operation.actor.isAlive) operation.run(true);
      else if (chance.of(ON_THE_WIRE_SHARE)) operation.run(false);
      met(operation.actor.isAlive ? 'effect-of-frozen' : 'effect-of-dead');
      return true;
    }
    if (ready.length === 0) return false;
    const operation = chance.pick(ready);
    trace?.(`${operation.actor.name} ${operation.name}`);
    operations.splice(operations.indexOf(operation), 1);
    operation.run(true);
    return true;
  }

  return {
    chance,
    counts,
    met,
    nowMs: () => nowMs,
    forget(actor) {
      operations = operations.filter((operation) => operation.actor !== actor);
    },
    turn(actor, name, effect) {
      return new Promise((resolve, reject) => {
        const run = (answers: boolean): void => {
          try {
            const result = effect();
            if (answers && actor.isAlive) resolve(result);
          } catch (error) {
            if (answers && actor.isAlive) reject(error as Error);
          }
        };
        operations.push({ actor, name, run });
      });
    },
    clockOf: (actor) => ({
      now: () => nowMs,
      sleep: (ms) => new Promise((wake) => sleepers.push({ atMs: nowMs + ms, actor, wake })),
      random: () => chance.next(),
    }),
    async step() {
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
  return {
    chance: chanceFrom(1),
    turn: async (_actor, _name, effect) => {
      await drained();
      return effect();
    },
    met: () => undefined,
  };
}

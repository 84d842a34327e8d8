import { byCodeUnit } from '../canonical.ts';
import { isPeriod, type Calendar } from './calendar.ts';
import { atomsOf, type Atom } from './condition.ts';
import { metricsRead, conditionsRead, statisticId, type Metric, type Statistic } from './formula.ts';
import { conditionsOfLadder, type Ladder } from './ladder.ts';
import type { Periods } from './read-window.ts';

// What depends on what within a bundle, and in which order things are worked out.

export function periodsOf(calendars: readonly Calendar[]): Periods {
  return new Map(
    calendars
      .filter(isPeriod)
      .flatMap(({ id, rhythm }) => ('toDay' in rhythm ? [[id, rhythm] as const] : [])),
  );
}

/** Each after what it reads, otherwise as written. What goes in circles is left as written: a finding says so. */
export function inOrderOfReading(metrics: readonly Metric[]): readonly Metric[] {
  return inOrder(metrics, readBy);
}

export function inOrderOfAsking(ladders: readonly Ladder[]): readonly Ladder[] {
  return inOrder(ladders, askedBy);
}

/** Metrics that a metric reads, those of its conditions among them. */
export function readBy({ formula }: Metric): readonly string[] {
  const asked = conditionsRead(formula).flatMap(atomsOf);
  return [...new Set([...metricsRead(formula), ...asked.flatMap(metricsOfAtom)])];
}

/** Ladders that a ladder asks about. */
export function askedBy(ladder: Ladder): readonly string[] {
  const atoms = conditionsOfLadder(ladder).flatMap(atomsOf);
  return [...new Set(atoms.flatMap((atom) => ('ladder' in atom ? [atom.ladder] : [])))];
}

function metricsOfAtom(atom: Atom): readonly string[] {
  if (!('metric' in atom)) return [];
  return 'than' in atom ? [atom.metric, atom.than] : [atom.metric];
}

interface Thing {
  readonly id: string;
}

function inOrder<T extends Thing>(
  things: readonly T[],
  neededBy: (thing: T) => readonly string[],
): readonly T[] {
  const byId = new Map(things.map((thing) => [thing.id, thing]));
  const done = new Set<T>();
  const open = new Set<T>();
  const visit = (thing: T): void => {
    if (done.has(thing) || open.has(thing)) return;
    open.add(thing);
    for (const id of neededBy(thing)) {
      const needed = byId.get(id);
      if (needed !== undefined) visit(needed);
    }
    open.delete(thing);
    done.add(thing);
  };
  for (const thing of things) visit(thing);
  return [...done];
}

/** The things that lie in a circle, in order. */
export function inCircles<T extends Thing>(
  things: readonly T[],
  neededBy: (thing: T) => readonly string[],
): readonly T[] {
  const byId = new Map(things.map((thing) => [thing.id, thing]));
  const reaches = (from: T, to: string): boolean => {
    const seen = new Set<string>();
    const next = [...neededBy(from)];
    for (let id = next.pop(); id !== undefined; id = next.pop()) {
      if (id === to) return true;
      const thing = byId.get(id);
      if (seen.has(id) || thing === undefined) continue;
      seen.add(id);
      next.push(...neededBy(thing));
    }
    return false;
  };
  return things.filter((thing) => reaches(thing, thing.id));
}

/** What ranks and means of these metrics need to be known of groups, in order of id. */
export function statisticsOf(metrics: readonly Metric[]): readonly Statistic[] {
  const found = new Map<string, Statistic>();
  for (const { formula } of metrics) {
    const metric = 'rank' in formula ? formula.rank : 'mean' in formula ? formula.mean : null;
    if (metric === null || !('by' in formula) || !('rank' in formula || 'mean' in formula)) continue;
    const id = statisticId(metric, formula.by);
    const cuts = 'rank' in formula ? formula.cutsBps : [];
    const before = found.get(id)?.cutsBps ?? [];
    const cutsBps = [...new Set([...before, ...cuts])].sort((a, b) => a - b);
    found.set(id, { id, metric, by: formula.by, cutsBps });
  }
  return [...found.values()].sort((a, b) => byCodeUnit(a.id, b.id));
}

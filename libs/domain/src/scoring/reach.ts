import type { Bundle } from '../policy/bundle.ts';
import { atomsOf, type Atom, type Condition } from '../policy/condition.ts';
import { conditionsRead, metricsRead, statisticId, type Metric } from '../policy/formula.ts';
import { conditionsOfLadder } from '../policy/ladder.ts';
import { FACT } from './fact.ts';
import { mark, type Marks } from './marks.ts';

// What is to be worked out anew when something changes: a bundle is turned round, from what each thing reads to who
// reads it. A record then costs what it touches, however large the bundle is around it.

/** Who reads something, by place: metrics (and, last, headroom), ladders, atoms of programmes. */
export interface Reach {
  readonly metrics: readonly number[];
  readonly ladders: readonly number[];
  readonly atoms: readonly number[];
}

/** Reads something is kept under its name: `metric:<id>`, `state:<id>`, `age:<instant>`, `fact:<place>`, a list. */
export type ReachOf = (source: string) => Reach;

export const NO_REACH: Reach = { metrics: [], ladders: [], atoms: [] };

export function reachOf(bundle: Bundle, atoms: readonly Atom[]): ReachOf {
  const found = new Map<string, { metrics: number[]; ladders: number[]; atoms: number[] }>();
  const note = (kind: keyof Reach, at: number, sources: readonly string[]): void => {
    for (const source of new Set(sources)) {
      let reach = found.get(source);
      if (reach === undefined) found.set(source, (reach = { metrics: [], ladders: [], atoms: [] }));
      reach[kind].push(at);
    }
  };
  for (const [at, metric] of bundle.metrics.entries()) note('metrics', at, sourcesOf(metric));
  const { replies } = bundle.capacity;
  const states = ['state:declaredPerDay', 'state:stockUnits', 'state:overdueOrders'];
  note('metrics', bundle.metrics.length, replies === null ? states : [...states, `metric:${replies.metric}`]);
  for (const [at, ladder] of bundle.ladders.entries()) {
    note('ladders', at, conditionsOfLadder(ladder).flatMap(sourcesOfCondition));
  }
  for (const [at, atom] of atoms.entries()) note('atoms', at, sourcesOfAtom(atom));
  return (source) => found.get(source) ?? NO_REACH;
}

/** What waits on a merchant's row to be worked out anew. */
export interface Waiting {
  readonly metricMarks: Marks;
  readonly ladderMarks: Marks;
  readonly atomMarks: Marks;
}

export function markReach(waiting: Waiting, { metrics, ladders, atoms }: Reach): void {
  if (metrics.length > 0) mark(waiting.metricMarks, metrics);
  if (ladders.length > 0) mark(waiting.ladderMarks, ladders);
  if (atoms.length > 0) mark(waiting.atomMarks, atoms);
}

/** Besides running totals, whose slots know their readers. */
function sourcesOf({ formula }: Metric): readonly string[] {
  const read = metricsRead(formula).map((id) => `metric:${id}`);
  const asked = conditionsRead(formula).flatMap(sourcesOfCondition);
  if ('state' in formula) return [`state:${formula.state}`];
  if ('answer' in formula) return ['survey'];
  if ('daysSince' in formula) return [`age:${formula.daysSince}`];
  if ('violations' in formula) return ['breaches'];
  if ('distinct' in formula) return factsOf(formula.distinct).map((fact) => `fact:${fact}`);
  if ('rank' in formula) return [...read, `statistic:${statisticId(formula.rank, formula.by)}`];
  // The mean of the others changes nothing of one's own.
  if ('mean' in formula) return [`statistic:${statisticId(formula.mean, formula.by)}`];
  return [...read, ...asked];
}

/** Facts that are added to whenever the list may change; one that is full forgets an order for any mark. */
function factsOf(distinct: 'buyers' | 'defectBuyers'): readonly number[] {
  return distinct === 'buyers'
    ? [FACT.ordersPaid]
    : [FACT.defectOrders, FACT.disputedOrders, FACT.qualityRefundsIn14d];
}

function sourcesOfCondition(condition: Condition): readonly string[] {
  return atomsOf(condition).flatMap(sourcesOfAtom);
}

function sourcesOfAtom(atom: Atom): readonly string[] {
  if ('metric' in atom) {
    return 'than' in atom ? [`metric:${atom.metric}`, `metric:${atom.than}`] : [`metric:${atom.metric}`];
  }
  if ('ladder' in atom) return [`ladder:${atom.ladder}`];
  if ('flag' in atom) return [`flag:${atom.flag}`];
  if ('survey' in atom) return ['survey'];
  if ('category' in atom) return ['category'];
  if ('country' in atom) return ['country'];
  if ('training' in atom) return ['trainings'];
  if ('enrolled' in atom) return ['enrolled'];
  if ('exam' in atom) return ['exams'];
  if ('certification' in atom) return ['certifications'];
  if ('tool' in atom) return ['tools'];
  return 'violation' in atom ? ['violations'] : ['periods'];
}

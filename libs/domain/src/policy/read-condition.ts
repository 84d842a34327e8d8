import { FLAGS, type Atom, type Condition, type Missing } from './condition.ts';
import type { Reader } from './reader.ts';

const OPS = ['>=', '>', '<=', '<', '=', '!='] as const;
const LISTED = ['training', 'enrolled', 'exam', 'certification', 'tool', 'violation', 'during'] as const;
const KINDS =
  'all, any, atLeast, not, metric, tierAtLeast, warned, flag, category, country, ' +
  [...LISTED, 'survey'].join(', ');

/** A condition within so many others is more than anybody reads. */
const DEPTH_MAX = 12;

/** What reading conditions needs to know of the rest of the bundle, and what it leaves for the checks. */
export interface ConditionScope {
  /** The ladder that is meant where none is named. */
  readonly mainLadder: string | null;
  /** Takes where each atom was written. */
  readonly written: Map<Atom, Reader>;
}

/**
 * A condition; an atom without an id gets one from its place, so that it stays the same while its surroundings do.
 * Any of them may carry `waiveIf`.
 */
export function conditionOf(at: Reader, place: string, scope: ConditionScope, depth = 0): Condition {
  if (!at.has('waiveIf')) return bareConditionOf(at, place, scope, depth);
  const waiveIf = conditionOf(at.at('waiveIf'), `${place}.waiver`, scope, depth + 1);
  return { waiveIf, condition: bareConditionOf(at, place, scope, depth) };
}

function bareConditionOf(at: Reader, place: string, scope: ConditionScope, depth: number): Condition {
  if (depth > DEPTH_MAX) {
    at.fail(`must not lie within more than ${DEPTH_MAX} other conditions`);
    return { any: [] };
  }
  const partsAt = (key: string): readonly Condition[] =>
    at
      .at(key)
      .list(1)
      .map((part, i) => conditionOf(part, `${place}.${i}`, scope, depth + 1));
  if (at.has('all')) {
    at.only(['all', 'waiveIf']);
    return { all: partsAt('all') };
  }
  if (at.has('any')) {
    at.only(['any', 'waiveIf']);
    return { any: partsAt('any') };
  }
  if (at.has('atLeast')) {
    at.only(['atLeast', 'of', 'waiveIf']);
    const of = partsAt('of');
    return { atLeast: at.at('atLeast').integer(1, Math.max(1, of.length)), of };
  }
  if (at.has('not')) {
    at.only(['not', 'waiveIf']);
    return { not: conditionOf(at.at('not'), `${place}.not`, scope, depth + 1) };
  }
  const atom = atomOf(at, at.has('id') ? at.at('id').text() : place, scope);
  scope.written.set(atom, at);
  return atom;
}

function atomOf(at: Reader, id: string, { mainLadder }: ConditionScope): Atom {
  const only = (...keys: readonly string[]): void => at.only(['id', ...keys, 'waiveIf']);
  const ladder = (): string => (at.has('ladder') ? at.at('ladder').text() : (mainLadder ?? ''));
  if (at.has('metric')) return metricAtomOf(at, id, only);
  if (at.has('tierAtLeast')) {
    only('tierAtLeast', 'ladder', 'notAssessed');
    return { id, tierAtLeast: at.at('tierAtLeast').text(), ladder: ladder(), missing: missingOf(at) };
  }
  if (at.has('warned')) {
    only('warned', 'ladder');
    return { id, warned: at.at('warned').truth(), ladder: ladder() };
  }
  if (at.has('flag')) {
    only('flag', 'is');
    return { id, flag: at.at('flag').choice(FLAGS), is: at.at('is').truth() };
  }
  for (const kind of ['category', 'country'] as const) {
    if (!at.has(kind)) continue;
    only(kind);
    const places = at
      .at(kind)
      .list(1)
      .map((each) => each.text());
    return { id, [kind]: places } as unknown as Atom;
  }
  for (const kind of LISTED) {
    if (!at.has(kind)) continue;
    only(kind);
    return { id, [kind]: at.at(kind).text() } as Atom;
  }
  if (!at.has('survey')) {
    at.fail(`must be one of ${KINDS}`);
    return { id, survey: '', is: '' };
  }
  only('survey', at.has('isNot') ? 'isNot' : 'is');
  const survey = at.at('survey').text();
  return at.has('isNot')
    ? { id, survey, isNot: at.at('isNot').text() }
    : { id, survey, is: at.at('is').text() };
}

function metricAtomOf(at: Reader, id: string, only: (...keys: readonly string[]) => void): Atom {
  const metric = at.at('metric').text();
  if (at.has('assessed')) {
    only('metric', 'assessed');
    return { id, metric, assessed: at.at('assessed').truth() };
  }
  const op = at.at('op').choice(OPS);
  if (at.has('than')) {
    only('metric', 'op', 'than', 'times', 'notAssessed');
    const times = at.has('times') ? at.at('times').integer(1, 1_000_000) : 1;
    return { id, metric, op, than: at.at('than').text(), times, missing: missingOf(at) };
  }
  only('metric', 'op', 'value', 'notAssessed');
  return { id, metric, op, value: at.at('value').quantity(), missing: missingOf(at) };
}

function missingOf(at: Reader): Missing {
  return at.has('notAssessed') ? at.at('notAssessed').choice(['holds', 'fails'] as const) : null;
}

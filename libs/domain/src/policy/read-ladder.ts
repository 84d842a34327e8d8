import type { Atom, Condition } from './condition.ts';
import type { Ladder, Protection, Tier } from './ladder.ts';
import { dayOf } from './read-calendar.ts';
import { conditionOf, type ConditionScope } from './read-condition.ts';
import { namesOf } from './read-names.ts';
import type { Reader } from './reader.ts';

const KEYS = [
  'id',
  'names',
  'tiers',
  'by',
  'worst',
  'minimum',
  'calendar',
  'step',
  'dwell',
  'grace',
  'protect',
  'vetoes',
];

/** A ladder of a source: tiers by lines on a metric, by the worst of several metrics, or by conditions. */
export function ladderOf(at: Reader, scope: ConditionScope): Ladder {
  at.only(KEYS);
  const id = at.at('id').text();
  const by = at.has('by') ? at.at('by').text() : null;
  if (by !== null && at.has('worst')) at.at('worst').fail('must be left out beside by');
  const worst = at.has('worst') ? at.at('worst').list(1).map(worstOf) : [];
  const list = at.at('tiers').list(1);
  const tiers = list.map((tier, place) => tierOf(tier, place, { id, by, worst, scope }));
  if (by !== null) checkLines(list, at);
  return {
    id,
    names: namesOf(at),
    tiers,
    by,
    assessed: at.has('minimum') ? minimumOf(at.at('minimum'), `${id}.minimum`, scope) : null,
    calendar: at.has('calendar') ? at.at('calendar').text() : null,
    stepMax: at.has('step') ? at.at('step').integer(1, 100) : null,
    dwellMs: at.has('dwell') ? at.at('dwell').durationMs() : 0,
    grace: at.has('grace') ? graceOf(at.at('grace'), at.has('calendar')) : null,
    protect: protectionOf(at.at('protect'), at.has('protect')),
    vetoes: at.has('vetoes')
      ? at
          .at('vetoes')
          .list()
          .map((each, i) => vetoOf(each, `${id}.veto.${i}`, scope))
      : [],
  };
}

interface WorstLine {
  readonly metric: string;
  readonly op: '>=' | '>' | '<=' | '<';
  readonly lineOf: (tier: string) => number | null;
}

interface TierScope {
  readonly id: string;
  readonly by: string | null;
  readonly worst: readonly WorstLine[];
  readonly scope: ConditionScope;
}

function tierOf(at: Reader, place: number, { id: ladder, by, worst, scope }: TierScope): Tier {
  const id = at.at('id').text();
  const names = namesOf(at);
  const named = `${ladder}.${id}`;
  if (by !== null) {
    at.only(['id', 'names', 'enter', 'leave']);
    const line = (key: string, value: number): Atom =>
      writtenAt(at, scope, { id: `${named}.${key}`, metric: by, op: '>=', value, missing: null });
    const enter = at.at('enter').quantity();
    const leave = at.has('leave') ? at.at('leave').quantity() : enter;
    if (leave > enter) at.at('leave').fail(`must not be above enter, which is ${enter}`);
    return { id, names, enter: line('enter', enter), keep: line('keep', leave) };
  }
  if (worst.length > 0) {
    at.only(['id', 'names']);
    const lines = worst.flatMap(({ metric, op, lineOf }, i) => {
      const value = lineOf(id);
      if (value === null) return [];
      // A metric may have a line on either side.
      const isSecond = worst.findIndex((each) => each.metric === metric) < i;
      const place = isSecond ? `${named}.${metric}.${i}` : `${named}.${metric}`;
      return [writtenAt(at, scope, { id: place, metric, op, value, missing: null })];
    });
    if (lines.length === 0 && place > 0) at.fail('must have a line in worst, as all tiers but the lowest');
    const all: Condition | null = lines.length === 0 ? null : { all: lines };
    return { id, names, enter: all, keep: all };
  }
  at.only(['id', 'names', 'when', 'keep']);
  if (!at.has('when') && place > 0)
    at.fail('must say when it is entered; only the lowest tier may be for all');
  const enter = at.has('when') ? conditionOf(at.at('when'), `${named}.when`, scope) : null;
  const keep = at.has('keep') ? conditionOf(at.at('keep'), `${named}.keep`, scope) : enter;
  return { id, names, enter, keep };
}

function worstOf(at: Reader): WorstLine {
  at.only(['metric', 'op', 'lines']);
  const lines = at.at('lines');
  const values = new Map(lines.keys().map((tier) => [tier, lines.at(tier).quantity()]));
  return {
    metric: at.at('metric').text(),
    op: at.at('op').choice(['>=', '>', '<=', '<'] as const),
    lineOf: (tier) => values.get(tier) ?? null,
  };
}

function checkLines(tiers: readonly Reader[], at: Reader): void {
  const lines = tiers.map((tier) => (tier.at('enter').isSound() ? tier.at('enter').quantity() : null));
  const falls = lines.findIndex((line, i) => i > 0 && line !== null && line <= (lines[i - 1] ?? -Infinity));
  if (falls >= 0) at.at('tiers').at(falls).at('enter').fail('must be above the line of the tier before it');
}

function minimumOf(at: Reader, place: string, scope: ConditionScope): Condition {
  if (at.has('when')) {
    at.only(['when']);
    return conditionOf(at.at('when'), place, scope);
  }
  at.only(['metric', 'atLeast']);
  const metric = at.at('metric').text();
  const value = at.at('atLeast').quantity();
  return writtenAt(at, scope, { id: place, metric, op: '>=', value, missing: null });
}

/** An atom that the ladder's own words stand for. */
function writtenAt(at: Reader, { written }: ConditionScope, atom: Atom): Atom {
  written.set(atom, at);
  return atom;
}

function graceOf(at: Reader, hasCalendar: boolean): Ladder['grace'] {
  if (!at.has('evaluations')) {
    at.only(['for']);
    return { forMs: at.at('for').durationMs(1) };
  }
  at.only(['evaluations']);
  if (!hasCalendar) at.at('evaluations').fail('must be `for` a duration, because the ladder has no calendar');
  return { evaluations: at.at('evaluations').integer(1, 100) };
}

function protectionOf(at: Reader, isThere: boolean): Protection {
  if (!isThere) return { riseMs: 0, rulesMs: 0, untilDay: null };
  at.only(['rise', 'rules', 'until']);
  return {
    riseMs: at.has('rise') ? at.at('rise').durationMs() : 0,
    rulesMs: at.has('rules') ? at.at('rules').durationMs() : 0,
    untilDay: at.has('until') ? dayOf(at.at('until')) : null,
  };
}

function vetoOf(at: Reader, place: string, scope: ConditionScope): Ladder['vetoes'][number] {
  at.only(['when', 'atMost']);
  const atMost = at.at('atMost').text();
  return { when: conditionOf(at.at('when'), place, scope), atMost: atMost === 'none' ? null : atMost };
}

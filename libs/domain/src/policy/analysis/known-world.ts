import type { Atom } from '../condition.ts';
import { missingOf, narrowed, OPPOSITE, related, YES_OR_NO, type Range } from './range.ts';

// What is known of a merchant and of the day while a condition is looked into: what each value can still be.

/** Answers or places: one of these, or, where `among` is null, any but those of `not`. */
export interface Choice {
  readonly among: readonly string[] | null;
  readonly not: readonly string[];
  readonly mayBe: boolean;
  readonly mayMiss: boolean;
}

export interface KnownWorld {
  /** By `metric:<id>`, `ladder:<id>` (place of the tier), `flag:<name>`, `training:<id>` and so on; `today`. */
  readonly ranges: ReadonlyMap<string, Range>;
  readonly choices: ReadonlyMap<string, Choice>;
  readonly tiers: ReadonlyMap<string, readonly string[]>;
  readonly periods: ReadonlyMap<string, { readonly fromDay: number; readonly toDay: number }>;
}

/** What of a verdict is wanted. `not-true` is false or not assessed. */
export type Wanted = 'true' | 'false' | 'not-true' | 'not-false';

const ANY_CHOICE: Choice = { among: null, not: [], mayBe: true, mayMiss: true };
const ANY_DAY: Range = { low: -Infinity, high: Infinity, mayBe: true, mayMiss: false };

const wantsTrue = (wanted: Wanted): boolean => wanted === 'true' || wanted === 'not-false';
const wantsFalse = (wanted: Wanted): boolean => wanted === 'false' || wanted === 'not-true';
const wantsNeither = (wanted: Wanted): boolean => wanted === 'not-true' || wanted === 'not-false';

/** The worlds in which the atom's verdict is as wanted; together they are all of them. */
export function worldsWhere(world: KnownWorld, atom: Atom, wanted: Wanted): readonly KnownWorld[] {
  if ('metric' in atom) return whereMetric(world, atom, wanted);
  if ('tierAtLeast' in atom) return whereTier(world, atom, wanted);
  if ('warned' in atom) return whereWarned(world, atom, wanted);
  if ('survey' in atom) return whereAnswer(world, atom, wanted);
  if ('category' in atom) return wherePlace(world, 'category', atom.category, wanted);
  if ('country' in atom) return wherePlace(world, 'country', atom.country, wanted);
  if ('flag' in atom) return whereTold(world, `flag:${atom.flag}`, atom.is === wantsTrue(wanted));
  if ('during' in atom) return whereDay(world, atom.during, wantsTrue(wanted));
  return whereTold(world, nameOfListed(atom), wantsTrue(wanted));
}

type Of<Key extends string> = Extract<Atom, { readonly [K in Key]: unknown }>;

function nameOfListed(
  atom: Exclude<
    Atom,
    Of<'metric'> | Of<'ladder'> | Of<'flag'> | Of<'survey'> | Of<'category'> | Of<'country'> | Of<'during'>
  >,
): string {
  if ('training' in atom) return `training:${atom.training}`;
  if ('enrolled' in atom) return `enrolled:${atom.enrolled}`;
  if ('exam' in atom) return `exam:${atom.exam}`;
  if ('certification' in atom) return `certification:${atom.certification}`;
  return 'tool' in atom ? `tool:${atom.tool}` : `violation:${atom.violation}`;
}

function rangeIn(world: KnownWorld, key: string): Range {
  return world.ranges.get(key) ?? (key === 'today' ? ANY_DAY : YES_OR_NO);
}

function withRange(world: KnownWorld, key: string, range: Range | null): readonly KnownWorld[] {
  if (range === null) return [];
  return [{ ...world, ranges: new Map([...world.ranges, [key, range]]) }];
}

function whereTold(world: KnownWorld, key: string, is: boolean): readonly KnownWorld[] {
  return withRange(world, key, narrowed(rangeIn(world, key), '=', is ? 1 : 0));
}

function whereDay(world: KnownWorld, period: string, isWithin: boolean): readonly KnownWorld[] {
  const found = whereTold(world, `during:${period}`, isWithin);
  const days = world.periods.get(period);
  if (!isWithin || days === undefined) return found;
  return found.flatMap((each) => {
    const from = narrowed(rangeIn(each, 'today'), '>=', days.fromDay);
    return withRange(each, 'today', from === null ? null : narrowed(from, '<=', days.toDay));
  });
}

function whereMetric(world: KnownWorld, atom: Of<'metric'>, wanted: Wanted): readonly KnownWorld[] {
  const key = `metric:${atom.metric}`;
  const range = rangeIn(world, key);
  if ('assessed' in atom) {
    const isAssessed = atom.assessed === wantsTrue(wanted);
    const assessed = range.mayBe ? { ...range, mayMiss: false } : null;
    return withRange(world, key, isAssessed ? assessed : missingOf(range));
  }
  const found: KnownWorld[] = [];
  const op = wantsTrue(wanted) ? atom.op : OPPOSITE[atom.op];
  if ('value' in atom) found.push(...withRange(world, key, narrowed(range, op, atom.value)));
  else found.push(...whereRelated(world, atom, op));
  if (!isTold(atom.missing, wanted)) return found;
  found.push(...withRange(world, key, missingOf(range)));
  if ('than' in atom) {
    const other = `metric:${atom.than}`;
    found.push(...withRange(world, other, missingOf(rangeIn(world, other))));
  }
  return found;
}

function whereRelated(
  world: KnownWorld,
  atom: Extract<Of<'metric'>, { readonly than: string }>,
  op: (typeof OPPOSITE)['='] | '>=' | '>' | '<=' | '<' | '=',
): readonly KnownWorld[] {
  const [key, other] = [`metric:${atom.metric}`, `metric:${atom.than}`];
  const found = related(rangeIn(world, key), op, rangeIn(world, other), atom.times);
  if (found === null) return [];
  return withRange(world, key, found[0]).flatMap((each) => withRange(each, other, found[1]));
}

/** Whether what is said of a missing value is as wanted. */
function isTold(missing: 'holds' | 'fails' | null, wanted: Wanted): boolean {
  if (missing === null) return wantsNeither(wanted);
  return missing === 'holds' ? wantsTrue(wanted) : wantsFalse(wanted);
}

function whereTier(world: KnownWorld, atom: Of<'tierAtLeast'>, wanted: Wanted): readonly KnownWorld[] {
  const key = `ladder:${atom.ladder}`;
  const range = rangeIn(world, key);
  const place = (world.tiers.get(atom.ladder) ?? []).indexOf(atom.tierAtLeast);
  const op = wantsTrue(wanted) ? '>=' : '<';
  const found = [...withRange(world, key, narrowed(range, op, place))];
  if (isTold(atom.missing, wanted)) found.push(...withRange(world, key, missingOf(range)));
  return found;
}

/** Whoever has no tier is not warned. */
function whereWarned(world: KnownWorld, atom: Of<'warned'>, wanted: Wanted): readonly KnownWorld[] {
  const isWarned = atom.warned === wantsTrue(wanted);
  const told = whereTold(world, `warned:${atom.ladder}`, isWarned);
  if (!isWarned) return told;
  const key = `ladder:${atom.ladder}`;
  return told.flatMap((each) => withRange(each, key, narrowed(rangeIn(each, key), '>=', 0)));
}

function withChoice(world: KnownWorld, key: string, choice: Choice): readonly KnownWorld[] {
  const { among, not, mayBe, mayMiss } = choice;
  const isEmpty = among !== null && among.every((each) => not.includes(each));
  if (!mayMiss && (!mayBe || isEmpty)) return [];
  const kept = { ...choice, mayBe: mayBe && !isEmpty };
  return [{ ...world, choices: new Map([...world.choices, [key, kept]]) }];
}

function whereOneOf(world: KnownWorld, key: string, wanted: readonly string[]): readonly KnownWorld[] {
  const choice = world.choices.get(key) ?? ANY_CHOICE;
  const among = choice.among === null ? wanted : choice.among.filter((each) => wanted.includes(each));
  return withChoice(world, key, { ...choice, among, mayMiss: false });
}

function whereNoneOf(world: KnownWorld, key: string, barred: readonly string[]): readonly KnownWorld[] {
  const choice = world.choices.get(key) ?? ANY_CHOICE;
  return withChoice(world, key, { ...choice, not: [...choice.not, ...barred], mayMiss: false });
}

function whereMissing(world: KnownWorld, key: string): readonly KnownWorld[] {
  const choice = world.choices.get(key) ?? ANY_CHOICE;
  if (!choice.mayMiss) return [];
  return withChoice(world, key, { ...choice, mayBe: false });
}

function wherePlace(
  world: KnownWorld,
  key: string,
  places: readonly string[],
  wanted: Wanted,
): readonly KnownWorld[] {
  const found = wantsTrue(wanted) ? whereOneOf(world, key, places) : whereNoneOf(world, key, places);
  return wantsNeither(wanted) ? [...found, ...whereMissing(world, key)] : found;
}

/** `isNot` holds for whoever was not asked; `is` is not assessed there. */
function whereAnswer(world: KnownWorld, atom: Of<'survey'>, wanted: Wanted): readonly KnownWorld[] {
  const key = `survey:${atom.survey}`;
  if ('isNot' in atom) {
    if (!wantsTrue(wanted)) return whereOneOf(world, key, [atom.isNot]);
    return [...whereNoneOf(world, key, [atom.isNot]), ...whereMissing(world, key)];
  }
  return wherePlace(world, key, [atom.is], wanted);
}

import { byCodeUnit, canonicalJson, type Json } from '../canonical.ts';
import { atomsIn, conditionInWords, isCondition } from './diff-condition.ts';
import { inWords, placeInWords, unitsOf, type Units } from './diff-words.ts';

// What changed between two compiled bundles, in words. Nothing here knows the fields of a bundle: things are found by
// their ids, and values are shown by the unit that their field's name ends in. So it needs no care as the language
// grows.

export interface Change {
  readonly kind: 'added' | 'removed' | 'changed' | 'moved';
  /** `programme growth-boost`, or `bundle` for what belongs to no thing. */
  readonly thing: string;
  /** Where in the thing, in words; empty where it is the thing itself. */
  readonly place: string;
  /** As compiled; absent where there was nothing. */
  readonly before?: Json;
  readonly after?: Json;
  /** All of it as a line: `programme growth-boost: size maximum 15000 → 12000`. */
  readonly words: string;
}

interface Members {
  readonly [key: string]: Json | undefined;
}

interface Comparing {
  readonly thing: string;
  readonly before: Units;
  readonly after: Units;
  readonly changes: Change[];
}

/**
 * By kind of thing in the order of their names, then by thing as written; what went away first. What changed in several
 * places at once, as a line by which a tier is entered and kept, is said once.
 */
export function diffBundles(before: object, after: object): readonly Change[] {
  const changes: Change[] = [];
  const [one, other] = [before as Members, after as Members];
  const units = { before: unitsOf(one), after: unitsOf(other) };
  for (const key of keysOf(one, other)) {
    const [was, is] = [one[key], other[key]];
    if (isNamedList(was) && isNamedList(is)) compareThings(key, was, is, { ...units, thing: '', changes });
    else compare({ ...units, thing: 'bundle', changes }, [key], was, is);
  }
  return [...new Map(changes.map((change) => [change.words, change])).values()];
}

function compareThings(key: string, before: readonly Json[], after: readonly Json[], at: Comparing): void {
  const kind = singular(key);
  const [one, other] = [byName(before), byName(after)];
  for (const [id, was] of one) {
    const thing = `${kind} ${id}`;
    if (!other.has(id)) {
      at.changes.push({ kind: 'removed', thing, place: '', before: was, words: `${thing}: removed` });
    }
  }
  for (const [id, is] of other) {
    const thing = `${kind} ${id}`;
    const was = one.get(id);
    if (was !== undefined) compareMembers({ ...at, thing }, [], was as Members, is as Members);
    else at.changes.push({ kind: 'added', thing, place: '', after: is, words: `${thing}: added` });
  }
  compareOrder({ ...at, thing: 'bundle' }, [key], one, other);
}

/** Order is told of what stands in both: programmes are asked in it. */
function compareOrder(
  { thing, changes }: Comparing,
  path: readonly string[],
  one: ReadonlyMap<string, Json>,
  other: ReadonlyMap<string, Json>,
): void {
  const before = [...one.keys()].filter((id) => other.has(id));
  const after = [...other.keys()].filter((id) => one.has(id));
  if (before.join(' ') === after.join(' ')) return;
  const place = `${placeInWords(path)} order`;
  const words = `${thing}: ${place} ${before.join(', ')} → ${after.join(', ')}`;
  changes.push({ kind: 'moved', thing, place, before, after, words });
}

function compare(at: Comparing, path: readonly string[], was: Json | undefined, is: Json | undefined): void {
  if (isSame(was, is)) return;
  if (isCondition(was) || isCondition(is)) return compareConditions(at, path, was, is);
  if (isNamedList(was) && isNamedList(is)) return compareNamed(at, path, was, is);
  const key = path.at(-1);
  if (isMembers(was) && isMembers(is) && key !== 'window') {
    const shared = Object.keys(was).some((each) => is[each] !== undefined);
    if (shared) return compareMembers(at, path, was, is);
  }
  tell(at, path, was, is);
}

function compareMembers(at: Comparing, path: readonly string[], was: Members, is: Members): void {
  const metric = { before: metricOf(was), after: metricOf(is) };
  for (const key of keysOf(was, is)) {
    const within = {
      ...at,
      before: at.before.within(metric.before),
      after: at.after.within(metric.after),
    };
    compare(within, [...path, key], was[key], is[key]);
  }
}

function compareNamed(
  at: Comparing,
  path: readonly string[],
  was: readonly Json[],
  is: readonly Json[],
): void {
  const [one, other] = [byName(was), byName(is)];
  const ids = [...one.keys(), ...[...other.keys()].filter((id) => !one.has(id))];
  for (const id of ids) {
    const [partWas, partIs] = [one.get(id), other.get(id)];
    if (isMembers(partWas) && isMembers(partIs)) compareMembers(at, [...path, id], partWas, partIs);
    else tell(at, [...path, id], partWas, partIs);
  }
  compareOrder(at, path, one, other);
}

/** How atoms are joined is told as a whole; what each of them says, by its id. */
function compareConditions(
  at: Comparing,
  path: readonly string[],
  was: Json | undefined,
  is: Json | undefined,
): void {
  const [before, after] = [conditionInWords(was ?? null), conditionInWords(is ?? null)];
  if (before !== after) {
    const place = placeInWords(path);
    const words = `${at.thing}: ${place} ${before} → ${after}`;
    at.changes.push({ kind: 'changed', thing: at.thing, place, ...sides(was, is), words });
  }
  const [one, other] = [atomsIn(was ?? null), atomsIn(is ?? null)];
  for (const id of [...one.keys(), ...[...other.keys()].filter((each) => !one.has(each))]) {
    const [atomWas, atomIs] = [one.get(id), other.get(id)];
    if (atomWas !== undefined && atomIs !== undefined)
      compareMembers(at, [`condition ${id}`], atomWas, atomIs);
    else if (atomIs !== undefined) tell(at, [`condition ${id}`], undefined, atomIs);
  }
}

function tell(at: Comparing, path: readonly string[], was: Json | undefined, is: Json | undefined): void {
  const { thing, changes } = at;
  const place = placeInWords(path);
  const key = path.at(-1) ?? '';
  const gone = was ?? null;
  const here = is ?? null;
  const kind = gone === null ? 'added' : here === null ? 'removed' : 'changed';
  const values = `${inWords(gone, key, at.before)} → ${inWords(here, key, at.after)}`;
  changes.push({ kind, thing, place, ...sides(was, is), words: `${thing}: ${place} ${values}` });
}

function sides(was: Json | undefined, is: Json | undefined): Pick<Change, 'before' | 'after'> {
  return { ...(was === undefined ? {} : { before: was }), ...(is === undefined ? {} : { after: is }) };
}

/** `programmes` are a programme each. */
function singular(key: string): string {
  return key.endsWith('ies') ? `${key.slice(0, -3)}y` : key.endsWith('s') ? key.slice(0, -1) : key;
}

/** A list whose elements all have a name of their own: an id, or the metric that they are about. */
function isNamedList(value: Json | undefined): value is readonly Json[] {
  if (!Array.isArray(value)) return false;
  const names = value.map(nameOf);
  return names.every((name) => name !== null) && new Set(names).size === names.length;
}

function byName(list: readonly Json[]): ReadonlyMap<string, Json> {
  return new Map(list.map((element) => [nameOf(element)!, element]));
}

function nameOf(value: Json): string | null {
  if (!isMembers(value)) return null;
  const { id, metric } = value;
  return typeof id === 'string' ? id : typeof metric === 'string' ? metric : null;
}

function metricOf({ metric }: Members): string | null {
  return typeof metric === 'string' ? metric : null;
}

function keysOf(one: Members, other: Members): string[] {
  return [...new Set([...Object.keys(one), ...Object.keys(other)])].sort(byCodeUnit);
}

function isSame(one: Json | undefined, other: Json | undefined): boolean {
  return canonicalJson(one ?? null) === canonicalJson(other ?? null);
}

function isMembers(value: Json | undefined): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

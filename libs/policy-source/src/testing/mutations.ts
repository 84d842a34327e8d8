// For specs: one mistake at a time, of those that people make, planted at random in a policy that is well.

export type Path = readonly (string | number)[];
/** A whole number from 0 up to, not including, `below`. */
export type Pick = (below: number) => number;

export interface Spot {
  readonly path: Path;
  readonly value: unknown;
}

export interface Mutation {
  readonly name: string;
  /** Whether the mistake can be made at this place. */
  fits(spot: Spot): boolean;
  /** Makes it in a copy of the policy, and says where it must be found: there, around it, or within it. */
  make(source: Record<string, unknown>, spot: Spot, pick: Pick): Path;
}

/** Mappings of which the keys are names that somebody chose, or facts. */
const OPEN = /^(names|description|lines|sum|ratio|per)$/;
/** Keys that name something else, where their value is text. */
const NAMING =
  /^(metric|than|ladder|mainLadder|account|within|calendar|on|towards|tierAtLeast|during|held|rank|mean|marginal)$/;
const NEEDED =
  /^(id|names|unit|kind|who|duration|coolDown|limits|tiers|total|window|bundle|currency|growth|probe)$/;
const LENGTH = /^\d+[dhms]$/;
const SHARE = /^[\d.]+%$/;

export const MUTATIONS: readonly Mutation[] = [
  at(
    'a key that nothing knows',
    isClosed,
    (spot) => [...spot.path, 'colour'],
    (mapping) => (mapping['colour'] = 'red'),
  ),
  at(
    'a key of every object',
    isClosed,
    (spot) => [...spot.path, 'constructor'],
    (m) => (m['constructor'] = {}),
  ),
  {
    name: 'a key with a letter too many',
    fits: (spot) => isClosed(spot) && Object.keys(spot.value as object).length > 0,
    make(source, { path, value }, pick) {
      const keys = Object.keys(value as object);
      const key = keys[pick(keys.length)]!;
      const mapping = valueAt(source, path) as Record<string, unknown>;
      mapping[`${key}s`] = mapping[key];
      delete mapping[key];
      return [...path, `${key}s`];
    },
  },
  {
    name: 'a key left out that must be there',
    fits: ({ path }) =>
      path.length === 1
        ? NEEDED.test(String(path[0]))
        : path.length === 3 && NEEDED.test(String(path[2])) && !isOptional(path),
    make(source, { path }) {
      const [parent, key] = parentOf(source, path);
      delete (parent as Record<string, unknown>)[key];
      return path;
    },
  },
  replaced('a mapping instead of a value', isScalar, () => ({ value: 1 })),
  replaced('nothing instead of a value', isScalar, () => null),
  replaced('a list instead of a value', isScalar, () => []),
  replaced(
    'a value instead of a mapping',
    (spot) => isMapping(spot) && spot.path.length > 0,
    () => 'text',
  ),
  replaced(
    'a mapping instead of a list',
    (spot) => Array.isArray(spot.value),
    () => ({ value: 1 }),
  ),
  replaced('a part of a number', isNumber, ({ value }) => (value as number) + 0.5),
  replaced('a number beyond all', isNumber, () => 2 ** 53),
  replaced('a number in quotes', isNumber, ({ value }) => String(value)),
  replaced(
    'a length of time in words',
    (spot) => matches(spot, LENGTH),
    ({ value }) => `${String(value)}ays or so`,
  ),
  replaced(
    'a length of time without its unit',
    (spot) => matches(spot, LENGTH),
    ({ value }) => 1 + parseInt(String(value), 10),
  ),
  replaced(
    'a percentage with a space',
    (spot) => matches(spot, SHARE),
    ({ value }) => String(value).replace('%', ' %'),
  ),
  replaced(
    'a percentage as a fraction',
    (spot) => matches(spot, SHARE),
    () => 0.855,
  ),
  replaced(
    'a percentage too exact',
    (spot) => matches(spot, SHARE),
    () => '50.123%',
  ),
  replaced('a name of nothing', isNaming, () => 'zz-nowhere'),
  replaced('a name too long', isNaming, () => 'x'.repeat(65)),
  replaced('a name with a space in it', isNaming, ({ value }) => `${String(value)} of ours`),
  replaced('a name in another script', isNaming, () => '店铺\u202e'),
  replaced(
    'a day that its month has not',
    (spot) => matches(spot, /^\d{4}-\d\d-\d\d$/),
    () => '2026-02-30',
  ),
  replaced('forty levels', isScalar, () => nested(40)),
  {
    name: 'a thing that stands twice',
    fits: ({ path, value }) => path.length === 2 && typeof path[1] === 'number' && isMapping({ path, value }),
    make(source, { path, value }) {
      const [list] = parentOf(source, path) as [unknown[], number];
      list.push(structuredClone(value));
      return [path[0]!, list.length - 1];
    },
  },
];

function at(
  name: string,
  fits: (spot: Spot) => boolean,
  found: (spot: Spot) => Path,
  make: (mapping: Record<string, unknown>) => void,
): Mutation {
  return {
    name,
    fits,
    make(source, spot) {
      make(valueAt(source, spot.path) as Record<string, unknown>);
      return found(spot);
    },
  };
}

function replaced(name: string, fits: (spot: Spot) => boolean, by: (spot: Spot) => unknown): Mutation {
  return {
    name,
    fits,
    make(source, spot) {
      const [parent, key] = parentOf(source, spot.path);
      (parent as Record<string | number, unknown>)[key] = by(spot);
      return spot.path;
    },
  };
}

/** Every place of a policy, the outermost first. */
export function spotsIn(value: unknown, path: Path = []): Spot[] {
  const inner = typeof value === 'object' && value !== null ? Object.entries(value) : [];
  const key = (name: string): string | number => (Array.isArray(value) ? Number(name) : name);
  return [{ path, value }, ...inner.flatMap(([name, each]) => spotsIn(each, [...path, key(name)]))];
}

function valueAt(source: unknown, path: Path): unknown {
  return path.reduce<unknown>((value, key) => (value as Record<string | number, unknown>)[key], source);
}

function parentOf(source: unknown, path: Path): [object, string | number] {
  return [valueAt(source, path.slice(0, -1)) as object, path.at(-1)!];
}

function isMapping({ value }: Spot): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isClosed(spot: Spot): boolean {
  return isMapping(spot) && !OPEN.test(String(spot.path.at(-1) ?? ''));
}

function isScalar({ value }: Spot): boolean {
  return typeof value !== 'object' || value === null;
}

function isNumber({ value }: Spot): boolean {
  return typeof value === 'number';
}

function matches({ value }: Spot, pattern: RegExp): boolean {
  return typeof value === 'string' && pattern.test(value);
}

function isNaming({ path, value }: Spot): boolean {
  return typeof value === 'string' && NAMING.test(String(path.at(-1))) && !LENGTH.test(value);
}

/** A period needs no `window` of its own kind, and what is worked out of other metrics has none. */
function isOptional([list, , key]: Path): boolean {
  return (
    (list === 'calendars' && key !== 'id' && key !== 'names') || (list === 'accounts' && key === 'window')
  );
}

function nested(levels: number): unknown {
  let value: unknown = 'deep';
  for (let level = 0; level < levels; level += 1) value = [value];
  return value;
}

import { METRIC_KINDS } from '../policy/read-metric.ts';
import { conditionsIn } from '../policy/bundle.ts';
import { parseBundle } from '../policy/compile.ts';
import { atomsOf } from '../policy/condition.ts';
import { policyText } from './random-policy.ts';

// What random policies are good for depends on what they have in them.

const POLICIES = Array.from({ length: 300 }, (_, dice) => parseBundle(policyText(dice * 7_919)));

test('random policies compile, whatever the number, and have every kind of formula and atom in them', () => {
  const formulas = new Set(
    POLICIES.flatMap(({ metrics }) => metrics.flatMap(({ formula }) => Object.keys(formula))),
  );
  const atoms = new Set(POLICIES.flatMap((each) => conditionsIn(each).flatMap(atomsOf).flatMap(Object.keys)));
  const kinds = Object.keys(METRIC_KINDS).map(
    (kind) =>
      ({ largest: 'daily', smallest: 'daily', latest: 'daily', least: 'pickOf', greatest: 'pickOf' })[kind] ??
      kind,
  );
  expect(kinds.filter((kind) => !formulas.has(kind))).toEqual([]);
  const asked =
    'than assessed tierAtLeast warned training enrolled exam certification tool violation survey is isNot';
  const wanted = [...asked.split(' '), 'flag', 'category', 'country', 'during'];
  expect(wanted.filter((atom) => !atoms.has(atom))).toEqual([]);
});

test('their ladders are of every kind', () => {
  const ladders = POLICIES.flatMap((each) => each.ladders);
  expect(ladders.some(({ calendar }) => calendar !== null)).toBe(true);
  for (const grace of ['forMs', 'evaluations'])
    expect(ladders.some((each) => grace in (each.grace ?? {}))).toBe(true);
  expect(ladders.some(({ protect }) => protect.untilDay !== null)).toBe(true);
  expect(ladders.some(({ vetoes }) => vetoes.length > 0)).toBe(true);
  expect(ladders.some(({ by, assessed }) => by === null && assessed !== null)).toBe(true);
  expect(POLICIES.some(({ programmes }) => programmes.some(({ size }) => 'metric' in size))).toBe(true);
});

import { compileBundle } from '../compile.ts';
import { soundSource, unsound } from '../../testing/sound-policy.ts';
import { IN_LADDERS, IN_THE_WHOLE } from '../../testing/planted-in-ladders.ts';
import { IN_METRICS } from '../../testing/planted-in-metrics.ts';
import { IN_PROGRAMMES, IN_REWARDS } from '../../testing/planted-in-programmes.ts';
import { pointerInto, type Advice } from './advice.ts';
import { analyse } from './analyse.ts';
import { RULES } from './rule.ts';

// One mistake at a time in a policy in which nothing is wrong, each with the rule and the place that tell of it.

function adviceOn(source: unknown): readonly Advice[] {
  const result = compileBundle(source);
  if ('findings' in result) throw new Error(JSON.stringify(result.findings));
  return analyse(result.compiled.bundle, { source });
}

const REVOKE = 'programmes/growth/revokeWhen';
const revokedWithout = (changes: object): Readonly<Record<string, unknown>> => ({
  [REVOKE]: { not: { id: 'kept', tierAtLeast: 'silver', ...changes } },
});
const sold = { id: 'sold', metric: 'orders', op: '>=', value: 100 };
const PASSED = {
  'ladders/reach/step': 1,
  'ladders/reach/tiers': ['small', 'middle', 'large'].map((id) => ({
    id,
    names: { en: id, zh: id },
    ...(id === 'small' ? {} : { when: { ...sold, id: `sold-${id}` } }),
  })),
};

const ALL = [...IN_METRICS, ...IN_LADDERS, ...IN_PROGRAMMES, ...IN_REWARDS, ...IN_THE_WHOLE];

test('the policy that mistakes are planted in has none', () => {
  expect(adviceOn(soundSource())).toEqual([]);
});

test.each(ALL)('%s is told', (_name, changes, rule, field) => {
  const found = adviceOn(unsound(changes)).map((each) => [each.rule, each.field]);
  expect(found).toContainEqual([rule, field]);
});

test.each([
  ['a tier that a step leads through is passed on purpose', PASSED],
  ['where it is said what becomes of who has no tier', revokedWithout({ notAssessed: 'holds' })],
  ['where nobody is without a tier', revokedWithout({ ladder: 'reach', tierAtLeast: 'large' })],
  ['where having the tier is what revokes', { [REVOKE]: { id: 'risen', tierAtLeast: 'gold' } }],
])('%s, nothing is told', (_name, changes) => {
  const told = adviceOn(unsound(changes)).map(({ rule }) => rule);
  expect(told).not.toContain('tier-never-entered');
  expect(told).not.toContain('revoke-spares-tierless');
});

test('every rule is planted', () => {
  const planted = new Set(ALL.map(([, , rule]) => rule));
  expect(Object.keys(RULES).filter((rule) => !planted.has(rule))).toEqual([]);
  expect(ALL.length).toBeGreaterThanOrEqual(45);
});

test('a place that is named by ids is found in its source', () => {
  const source = soundSource();
  expect(pointerInto(source, '/ladders/rank/tiers/gold/enter')).toBe('/ladders/0/tiers/2/enter');
  expect(pointerInto(source, '/programmes/coach/who')).toBe('/programmes/3/who');
  expect(pointerInto(source, '/metrics/volume/grain/edges/3')).toBe('/metrics/8/grain/edges/3');
});

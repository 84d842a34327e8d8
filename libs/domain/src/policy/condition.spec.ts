import type { Verdict } from '../outputs.ts';
import {
  assess,
  atomsOf,
  evaluate,
  failingAtoms,
  type Atom,
  type Comparison,
  type Condition,
  type MerchantView,
} from './condition.ts';

const TIERS = ['bronze', 'silver', 'gold'];
const VIEW: MerchantView = {
  isKnown: true,
  isClosed: false,
  tier: 'silver',
  trainings: ['first-sale'],
  tools: ['chat'],
  violations: ['counterfeit'],
  survey: { wants: 'yes' },
  metrics: { t: 1, f: 0, orders: 10, rating: null },
};
const [t, f, n]: Condition[] = ['t', 'f', 'rating'].map((metric) => ({
  id: metric,
  metric,
  op: '=',
  value: 1,
}));
const of: Record<Verdict, Condition> = { true: t!, false: f!, 'not-assessed': n! };
const verdictOf = (condition: Condition): Verdict => evaluate(condition, VIEW, TIERS);

test.each<[Verdict, Verdict, Verdict, Verdict]>([
  ['true', 'true', 'true', 'true'],
  ['true', 'false', 'false', 'true'],
  ['true', 'not-assessed', 'not-assessed', 'true'],
  ['false', 'false', 'false', 'false'],
  ['false', 'not-assessed', 'false', 'not-assessed'],
  ['not-assessed', 'not-assessed', 'not-assessed', 'not-assessed'],
])('%s and %s: all gives %s, any gives %s, in either order', (a, b, all, any) => {
  expect([verdictOf({ all: [of[a], of[b]] }), verdictOf({ all: [of[b], of[a]] })]).toEqual([all, all]);
  expect([verdictOf({ any: [of[a], of[b]] }), verdictOf({ any: [of[b], of[a]] })]).toEqual([any, any]);
});

test('not turns true and false round and leaves what is not assessed', () => {
  expect(['true', 'false', 'not-assessed'].map((each) => verdictOf({ not: of[each as Verdict] }))).toEqual([
    'false',
    'true',
    'not-assessed',
  ]);
});

test.each<[Comparison, number, Verdict, number]>([
  ['>=', 10, 'true', 0],
  ['>=', 11, 'false', -1],
  ['>', 9, 'true', 0],
  ['>', 10, 'false', -1],
  ['<=', 10, 'true', 0],
  ['<=', 8, 'false', -2],
  ['<', 11, 'true', 0],
  ['<', 10, 'false', -1],
  ['=', 10, 'true', 0],
  ['=', 7, 'false', -3],
  ['=', 12, 'false', -2],
  ['!=', 7, 'true', 2],
  ['!=', 10, 'false', -1],
])('10 %s %d is %s by %d', (op, value, verdict, margin) => {
  const atom: Atom = { id: 'a', metric: 'orders', op, value };
  expect(assess(atom, VIEW, TIERS)).toMatchObject({
    what: 'metric:orders',
    value: 10,
    line: value,
    verdict,
    margin,
  });
  // A margin tells the truth: negative means not fulfilled, and what is missing is just that much.
  expect(margin < 0).toBe(verdict === 'false');
  if (op !== '!=' && op !== '=' && margin < 0) {
    const repaired = 10 + (op.startsWith('>') ? -margin : margin);
    const then = { ...VIEW, metrics: { orders: repaired } };
    expect(assess(atom, then, TIERS)).toMatchObject({ verdict: 'true', margin: 0 });
  }
});

test.each<[Atom, Partial<MerchantView>, Verdict, number | null]>([
  [{ id: 'a', metric: 'rating', op: '<', value: 1 }, {}, 'not-assessed', null],
  [{ id: 'a', metric: 'unheard-of', op: '<', value: 1 }, {}, 'not-assessed', null],
  [{ id: 'a', tierAtLeast: 'bronze' }, {}, 'true', 1],
  [{ id: 'a', tierAtLeast: 'gold' }, {}, 'false', -1],
  [{ id: 'a', tierAtLeast: 'bronze' }, { tier: null }, 'not-assessed', null],
  [{ id: 'a', training: 'first-sale' }, {}, 'true', null],
  [{ id: 'a', training: 'second-sale' }, {}, 'false', null],
  [{ id: 'a', tool: 'chat' }, {}, 'true', null],
  [{ id: 'a', tool: 'mail' }, {}, 'false', null],
  [{ id: 'a', violation: 'counterfeit' }, {}, 'true', null],
  [{ id: 'a', violation: 'counterfeit' }, { violations: [] }, 'false', null],
  [{ id: 'a', violation: 'fraud' }, {}, 'false', null],
  [{ id: 'a', flag: 'known', is: true }, {}, 'true', null],
  [{ id: 'a', flag: 'closed', is: true }, {}, 'false', null],
  [{ id: 'a', survey: 'wants', is: 'yes' }, {}, 'true', null],
  [{ id: 'a', survey: 'wants', is: 'no' }, {}, 'false', null],
  [{ id: 'a', survey: 'unasked', is: 'no' }, {}, 'not-assessed', null],
  [{ id: 'a', survey: 'wants', isNot: 'yes' }, {}, 'false', null],
  [{ id: 'a', survey: 'unasked', isNot: 'no' }, {}, 'true', null],
])('%j with %j is %s', (atom, changes, verdict, margin) => {
  expect(assess(atom, { ...VIEW, ...changes }, TIERS)).toMatchObject({ id: 'a', verdict, margin });
});

test('a violation that stands is evidence with its class, and no distance to it exists', () => {
  expect(assess({ id: 'bad', violation: 'counterfeit' }, VIEW, TIERS)).toEqual({
    id: 'bad',
    what: 'violation:counterfeit',
    op: 'stands',
    line: true,
    value: true,
    margin: null,
    verdict: 'true',
  });
});

const trained: Atom = { id: 'trained', training: 'second-sale' };
const tool: Atom = { id: 'tool', tool: 'mail' };
const open: Atom = { id: 'open', flag: 'closed', is: false };
const rated: Atom = { id: 'rated', metric: 'rating', op: '>=', value: 400 };
const busy: Atom = { id: 'busy', metric: 'orders', op: '>', value: 5 };

test.each<[string, Condition, string[]]>([
  ['a true tree blames nobody', { any: [trained, open] }, []],
  ['of all, those that are not true', { all: [open, trained, rated] }, ['trained', 'rated']],
  ['of any, each that could have been', { any: [trained, tool] }, ['trained', 'tool']],
  ['under not, what should have been false', { not: open }, ['open']],
  ['under not all, each whose falling would do', { not: { all: [open, busy] } }, ['open', 'busy']],
  ['under not any, only those in the way', { not: { any: [open, trained] } }, ['open']],
  ['not assessed is in the way under not, too', { not: { any: [rated, trained] } }, ['rated']],
  ['twice not is none', { not: { not: { all: [open, trained] } } }, ['trained']],
  [
    'a part that is true in a false tree is left out',
    { all: [{ any: [open, tool] }, { all: [tool, busy] }] },
    ['tool'],
  ],
])('%s', (_name, condition, blamed) => {
  expect(failingAtoms(condition, VIEW, TIERS)).toEqual(blamed);
});

test('the atoms of a tree come left to right, under a not as well', () => {
  const tree: Condition = { all: [{ not: { any: [trained, tool] } }, open] };
  expect(atomsOf(tree).map(({ id }) => id)).toEqual(['trained', 'tool', 'open']);
});

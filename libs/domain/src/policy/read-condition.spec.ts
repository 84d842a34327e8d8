import { changed, compiled, findings, ladder, smallSource, welcome } from '../testing/small-bundle.ts';
import { watchedAtoms } from './bundle.ts';
import type { Condition } from './condition.ts';

const sourceOf = (who: unknown): unknown => ({
  ...smallSource({ ladders: [ladder(), ladder({ id: 'stars' })] }),
  calendars: [{ id: 'double-11', names: { en: '11' }, from: '2026-11-01', to: '2026-11-11' }],
  programmes: [welcome({ who })],
});
const read = (who: unknown): Condition => compiled(sourceOf(who)).bundle.programmes[0]!.who;

const ID = 'welcome.who';
test.each<[object, object]>([
  [
    { metric: 'orders', op: '<=', value: 3 },
    { metric: 'orders', op: '<=', value: 3, missing: null },
  ],
  [
    { metric: 'on_time', op: '>', value: '92.5%', notAssessed: 'holds' },
    { metric: 'on_time', op: '>', value: 9_250, missing: 'holds' },
  ],
  [
    { metric: 'orders', op: '!=', than: 'overdue' },
    { metric: 'orders', op: '!=', than: 'overdue', times: 1, missing: null },
  ],
  [
    { metric: 'orders', op: '<', than: 'overdue', times: 5, notAssessed: 'fails' },
    { metric: 'orders', op: '<', than: 'overdue', times: 5, missing: 'fails' },
  ],
  [
    { metric: 'on_time', assessed: false },
    { metric: 'on_time', assessed: false },
  ],
  [{ tierAtLeast: 'silver' }, { tierAtLeast: 'silver', ladder: 'ladder', missing: null }],
  [
    { tierAtLeast: 'gold', ladder: 'stars', notAssessed: 'fails' },
    { tierAtLeast: 'gold', ladder: 'stars', missing: 'fails' },
  ],
  [{ warned: true }, { warned: true, ladder: 'ladder' }],
  [
    { warned: false, ladder: 'stars' },
    { warned: false, ladder: 'stars' },
  ],
  [{ training: 'first-sale' }, { training: 'first-sale' }],
  [{ enrolled: 'first-sale' }, { enrolled: 'first-sale' }],
  [{ exam: 'rules' }, { exam: 'rules' }],
  [{ certification: 'brand' }, { certification: 'brand' }],
  [{ tool: 'chat' }, { tool: 'chat' }],
  [{ violation: 'fake-trade' }, { violation: 'fake-trade' }],
  [{ during: 'double-11' }, { during: 'double-11' }],
  [
    { survey: 'wants', is: 'yes' },
    { survey: 'wants', is: 'yes' },
  ],
  [
    { survey: 'wants', isNot: 'no' },
    { survey: 'wants', isNot: 'no' },
  ],
  [
    { flag: 'searchBlocked', is: false },
    { flag: 'searchBlocked', is: false },
  ],
  [{ category: ['toys', 'food'] }, { category: ['toys', 'food'] }],
  [{ country: ['BR'] }, { country: ['BR'] }],
])('%j is read', (source, atom) => {
  expect(read(source)).toEqual({ id: ID, ...atom });
  expect(read({ id: 'named', ...source })).toEqual({ id: 'named', ...atom });
});

test('trees are read with their parts, and a condition without an id is named after its place', () => {
  const [a, b, c] = [{ training: 'a' }, { tool: 'b' }, { exam: 'c' }];
  const who = { all: [a, { any: [b, { not: c }] }, { atLeast: 2, of: [a, { id: 'named', ...b }, c] }] };
  expect(read(who)).toEqual({
    all: [
      { id: `${ID}.0`, ...a },
      { any: [{ id: `${ID}.1.0`, ...b }, { not: { id: `${ID}.1.1.not`, ...c } }] },
      {
        atLeast: 2,
        of: [
          { id: `${ID}.2.0`, ...a },
          { id: 'named', ...b },
          { id: `${ID}.2.2`, ...c },
        ],
      },
    ],
  });
});

test('every kind of condition may carry a waiver', () => {
  const waiveIf = { metric: 'age', op: '<', value: 90 };
  const waiver = { id: `${ID}.waiver`, metric: 'age', op: '<', value: 90, missing: null };
  const [a] = [{ training: 'a' }];
  expect(read({ ...a, waiveIf })).toEqual({ waiveIf: waiver, condition: { id: ID, ...a } });
  expect(read({ all: [a], waiveIf })).toEqual({
    waiveIf: waiver,
    condition: { all: [{ id: `${ID}.0`, ...a }] },
  });
  for (const tree of [{ any: [a] }, { not: a }, { atLeast: 1, of: [a] }]) {
    expect(read({ ...tree, waiveIf })).toMatchObject({ waiveIf: waiver });
  }
  const twice = { ...a, waiveIf: { tool: 't', waiveIf: { exam: 'e' } } };
  const ids = watchedAtoms(compiled(sourceOf(twice)).bundle).map(({ id }) => id);
  expect(ids).toEqual([ID, `${ID}.waiver`, `${ID}.waiver.waiver`]);
});

const ORDERS = { metric: 'orders', op: '>=', value: 1 };
test.each<[unknown, string, RegExp]>([
  [{}, '', /one of all, any, atLeast, not, metric, .*during, survey/],
  [undefined, '', /one of all/],
  ['orders >= 1', '', /one of all/],
  [[ORDERS], '', /one of all/],
  [{ all: [] }, '/all', /not be empty/],
  [{ all: ORDERS }, '/all', /a list/],
  [{ any: [] }, '/any', /not be empty/],
  [{ all: [ORDERS], any: [ORDERS] }, '/any', /not known here; known are all, waiveIf/],
  [{ atLeast: 1 }, '/of', /a list/],
  [{ atLeast: 0, of: [ORDERS] }, '/atLeast', /1 to 1/],
  [{ atLeast: 3, of: [{ tool: 'a' }, { tool: 'b' }] }, '/atLeast', /1 to 2/],
  [{ of: [ORDERS] }, '', /one of all/],
  [{ not: [ORDERS] }, '/not', /one of all/],
  [{ ...ORDERS, waiveIf: {} }, '/waiveIf', /one of all/],
  [{ ...ORDERS, op: '=>' }, '/op', /one of >=, >, <=/],
  [{ metric: 'orders', value: 1 }, '/op', /one of >=/],
  [{ metric: 'orders', op: '>=' }, '/value', /whole number/],
  [{ ...ORDERS, value: 1.5 }, '/value', /whole number/],
  [{ ...ORDERS, value: '1' }, '/value', /whole number/],
  [{ ...ORDERS, value: '0.001%' }, '/value', /two decimals/],
  [{ ...ORDERS, colour: 'red' }, '/colour', /not known here/],
  [{ ...ORDERS, than: 'overdue' }, '/value', /not known here/],
  [{ ...ORDERS, assessed: true }, '/op', /not known here/],
  [{ metric: 'orders', assessed: 'yes' }, '/assessed', /true or false/],
  [{ ...ORDERS, metric: 'ordres' }, '', /the metric ordres, which is not defined; defined are/],
  [{ metric: 'orders', op: '<', than: 'peers' }, '', /the metric peers/],
  [{ metric: 'orders', op: '<', than: 'overdue', times: 0 }, '/times', /1 to 1000000/],
  [{ ...ORDERS, notAssessed: 'passes' }, '/notAssessed', /one of holds, fails/],
  [
    { tierAtLeast: 'platinum' },
    '',
    /the tier platinum, which is not defined; defined are bronze, silver, gold/,
  ],
  [{ tierAtLeast: 'silver', ladder: 'levels' }, '', /the ladder levels, which is not defined/],
  [{ warned: 'yes' }, '/warned', /true or false/],
  [{ warned: true, ladder: 'levels' }, '', /the ladder levels/],
  [{ warned: true, notAssessed: 'holds' }, '/notAssessed', /not known here/],
  [{ training: '' }, '/training', /text matching/],
  [{ training: 'a', notAssessed: 'holds' }, '/notAssessed', /not known here/],
  [{ flag: 'famous', is: true }, '/flag', /one of known, closed, searchBlocked/],
  [{ flag: 'known' }, '/is', /true or false/],
  [{ survey: 'wants' }, '/is', /text matching/],
  [{ survey: 'wants', is: 'yes', isNot: 'no' }, '/is', /not known here/],
  [{ category: [] }, '/category', /not be empty/],
  [{ category: 'toys' }, '/category', /a list/],
  [{ country: [7] }, '/country/0', /text matching/],
  [{ during: 'new-year' }, '', /the period new-year, which is not defined; defined are double-11/],
  [{ id: 'a b', training: 'a' }, '/id', /text matching/],
])('%j is found at %s', (who, place, rule) => {
  const found = findings(sourceOf(who)).filter(({ field }) => field === `/programmes/0/who${place}`);
  expect(found.map((finding) => finding.rule).join()).toMatch(rule);
});

test('a name that is not there is found where it is written, in however deep a tree', () => {
  const who = { all: [ORDERS, { any: [{ tool: 't' }, { not: { metric: 'ordres', op: '<', value: 1 } }] }] };
  expect(findings(sourceOf(who)).map(({ field }) => field)).toEqual(['/programmes/0/who/all/1/any/1/not']);
});

test('a tier of no ladder at all is found', () => {
  const source = smallSource({ ladders: [], programmes: [welcome({ who: { tierAtLeast: 'silver' } })] });
  expect(findings(source).map(({ rule }) => rule)).toContainEqual(
    expect.stringMatching(/there is no ladder/),
  );
});

test('a tree may be thirteen deep and no deeper', () => {
  const nested = (depth: number): object => (depth === 0 ? { tool: 't' } : { not: nested(depth - 1) });
  expect(findings(sourceOf(nested(12)))).toEqual([]);
  const [first, ...others] = findings(sourceOf(nested(13)));
  expect([first!.field, others]).toEqual([`/programmes/0/who${'/not'.repeat(13)}`, []]);
  expect(() => findings(sourceOf(nested(3_000)))).not.toThrow();
});

test('an id that two conditions have is found where the second one is written', () => {
  const who = { all: [{ id: 'same', tool: 'a' }, { any: [{ id: 'same', tool: 'b' }] }] };
  expect(findings(sourceOf(who))).toEqual([
    {
      field: '/programmes/0/who/all/1/any/0',
      value: expect.any(String) as string,
      rule: 'has a condition same, and /programmes/0/who/all/0 has one of that id already',
    },
  ]);
});

test('a condition of a score may ask for nothing that is worked out after it', () => {
  const deductions = [{ when: { tierAtLeast: 'silver' }, points: 5 }];
  const [found, ...others] = findings(changed('metrics/4/score/deductions', deductions));
  expect(others).toEqual([]);
  expect(found).toMatchObject({ field: '/metrics/4/score/deductions/0/when' });
  expect(found!.rule).toMatch(/metrics are worked out before ladders/);
});

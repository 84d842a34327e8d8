import { compiled, findings, ladder, smallSource } from '../testing/small-bundle.ts';
import { dayOfCivil } from '../time.ts';
import type { Ladder } from './ladder.ts';

type Changes = Readonly<Record<string, unknown>>;
const DAY = 86_400_000;
const CALENDARS = [
  { id: 'monthly', names: { en: 'M' }, monthDays: [1] },
  { id: 'sale', names: { en: 'S' }, from: '2026-11-01', to: '2026-11-11' },
];
const sourceOf = (...ladders: object[]): unknown => smallSource({ ladders, calendars: CALENDARS });
const read = (changes: Changes): Ladder => compiled(sourceOf(ladder(changes))).bundle.ladders[0]!;
const named = (id: string, more: Changes = {}): object => ({ id, names: { en: id }, ...more });
/** The tiers of the small ladder, by conditions. */
const CONDITIONS = [
  named('bronze'),
  named('silver', { when: { training: 'a' } }),
  named('gold', { when: { tool: 'b' } }),
];

test('lines on a metric become conditions; without a leave line a tier is left where it is entered', () => {
  const { tiers, by, assessed } = read({});
  const line = (id: string, value: number): object => ({
    id,
    metric: 'score',
    op: '>=',
    value,
    missing: null,
  });
  expect(by).toBe('score');
  expect(tiers.map(({ enter, keep }) => [enter, keep])).toEqual([
    [line('ladder.bronze.enter', 0), line('ladder.bronze.keep', 0)],
    [line('ladder.silver.enter', 5_000), line('ladder.silver.keep', 4_000)],
    [line('ladder.gold.enter', 8_000), line('ladder.gold.keep', 7_000)],
  ]);
  expect(assessed).toEqual({ id: 'ladder.minimum', metric: 'orders', op: '>=', value: 2, missing: null });
});

test('what a ladder leaves out is written out', () => {
  const bare = read({
    by: undefined,
    step: undefined,
    dwell: undefined,
    minimum: undefined,
    tiers: CONDITIONS,
  });
  expect(bare).toMatchObject({
    by: null,
    assessed: null,
    calendar: null,
    stepMax: null,
    dwellMs: 0,
    grace: null,
    protect: { riseMs: 0, rulesMs: 0, untilDay: null },
    vetoes: [],
  });
  expect(bare.tiers.map(({ enter, keep }) => [enter, keep])).toEqual([
    [null, null],
    [
      { id: 'ladder.silver.when', training: 'a' },
      { id: 'ladder.silver.when', training: 'a' },
    ],
    [
      { id: 'ladder.gold.when', tool: 'b' },
      { id: 'ladder.gold.when', tool: 'b' },
    ],
  ]);
});

test('the worst of several lines decides: each tier needs all of its own', () => {
  const worst = [
    { metric: 'orders', op: '>', lines: { silver: 10, gold: 100 } },
    { metric: 'on_time', op: '>=', lines: { gold: '95%' } },
  ];
  const { tiers } = read({
    by: undefined,
    worst,
    tiers: ['bronze', 'silver', 'gold'].map((id) => named(id)),
  });
  const gold = [
    { id: 'ladder.gold.orders', metric: 'orders', op: '>', value: 100, missing: null },
    { id: 'ladder.gold.on_time', metric: 'on_time', op: '>=', value: 9_500, missing: null },
  ];
  expect(tiers.map(({ enter }) => enter)).toEqual([
    null,
    { all: [{ id: 'ladder.silver.orders', metric: 'orders', op: '>', value: 10, missing: null }] },
    { all: gold },
  ]);
  expect(tiers[2]!.keep).toBe(tiers[2]!.enter);
});

test.each<[Changes, object]>([
  [{ calendar: 'monthly' }, { calendar: 'monthly' }],
  [{ step: 2 }, { stepMax: 2 }],
  [{ grace: { for: '30d' } }, { grace: { forMs: 30 * DAY } }],
  [{ calendar: 'monthly', grace: { evaluations: 3 } }, { grace: { evaluations: 3 } }],
  [{ protect: {} }, { protect: { riseMs: 0, rulesMs: 0, untilDay: null } }],
  [
    { protect: { rise: '30d', rules: '15d', until: '2026-12-31' } },
    { protect: { riseMs: 30 * DAY, rulesMs: 15 * DAY, untilDay: dayOfCivil(2026, 12, 31) } },
  ],
  [{ minimum: { when: { exam: 'rules' } } }, { assessed: { id: 'ladder.minimum', exam: 'rules' } }],
  [
    {
      vetoes: [
        { when: { violation: 'v' }, atMost: 'silver' },
        { when: { violation: 'w' }, atMost: 'none' },
      ],
    },
    {
      vetoes: [
        { when: { id: 'ladder.veto.0', violation: 'v' }, atMost: 'silver' },
        { when: { id: 'ladder.veto.1', violation: 'w' }, atMost: null },
      ],
    },
  ],
])('%j is read', (changes, wanted) => {
  expect(read(changes)).toMatchObject(wanted);
});

const WORST = [{ metric: 'orders', op: '>', lines: { silver: 10, gold: 100 } }];
test.each<[Changes, string, RegExp]>([
  [{ colour: 1 }, '/colour', /not known here/],
  [{ names: {} }, '/names', /name in en/],
  [{ tiers: [] }, '/tiers', /not be empty/],
  [{ tiers: 'gold' }, '/tiers', /a list/],
  [{ tiers: [named('a', { enter: 0 }), named('a', { enter: 1 })] }, '/tiers/1/id', /must be unique/],
  [
    { tiers: [named('a', { enter: 5 }), named('b', { enter: 5 })] },
    '/tiers/1/enter',
    /above the line of the tier/,
  ],
  [{ tiers: [named('a', { enter: 5, leave: 6 })] }, '/tiers/0/leave', /above enter, which is 5/],
  [{ tiers: [named('a')] }, '/tiers/0/enter', /whole number/],
  [{ tiers: [named('a', { enter: 0, when: { tool: 't' } })] }, '/tiers/0/when', /not known here/],
  [{ by: 'nothing' }, '/by', /the metric nothing/],
  [{ by: undefined, tiers: [named('a'), named('b')] }, '/tiers/1', /must say when it is entered/],
  [{ by: undefined, tiers: [named('a', { enter: 5 })] }, '/tiers/0/enter', /not known here/],
  [{ by: undefined, tiers: [named('a', { when: {} })] }, '/tiers/0/when', /one of all/],
  [{ worst: WORST }, '/worst', /left out beside by/],
  [{ by: undefined, worst: WORST, tiers: CONDITIONS }, '/tiers/1/when', /not known here/],
  [{ by: undefined, worst: WORST, tiers: [named('a'), named('b')] }, '/tiers/1', /must have a line in worst/],
  [
    { by: undefined, worst: WORST, tiers: [named('a'), named('silver')] },
    '/worst/0/lines/gold',
    /the tier gold/,
  ],
  [
    { by: undefined, worst: [{ metric: 'orders', op: '=', lines: {} }] },
    '/worst/0/op',
    /one of >=, >, <=, </,
  ],
  [{ by: undefined, worst: [{ metric: 'orders', op: '>', lines: 3 }] }, '/worst/0/lines', /a mapping/],
  [{ by: undefined, worst: [] }, '/worst', /not be empty/],
  [{ minimum: {} }, '/minimum/metric', /text matching/],
  [{ minimum: { metric: 'nothing', atLeast: 1 } }, '/minimum', /the metric nothing/],
  [{ minimum: { metric: 'orders', atLeast: 1, when: { tool: 't' } } }, '/minimum/metric', /not known here/],
  [{ calendar: 'weekly' }, '/calendar', /the calendar weekly/],
  [{ calendar: 'sale' }, '/calendar', /sale, which is a period/],
  [{ step: 0 }, '/step', /1 to 100/],
  [{ dwell: '2 days' }, '/dwell', /a duration/],
  [{ grace: { for: 0 } }, '/grace/for', /not 0/],
  [{ grace: {} }, '/grace/for', /a duration/],
  [{ grace: { evaluations: 2 } }, '/grace/evaluations', /the ladder has no calendar/],
  [{ calendar: 'monthly', grace: { evaluations: 0 } }, '/grace/evaluations', /1 to 100/],
  [{ calendar: 'monthly', grace: { evaluations: 2, for: '2d' } }, '/grace/for', /not known here/],
  [{ protect: { fall: '2d' } }, '/protect/fall', /not known here/],
  [{ protect: { until: 'soon' } }, '/protect/until', /a date/],
  [{ vetoes: [{ when: { tool: 't' }, atMost: 'platinum' }] }, '/vetoes/0/atMost', /the tier platinum/],
  [{ vetoes: [{ when: { tool: 't' } }] }, '/vetoes/0/atMost', /text matching/],
  [{ vetoes: [{ atMost: 'none' }] }, '/vetoes/0/when', /one of all/],
])('%j is found at %s', (changes, place, rule) => {
  const found = findings(sourceOf(ladder(changes))).filter(({ field }) => field === `/ladders/0${place}`);
  expect(found.map((finding) => finding.rule).join()).toMatch(rule);
});

const asking = (id: string, of: string): object =>
  ladder({ id, by: undefined, tiers: [named('a'), named('b', { when: { tierAtLeast: 'b', ladder: of } })] });

test('a ladder that asks about another comes after it, wherever it is written', () => {
  const three = ladder({ id: 'three', by: undefined, tiers: [named('b')] });
  const source = sourceOf(asking('one', 'two'), asking('two', 'three'), three) as object;
  const { ladders, mainLadder } = compiled({ ...source, programmes: [] }).bundle;
  expect(ladders.map(({ id }) => id)).toEqual(['three', 'two', 'one']);
  expect(mainLadder).toBe('one');
});

test('a ladder that asks about itself is found, however long the way round', () => {
  const rules = (...ladders: object[]): string[] =>
    findings({ ...(sourceOf(...ladders) as object), programmes: [] }).map(
      ({ field, rule }) => `${field} ${rule}`,
    );
  expect(rules(asking('one', 'one'))).toEqual(['/ladders/0 asks about itself, by way of one']);
  expect(rules(asking('one', 'two'), asking('two', 'one'))).toEqual([
    '/ladders/0 asks about itself, by way of two',
    '/ladders/1 asks about itself, by way of one',
  ]);
});

test('the main ladder is the first, or the one that is named', () => {
  const source = (more: Changes): unknown => ({
    ...(sourceOf(ladder(), ladder({ id: 'stars' })) as object),
    programmes: [],
    ...more,
  });
  expect(compiled(source({})).bundle.mainLadder).toBe('ladder');
  expect(compiled(source({ mainLadder: 'stars' })).bundle.mainLadder).toBe('stars');
  expect(findings(source({ mainLadder: 'levels' })).map(({ field }) => field)).toEqual(['/mainLadder']);
});

test('a bundle may do without ladders', () => {
  const { bundle } = compiled(smallSource({ ladders: undefined, programmes: [] }));
  expect([bundle.ladders, bundle.mainLadder]).toEqual([[], null]);
});

/// <reference types="node" />
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { changed, compiled, findings, ladder, smallSource, welcome } from '../testing/small-bundle.ts';
import { chainOf } from './account-instance.ts';
import { watchedAtoms } from './bundle.ts';
import { parseBundle } from './compile.ts';

test('the starter bundle compiles, and its text is read back as the same bundle', () => {
  const source: unknown = parse(readFileSync('policies/starter/bundle.yaml', 'utf8'));
  const { bundle, text } = compiled(source);
  expect(parseBundle(text)).toEqual(bundle);
  expect(bundle.programmes.map(({ id, kind }) => [id, kind])).toEqual([
    ['welcome-boost', 'traffic'],
    ['growth-boost', 'traffic'],
    ['operator-help', 'service'],
    ['auto-reply', 'tool'],
    ['launch-fee-relief', 'value-added'],
    ['dispatch-cap', 'limit'],
    ['floor-boost', 'traffic'],
  ]);
  expect(bundle.metrics.find(({ id }) => id === 'capability_score')!.formula).toMatchObject({
    score: {
      components: expect.arrayContaining([
        { metric: 'defects_60d', weightBps: 2_000, from: 1_000, to: 0 },
      ]) as unknown,
    },
  });
  expect(watchedAtoms(bundle)).toHaveLength(22);
});

test('the campaigns of the starter bundle lie within its season, and what is kept for the floor does not', () => {
  const source: unknown = parse(readFileSync('policies/starter/bundle.yaml', 'utf8'));
  const { accounts } = compiled(source).bundle;
  const chains = ['welcome-2026', 'growth-2026', 'floor-2026'].map((id) =>
    chainOf(accounts, id).map((account) => account.id),
  );
  expect(chains).toEqual([['welcome-2026', 'season-2026'], ['growth-2026', 'season-2026'], ['floor-2026']]);
});

test('the order of keys in a source makes no difference to the compiled text', () => {
  const source = smallSource();
  const turned = Object.fromEntries(Object.entries(source).reverse());
  expect(compiled(turned).text).toBe(compiled(source).text);
});

test('percentages, durations and windows become basis points, milliseconds and days', () => {
  const { bundle } = compiled(changed('ladders/0/tiers/1/enter', '50.5%'));
  expect(bundle.ladders[0]).toMatchObject({
    dwellMs: 172_800_000,
    tiers: [{}, { enter: { value: 5_050 } }, {}],
  });
  expect(bundle.metrics[1]!.formula).toMatchObject({ window: { days: 7, lag: 0 }, minimumCount: 2 });
  const minutes = compiled(changed('programmes', [welcome({ duration: '90m', settle: 0, coolDown: '10s' })]));
  expect(minutes.bundle.programmes[0]).toMatchObject({
    durationMs: 5_400_000,
    settleMs: 0,
    coolDownMs: 10_000,
  });
});

test.each<[string, unknown, string, RegExp]>([
  ['bundle', '', '/bundle', /text matching/],
  ['bundle', 'a b', '/bundle', /text matching/],
  ['colour', 'red', '/colour', /not known here/],
  ['names', { zh: '小' }, '/names', /name in en/],
  ['names/en', '', '/names/en', /text matching/],
  ['currency', 'cny', '/currency', /text matching/],
  ['metrics', 'none', '/metrics', /a list/],
  ['metrics', Array.from({ length: 1_001 }, () => null), '/metrics', /not be longer than 1000/],
  ['metrics/0/id', 'overdue', '/metrics/2/id', /unique, and \/metrics\/0 has it/],
  ['metrics/0/id', '__proto__', '/metrics/0/id', /name that every object has/],
  ['metrics/4/score/colour', 1, '/metrics/4/score/colour', /not known here/],
  ['metrics/4/score/minimumWeight', '101%', '/metrics/4/score/minimumWeight', /0 to 100%/],
  ['metrics/4/score/minimumWeight', '50.123%', '/metrics/4/score/minimumWeight', /two decimals/],
  [
    'metrics/4/score/components/0/metric',
    'nothing',
    '/metrics/4/score/components/0/metric',
    /nothing, which is not defined/,
  ],
  ['metrics/4/score/components/0/from', '100%', '/metrics/4/score/components/0', /must differ/],
  ['metrics/4/score/components/0/to', 2 ** 53, '/metrics/4/score/components/0/to', /whole number/],
  ['ladders', 'none', '/ladders', /a list/],
  ['calendars', {}, '/calendars', /a list/],
  ['capacity', undefined, '/capacity/window', /whole days/],
  ['capacity/grain/edges', [0, 2, 2], '/capacity/grain/edges', /must rise/],
  ['capacity/grain/edges', [1, 2], '/capacity/grain/edges', /must begin at 0/],
  ['capacity/grain/hysteresis', '60%', '/capacity/grain/hysteresis', /0 to 50%/],
  ['capacity/grain/colour', 1, '/capacity/grain/colour', /not known here/],
  ['capacity/stockCover', 0, '/capacity/stockCover', /whole days/],
  ['capacity/probe', -1, '/capacity/probe', /from 0/],
  ['capacity/replies', { metric: 'nothing', floor: 1 }, '/capacity/replies/metric', /not defined/],
  ['capacity/replies', { metric: 'orders' }, '/capacity/replies/floor', /whole number/],
])('%s: %j is found at %s', (place, value, field, rule) => {
  const found = findings(changed(place, value)).filter((finding) => finding.field === field);
  expect(found.map((finding) => finding.rule).join()).toMatch(rule);
});

test.each([null, 'text', 7, [], undefined])('the source %j gives findings and no exception', (source) => {
  expect(findings(source).length).toBeGreaterThan(10);
});

test('all mistakes are found at once, each with its value', () => {
  const source = { ...smallSource(), currency: 'yuan', bundle: 7, names: { en: 'x'.repeat(300) } };
  expect(findings(source)).toEqual([
    { field: '/bundle', value: '7', rule: expect.any(String) as string },
    { field: '/names/en', value: `${'x'.repeat(77)}...`, rule: expect.any(String) as string },
    { field: '/currency', value: 'yuan', rule: expect.any(String) as string },
  ]);
});

test.each([
  [ladder({ by: 'nothing' }), '/ladders/0/by'],
  [
    ladder({
      by: undefined,
      worst: [{ metric: 'nothing', op: '>=', lines: { silver: 1, gold: 2 } }],
      tiers: ['bronze', 'silver', 'gold'].map((id) => ({ id, names: { en: id } })),
    }),
    '/ladders/0/worst/0/metric',
  ],
])('a metric of lines that is not there is found once, where the ladder names it', (one, field) => {
  const missing = findings(smallSource({ ladders: [one] })).filter(({ rule }) => rule.includes('nothing'));
  expect(missing.map((finding) => finding.field)).toEqual([field]);
});

test('a compiled text of another format is refused', () => {
  expect(() => parseBundle('{"format":1}')).toThrow(
    'the bundle has format 1, and this engine reads format 3: compile its source again',
  );
});

/// <reference types="node" />
import { readdirSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { changed, compiled, findings, smallSource, welcome } from '../testing/small-bundle.ts';
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
  expect(bundle.score.components.map(({ metric, from, to }) => [metric, from, to])).toContainEqual([
    'defects_60d',
    1_000,
    0,
  ]);
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

test('every bundle of the repository compiles', () => {
  const folders = readdirSync('policies', { withFileTypes: true }).filter((entry) => entry.isDirectory());
  for (const { name } of folders) {
    const source: unknown = parse(readFileSync(`policies/${name}/bundle.yaml`, 'utf8'));
    expect(compiled(source).bundle.id).toBe(name);
  }
  expect(folders.length).toBeGreaterThan(0);
});

test('the order of keys in a source makes no difference to the compiled text', () => {
  const source = smallSource();
  const turned = Object.fromEntries(Object.entries(source).reverse());
  expect(compiled(turned).text).toBe(compiled(source).text);
});

test('percentages, durations and windows become basis points, milliseconds and days', () => {
  const { bundle } = compiled(changed('ladder/tiers/1/enter', '50.5%'));
  expect(bundle.ladder).toMatchObject({ dwellMs: 172_800_000, tiers: [{}, { enterBps: 5_050 }, {}] });
  expect(bundle.metrics[1]!.formula).toMatchObject({ windowDays: 7, scale: 10_000, minimumCount: 2 });
  const minutes = compiled(changed('programmes', [welcome({ duration: '90m', settle: 0, coolDown: '10s' })]));
  expect(minutes.bundle.programmes[0]).toMatchObject({
    durationMs: 5_400_000,
    settleMs: 0,
    coolDownMs: 10_000,
  });
});

test('a condition without an id is named after its place', () => {
  const who = { all: [{ training: 'a' }, { any: [{ tool: 't' }, { not: { flag: 'closed', is: true } }] }] };
  const { bundle } = compiled(changed('programmes', [welcome({ who })]));
  const ids = watchedAtoms(bundle).map(({ id }) => id);
  expect(ids).toEqual(['welcome.who.0', 'welcome.who.1.0', 'welcome.who.1.1.not']);
});

test.each<[string, unknown, string, RegExp]>([
  ['bundle', '', '/bundle', /text matching/],
  ['bundle', 'a b', '/bundle', /text matching/],
  ['colour', 'red', '/colour', /not known here/],
  ['names', { zh: '小' }, '/names', /name in en/],
  ['names/en', '', '/names/en', /text matching/],
  ['currency', 'cny', '/currency', /text matching/],
  ['metrics', 'none', '/metrics', /a list/],
  ['metrics/0/sum', 'ordersDreamt', '/metrics/0/sum', /one of ordersPaid/],
  ['metrics/0/sum', undefined, '/metrics/0', /one of sum, ratio, ageDays, state/],
  ['metrics/0/window', '401d', '/metrics/0/window', /1d to 400d/],
  ['metrics/0/window', '0d', '/metrics/0/window', /1d to 400d/],
  ['metrics/0/window', 7, '/metrics/0/window', /1d to 400d/],
  ['metrics/0/ratio', 'stars', '/metrics/0/ratio', /not known here/],
  ['metrics/0/id', 'overdue', '/metrics/2/id', /unique, and \/metrics\/0 has it/],
  ['metrics/0/id', '__proto__', '/metrics/0/id', /name that every object has/],
  ['metrics/1/per', undefined, '/metrics/1/per', /one of/],
  ['metrics/1/scale', 0, '/metrics/1/scale', /1 to 1000000/],
  ['metrics/1/minimumCount', 1.5, '/metrics/1/minimumCount', /whole number/],
  ['metrics/2/state', 'mood', '/metrics/2/state', /one of openOrders/],
  ['metrics/2/window', '7d', '/metrics/2/window', /not known here/],
  ['metrics/3/ageDays', 'yes', '/metrics/3/ageDays', /true/],
  ['score/colour', 1, '/score/colour', /not known here/],
  ['score/minimumWeight', '101%', '/score/minimumWeight', /0 to 100%/],
  ['score/minimumWeight', '50.123%', '/score/minimumWeight', /two decimals/],
  ['score/components/0/metric', 'nothing', '/score/components/0/metric', /nothing, which is not defined/],
  ['score/components/0/metric', 'age', '/score/components/0/metric', /age alone/],
  ['score/components/0/from', '100%', '/score/components/0', /must differ/],
  ['score/components/0/to', 2 ** 53, '/score/components/0/to', /whole number/],
  ['score/components/0/to', 0.5, '/score/components/0/to', /whole number/],
  ['ladder/dwell', '2 days', '/ladder/dwell', /a duration/],
  ['ladder/minimum/metric', 'nothing', '/ladder/minimum/metric', /not defined/],
  ['ladder/minimum/metric', 'age', '/ladder/minimum/metric', /age alone/],
  ['ladder/minimum/colour', 1, '/ladder/minimum/colour', /not known here/],
  ['ladder/tiers', [], '/ladder/tiers', /must enter at 0/],
  ['ladder/tiers/0/enter', '1%', '/ladder/tiers', /must enter at 0/],
  ['ladder/tiers/2/enter', '50%', '/ladder/tiers', /must rise/],
  ['ladder/tiers/1/leave', '51%', '/ladder/tiers/1', /leave must not be above enter/],
  ['ladder/tiers/1/id', 'gold', '/ladder/tiers/2/id', /unique, and \/ladder\/tiers\/1 has it/],
  ['capacity/grain/edges', [0, 2, 2], '/capacity/grain/edges', /begin at 0 and rise/],
  ['capacity/grain/edges', [1, 2], '/capacity/grain/edges', /begin at 0 and rise/],
  ['capacity/grain/hysteresis', '60%', '/capacity/grain/hysteresis', /0 to 50%/],
  ['capacity/grain/colour', 1, '/capacity/grain/colour', /not known here/],
  ['capacity/stockCover', 0, '/capacity/stockCover', /whole days/],
  ['capacity/probe', -1, '/capacity/probe', /from 0/],
  ['capacity/replies', { metric: 'nothing', floor: 1 }, '/capacity/replies/metric', /not defined/],
  ['capacity/replies', { metric: 'age', floor: 1 }, '/capacity/replies/metric', /age alone/],
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

test('a compiled text of another format is refused', () => {
  expect(() => parseBundle('{"format":1}')).toThrow(
    'the bundle has format 1, and this engine reads format 2: compile its source again',
  );
});

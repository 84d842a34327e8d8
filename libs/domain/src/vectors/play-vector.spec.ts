import { createHash } from 'node:crypto';
import { parse } from 'yaml';
import { compiled, smallSource } from '../testing/small-bundle.ts';
import { uncoveredBy } from './coverage.ts';
import { playVector, type VectorOutcome } from './play-vector.ts';
import { readVectors } from './read-vector.ts';

const hash = (text: string): string => createHash('sha256').update(text).digest('hex');

// Kuaishou's 好物联盟: admission and revocation as its notices of 2021 say.
const ALLIANCE = compiled(
  smallSource({
    metrics: parse(`
      - { id: star, names: { en: Star }, unit: stars, ratio: stars, per: reviews, scale: 100, window: 30d }
      - { id: gmv, names: { en: GMV }, unit: minor, sum: gmvMinor, window: 30d }
      - { id: dsr, names: { en: DSR }, unit: stars, ratio: dsrDescription, per: dsrDescriptionCount, scale: 100,
          window: 90d }
      - { id: points, names: { en: Points }, unit: points, violations: points, window: 365d }
      - { id: age, names: { en: Age }, unit: days, daysSince: registered }
    `) as unknown,
    ladders: parse(`
      - id: day
        names: { en: Day score }
        by: star
        tiers:
          - { id: limited, names: { en: Limited }, enter: 0 }
          - { id: free, names: { en: Free }, enter: 440, leave: 400 }
    `) as unknown,
    accounts: [],
    programmes: parse(`
      - id: alliance
        names: { en: Alliance }
        kind: tool
        gives: { access: [distribution] }
        who:
          all:
            - { id: star-4, metric: star, op: ">=", value: 400 }
            - { id: dsr-47, metric: dsr, op: ">=", value: 470,
                waiveIf: { id: open-90, metric: age, op: "<", value: 90 } }
            - { id: gmv-1000, metric: gmv, op: ">=", value: 100000 }
            - { id: points-100, metric: points, op: "<", value: 100 }
            - { id: licence, certification: business-licence }
        revokeWhen: { id: star-35, metric: star, op: "<=", value: 350 }
        onRevoke: [delist-plans]
        duration: 999d
        coolDown: 30d
        limits: { openings: 3 }
    `) as unknown,
    capacity: smallSource()['capacity'],
  }),
);

function play(yaml: string): VectorOutcome[] {
  const read = readVectors(parse(yaml));
  if ('findings' in read) throw new Error(JSON.stringify(read.findings));
  return read.vectors.map((vector) => playVector(ALLIANCE.bundle, ALLIANCE.text, vector, hash));
}

const ADMITTED = `
vectors:
  - name: everything just met
    given: { registered: 90d, certifications: [business-licence],
      metrics: { star: 400, gmv: 100000, dsr: 470, points: 99 } }
    expect: { programmes: { alliance: issue } }
  - name: the DSR is waived before the ninetieth day
    given: { registered: 89d, certifications: [business-licence],
      metrics: { star: 400, gmv: 100000, dsr: 469, points: 0 } }
    expect: { programmes: { alliance: issue } }
  - name: and counts on it
    given: { registered: 90d, certifications: [business-licence],
      metrics: { star: 400, gmv: 100000, dsr: 469, points: 0 } }
    expect: { programmes: { alliance: { outcome: withhold, reasons: [dsr-47] } } }
  - name: sales a cent short
    given: { certifications: [business-licence], metrics: { star: 490, gmv: 99999, dsr: 490, points: 0 } }
    expect: { programmes: { alliance: { outcome: withhold, reasons: [gmv-1000] } } }
  - name: no licence, and a hundred points
    given: { metrics: { star: 450, gmv: 500000, dsr: 490, points: 100 } }
    expect: { programmes: { alliance: { outcome: withhold, reasons: [licence, points-100] } } }
`;

test('vectors of values of metrics hold on both sides of each line', () => {
  expect(play(ADMITTED).map(({ vector, misses }) => [vector, misses])).toEqual(
    [
      'everything just met',
      'the DSR is waived before the ninetieth day',
      'and counts on it',
      'sales a cent short',
      'no licence, and a hundred points',
    ].map((name) => [name, []]),
  );
});

test('a vector of steps: kept in the gap, revoked at the line, back after thirty days', () => {
  const [outcome] = play(`
vectors:
  - name: three openings
    given: { certifications: [business-licence], metrics: { star: 400, gmv: 100000, dsr: 470, points: 0 } }
    expect: { decisions: [alliance issue] }
    steps:
      - { after: 1d, metrics: { star: 360 }, expect: { decisions: [] } }
      - { after: 1d, metrics: { star: 350 },
          expect: { decisions: [alliance revoke, alliance withhold] } }
      - { after: 29d, metrics: { star: 400 },
          expect: { programmes: { alliance: { outcome: withhold, reasons: [cool-down] } } } }
      - { after: 1d, expect: { programmes: { alliance: issue } } }
`);
  expect(outcome!.misses).toEqual([]);
});

const DAYS: readonly (readonly [number, string, boolean])[] = [
  [450, 'free', false],
  [439, 'free', true],
  [400, 'free', true],
  [399, 'limited', false],
  [420, 'limited', false],
  [439, 'limited', false],
  [440, 'free', false],
  [410, 'free', true],
];

test('a vector of a ladder: free, warned in the zone, limited below it, free again only at the upper line', () => {
  const step = (value: number, tier: string, warned: boolean): string =>
    `      - { after: 1d, metrics: { star: ${value} },\n` +
    `          expect: { tiers: { day: ${tier} }, warned: { day: ${warned} } } }\n`;
  const [outcome] = play(`
vectors:
  - name: hysteresis
    steps:
${DAYS.map(([value, tier, warned]) => step(value, tier, warned)).join('')}`);
  expect(outcome!.misses).toEqual([]);
});

test('a vector of history: what happened is counted as scoring counts it', () => {
  const [outcome] = play(`
vectors:
  - name: counted
    given:
      registered: 200d
      events:
        - { daysAgo: 29, type: order.paid, times: 3, data: { amountMinor: 500 } }
        - { daysAgo: 30, type: order.paid, data: { amountMinor: 7 } }
        - { daysAgo: 2, type: review.posted, data: { stars: 4 } }
        - { type: review.posted, data: { stars: 5 } }
      violations: [{ class: fake-trade, points: 48, daysAgo: 364 }, { class: fake-trade, points: 9, daysAgo: 365 }]
    expect: { metrics: { gmv: 1500, star: 450, points: 48, age: 200, dsr: not-assessed } }
`);
  expect(outcome!.misses).toEqual([]);
});

test('what is not as expected is told with what it is and what it should be', () => {
  const [outcome] = play(`
vectors:
  - name: wrong in every way
    given: { metrics: { star: 400, gmv: 1 } }
    expect:
      metrics: { gmv: 2, sales: 3 }
      tiers: { day: free, night: none }
      programmes: { alliance: issue }
`);
  expect(outcome!.misses).toEqual([
    'metric gmv is 1, and should be 2',
    'metric sales is not defined',
    'tier on day is limited, and should be free',
    'ladder night is not defined',
    'alliance: outcome is withhold (dsr-47, gmv-1000, licence), and should be issue',
  ]);
});

test('conditions of which no vector shows one side are named', () => {
  const uncovered = uncoveredBy(ALLIANCE.bundle, play(ADMITTED));
  expect(uncovered).toEqual([
    { condition: 'day.free.keep', never: ['false'] },
    { condition: 'star-4', never: ['false'] },
    { condition: 'star-35', never: ['true'] },
  ]);
});

test.each<[string, string, string]>([
  ['no expectation', '{ name: a }', '/vectors/0: must have expect or steps'],
  ['an empty one', '{ name: a, expect: {} }', '/vectors/0/expect: must expect something'],
  [
    'an unknown field',
    '{ name: a, given: { star: 4 }, expect: { decisions: [] } }',
    '/vectors/0/given/star: is not known here',
  ],
  [
    'a wrong value',
    '{ name: a, expect: { metrics: { star: high } } }',
    '/vectors/0/expect/metrics/star: must be a whole number',
  ],
  [
    'a wrong day',
    '{ name: a, given: { date: 2026-02-30 }, expect: { decisions: [] } }',
    '/vectors/0/given/date: must be a date',
  ],
])('a vector with %s is a finding', (_name, vector, expected) => {
  const read = readVectors(parse(`{ vectors: [${vector}] }`));
  const [finding] = 'findings' in read ? read.findings : [];
  expect(`${finding!.field}: ${finding!.rule}`).toContain(expected);
});

test('an event that no stage can read is told as such, and an instant may be hours ago', () => {
  const at = (orderedAt: string): string => `
vectors:
  - name: an order
    given: { events: [{ type: order.paid, data: { orderedAt: ${orderedAt} } }] }
    expect: { programmes: { alliance: withhold } }
`;
  expect(play(at('-30h'))[0]!.misses).toEqual([]);
  expect(play(at('yesterday'))[0]!.misses[0]).toMatch(/^cannot be played: .*yesterday/);
});

test('usage is of the grant of the programme that is named, or of the newest', () => {
  const welcomed = compiled(smallSource());
  const read = readVectors(
    parse(`
vectors:
  - name: used by halves
    given: { trainings: [first-sale], registered: 9d }
    steps:
      - { expect: { programmes: { welcome: { outcome: issue, size: 100 } } } }
      - { events: [{ type: boost.delivered, data: { exposures: 50, grantId: welcome } }], expect: { decisions: [] } }
      - { events: [{ type: grant.used, data: { used: 100 } }],
          expect: { decisions: [welcome expire, welcome withhold], programmes: { welcome: withhold } } }
      - { events: [{ type: grant.used, data: { used: 9, grantId: growth } }], expect: { decisions: [refuse-usage] } }
  - name: without a grant there is nothing to use
    given: { registered: 9d }
    steps:
      - events: [{ type: grant.used, data: { used: 9 } }]
        expect: { decisions: [welcome withhold, growth withhold, refuse-usage] }
`),
  );
  if ('findings' in read) throw new Error(JSON.stringify(read.findings));
  const outcomes = read.vectors.map((each) => playVector(welcomed.bundle, welcomed.text, each, hash));
  expect(outcomes.flatMap(({ misses }) => misses)).toEqual([]);
});

import type { ConditionEvidence, Decision, GrantTerms } from '#domain/outputs';
import type { CloudEvent } from '#domain/stage/stage';
import { OUTCOMES, PHRASES } from './explain.ts';
import { BARE_IDS } from './explain/reasons.ts';
import { CHINESE_STORY } from './explain/story-zh.ts';
import { ENGLISH_STORY } from './explain/story-en.ts';
import { tellStory, type Step } from './story.ts';
import { budget } from './testing/money-records.ts';
import { balance, DecisionChain, grantTerms, START_MS } from './testing/records.ts';

const TRAINING: ConditionEvidence = {
  id: 'trained',
  what: 'training:peak-season',
  op: 'completed',
  line: true,
  value: false,
  margin: null,
  verdict: 'false',
  asOf: '0/1/0',
};
const TRAINED: ConditionEvidence = { ...TRAINING, value: true, verdict: 'true' };
const BOOST = grantTerms({ grantId: '0/30/0/0', size: 500, maximum: 500 });
const SECOND = grantTerms({ grantId: '0/80/0/0', size: 2_000, maximum: 2_000 });
const SHRUNK = { ...BOOST, size: 200 };
const GROWN = { ...BOOST, size: 300 };
const FULL = { headroom: 0, orders: { open: 40, overdue: 3 } };
const FREE = { headroom: 40, orders: { open: 12, overdue: 2 } };
const SETTLED = budget({ before: balance({ settling: 120 }), after: balance() });

/** A whole life: nothing, training, a probe, too much, less, more again, the end, and a boost. */
const LIFE: Partial<Decision>[] = [
  { outcome: 'withhold', reasons: ['cool-down'], tier: null },
  {
    outcome: 'offer',
    conditions: [TRAINING],
    reasons: ['train-first', 'trained'],
    until: '2026-11-18T08:00:00.000Z',
  },
  { outcome: 'issue', conditions: [TRAINED], grant: BOOST },
  { outcome: 'shrink', reasons: ['headroom-below-grant'], grant: SHRUNK, capacity: FULL },
  { outcome: 'grow', reasons: ['headroom-above-grant'], grant: GROWN, capacity: FREE },
  { outcome: 'expire', reasons: ['duration-over'], grant: GROWN },
  { outcome: 'settle', reasons: ['nothing-more-reported'], grant: GROWN, budget: SETTLED },
  { outcome: 'issue', grant: SECOND },
];

test('a life is told in order, from the first withholding over a probe and a recovery to a boost', () => {
  const steps = story(LIFE);

  expect(steps.map(({ step }) => step)).toEqual([
    'withheld',
    'offered',
    'trained',
    'probed',
    'saturated',
    'shrunk',
    'recovered',
    'expired',
    'settled',
    'boosted',
  ]);
  expect(steps.map(({ decision }) => decision)).toEqual(
    [10, 20, 30, 30, 40, 40, 50, 60, 70, 80].map((offset) => `0/${offset}/0/0`),
  );
  expect(steps.map(({ sentence }) => sentence)).toEqual([
    '“growth-boost” was withheld: the cool-down after its last grant is not over.',
    '“growth-boost” waits for a training until 2026-11-18 08:00:00 UTC: only the training is missing; ' +
      'training “peak-season” is not completed.',
    'Training “peak-season”, which “growth-boost” waited for, is completed.',
    'A first boost, as a probe: “growth-boost” gives 500, ranking weight × 1.5 until 2026-11-18 08:00:00 UTC.',
    'It has as much as it can carry (headroom 0 orders a day): its headroom fell below what the grant brings.',
    '“growth-boost” shrank from 500 to 200.',
    'It recovered, and “growth-boost” grew back from 200 to 300.',
    '“growth-boost” came to its end.',
    'The books of “growth-boost” are closed; 120 came back to its budget.',
    'A boost: “growth-boost” gives 2000, ranking weight × 1.5 until 2026-11-18 08:00:00 UTC.',
  ]);
});

test('each step says what changed, of the grant, the tier and the headroom', () => {
  const steps = story(LIFE);
  const changesOf = (kind: Step['step']) => steps.find(({ step }) => step === kind)!.changed;

  expect(changesOf('withheld')).toEqual([
    { what: 'headroom', from: null, to: 40 },
    { what: 'reasons', from: [], to: ['cool-down'] },
  ]);
  expect(changesOf('offered')).toEqual([
    { what: 'tier', from: null, to: 'silver' },
    { what: 'reasons', from: ['cool-down'], to: ['train-first', 'trained'] },
  ]);
  expect(changesOf('probed')).toContainEqual({ what: 'size', from: null, to: 500 });
  expect(changesOf('shrunk')).toEqual([
    { what: 'headroom', from: 40, to: 0 },
    { what: 'size', from: 500, to: 200 },
  ]);
  expect(changesOf('settled')).toEqual([]);
});

test('a page that begins in the middle tells the same as the whole', () => {
  const whole = story(LIFE);
  for (let cut = 1; cut < LIFE.length; cut++) {
    const events = eventsOf(LIFE);
    const newest = new Map(
      events.slice(0, cut).map((event) => {
        const { programme, grant } = event.data as unknown as Decision;
        return [`${programme} ${grant?.grantId ?? ''}`, event];
      }),
    );
    const before = [...newest.values()].sort((a, b) => a.time.localeCompare(b.time));
    const first = whole.findIndex(({ decision }) => decision === `0/${(cut + 1) * 10}/0/0`);
    expect(tellStory(before, events.slice(cut), 'en', () => BARE_IDS)).toEqual(whole.slice(first));
  }
});

test.each<[string, Partial<Decision>[], Step['step']]>([
  ['no room for more after a grant is saturation', [issue(), withhold('no-headroom')], 'saturated'],
  ['no room without ever a grant is a plain withholding', [withhold('no-headroom')], 'withheld'],
  [
    'growth beyond what it ever had is no recovery',
    [issue(), change('grow', { size: 900, maximum: 900 })],
    'grown',
  ],
  ['a tool is given', [issue({ kind: 'tool', benefit: { access: ['studio'] }, account: null })], 'given'],
  ['a limit is imposed', [issue({ kind: 'limit', benefit: { orderCap: { ordersPerDay: 5 } } })], 'limited'],
  ['an offer that lapsed', [{ outcome: 'forfeit', reasons: ['training-late:x'] }], 'training-missed'],
  ['a stage that lapsed', [issue(), change('forfeit', {}, ['stage-late:x'])], 'stage-missed'],
  ['a wait for money', [{ outcome: 'wait', reasons: ['budget-on-its-way'], budget: budget() }], 'queued'],
  ['a grant without anything left', [issue(), change('expire', {}, ['nothing-left'])], 'used-up'],
])('%s', (_, decisions, step) => {
  expect(story(decisions).at(-1)!.step).toBe(step);
});

test('a training that was done before anybody offered it is no step', () => {
  expect(story([{ ...issue(), conditions: [TRAINED] }]).map(({ step }) => step)).toEqual(['probed']);
});

test('every outcome makes a step with a sentence in both languages', () => {
  for (const language of ['en', 'zh'] as const) {
    for (const outcome of OUTCOMES) {
      const steps = tellStory(
        [],
        eventsOf([issue(), change(outcome, { stage: 's-2' })]),
        language,
        () => BARE_IDS,
      );
      for (const { sentence } of steps) expect(sentence).not.toMatch(/undefined|null|: [.。]/);
      expect(steps.length).toBeGreaterThan(1);
    }
  }
  expect(Object.keys(CHINESE_STORY.sentences)).toEqual(Object.keys(ENGLISH_STORY.sentences));
  expect(story([withhold('cool-down')], 'zh')[0]!.sentence).toBe(
    `暂不发放“growth-boost”：${PHRASES.zh.reasons['cool-down']!({ argument: '', account: null, refillsAt: null })}。`,
  );
});

function issue(some: Partial<GrantTerms> = {}): Partial<Decision> {
  return { outcome: 'issue', grant: { ...BOOST, ...some } };
}

function change(
  outcome: Decision['outcome'],
  some: Partial<GrantTerms>,
  reasons: string[] = ['renewed'],
): Partial<Decision> {
  return { outcome, grant: { ...BOOST, ...some }, reasons };
}

function withhold(...reasons: string[]): Partial<Decision> {
  return { outcome: 'withhold', reasons, capacity: FULL };
}

function story(decisions: readonly Partial<Decision>[], language: 'en' | 'zh' = 'en'): Step[] {
  return tellStory([], eventsOf(decisions), language, () => BARE_IDS);
}

function eventsOf(decisions: readonly Partial<Decision>[]): CloudEvent[] {
  const chain = new DecisionChain(0);
  return decisions.map((some, i) => {
    return JSON.parse(chain.next(some, 'm-1', START_MS + i * 1_000).text) as CloudEvent;
  });
}

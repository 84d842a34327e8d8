import type { ConditionEvidence, Decision, MerchantCapability } from '#domain/outputs';
import type { CloudEvent } from '#domain/stage/stage';
import { explainDecision, languageOf, recourseOf } from './explain.ts';
import type { Naming } from './explain/reasons.ts';
import { balance, capabilityText, DecisionChain, grantTerms } from './testing/records.ts';

const BALANCE = balance();

const ON_TIME: ConditionEvidence = {
  id: 'ships-on-time',
  what: 'metric:on-time-rate',
  op: '>=',
  line: 9_500,
  value: 9_200,
  margin: -300,
  verdict: 'false',
  asOf: '3/18/0',
};
const TRAINED: ConditionEvidence = {
  id: 'trained',
  what: 'training:peak-season',
  op: 'completed',
  line: true,
  value: true,
  margin: null,
  verdict: 'true',
  asOf: '3/18/0',
};

const NAMES: Naming = {
  programme: () => '成长助推',
  metric: () => '准时发货率',
  tier: () => '银牌',
  account: () => '流量池',
  quantity: (_metric, value) => `${value}`,
};

describe('a decision in words', () => {
  const withheld = decisionEvent({
    outcome: 'withhold',
    conditions: [TRAINED, ON_TIME],
    reasons: ['ships-on-time', 'cool-down'],
    budget: { account: 'traffic', unit: 'exposures', before: BALANCE, after: BALANCE },
  });

  test('says outcome, who, why, each condition, capacity and budget in English', () => {
    expect(explainDecision(withheld, 'en')).toEqual([
      'At 2026-11-11 08:00:00 UTC, programme “growth-boost” withheld a grant from merchant m-1.',
      'What caused it: updraft.order.paid.v1 event e-3/10, at position 3/10.',
      "The merchant's published tier was “silver”.",
      'Reason: the cool-down after its last grant is not over.',
      'Met — trained: training “peak-season” is completed.',
      'Failed — ships-on-time: on-time-rate is 9200, asked for is at least 9500, 300 short.',
      'It could carry 40 more orders a day; 12 orders open, 2 of them overdue.',
      'Budget “traffic” (exposures) did not change.',
    ]);
  });

  test('says the same in Chinese, with the names of the bundle', () => {
    expect(explainDecision(withheld, 'zh', NAMES)).toEqual([
      '2026-11-11 08:00:00 UTC，项目“成长助推”对商家 m-1：暂不发放权益。',
      '触发原因：updraft.order.paid.v1 事件 e-3/10，位置 3/10。',
      '当时公布的等级为“银牌”。',
      '原因：距上次权益的冷却期尚未结束。',
      '【通过】trained：培训“peak-season”已完成。',
      '【未通过】ships-on-time：准时发货率为 9200，要求不低于 9500，还差 300。',
      '当时每天还能承接 40 单；未完成 12 单，其中逾期 2 单。',
      '预算“流量池”（exposures）没有变化。',
    ]);
  });

  test('an issued grant is told with its size, its end and what it did to the budget', () => {
    const issued = decisionEvent({
      grant: grantTerms({ size: 500, maximum: 800, stage: 'second' }),
      budget: {
        account: 'traffic',
        unit: 'exposures',
        before: BALANCE,
        after: { ...BALANCE, free: 8_500, held: 1_500 },
      },
    });

    const sentences = explainDecision(issued, 'en');

    expect(sentences).toContain(
      'Grant 3/10/0/0 is a traffic boost (ranking weight × 1.5) of 500 (at most 800), in stage “second”, ' +
        'weight now × 1.5, valid from 2026-11-11 08:00:00 UTC to 2026-11-18 08:00:00 UTC.',
    );
    expect(sentences).toContain('Budget “traffic” (exposures): free 9000 → 8500, held 1000 → 1500.');
    expect(sentences).toContain('No condition failed.');
  });

  test.each<[string, Partial<ConditionEvidence>, boolean, string]>([
    [
      'a metric without enough data',
      { value: null, margin: null, verdict: 'not-assessed' },
      true,
      'Not assessed — ships-on-time: on-time-rate is not assessed (too little data); asked for is at least 9500.',
    ],
    [
      'a tier too low',
      { what: 'tier', op: '>=', line: 'gold', value: 'silver', margin: -1 },
      true,
      'Failed — ships-on-time: the tier is silver, asked for is at least gold, 1 short.',
    ],
    [
      'a survey answer that stands in the way',
      { what: 'survey:wants', op: '!=', line: 'not_now', value: 'not_now', margin: null },
      true,
      'Failed — ships-on-time: the answer to survey question “wants” is not_now, asked for is anything but not_now.',
    ],
    [
      'a survey question that nobody answered and that is no objection',
      { what: 'survey:wants', op: '!=', line: 'not_now', value: null, margin: null, verdict: 'true' },
      false,
      'Met — ships-on-time: survey question “wants” is not answered; asked for is anything but not_now.',
    ],
    [
      'a false condition that is not why',
      { verdict: 'false' },
      false,
      'Not the case — ships-on-time: on-time-rate is 9200, asked for is at least 9500, 300 short.',
    ],
    [
      'a true condition that revokes or stands under a not',
      { value: 9_600, margin: 100, verdict: 'true' },
      true,
      'The reason — ships-on-time: on-time-rate is 9600, asked for is at least 9500, margin 100.',
    ],
  ])('%s is told as it is', (_, some, isFailing, sentence) => {
    const event = decisionEvent({
      outcome: 'withhold',
      conditions: [{ ...ON_TIME, ...some }],
      reasons: isFailing ? ['ships-on-time'] : ['cool-down'],
    });

    expect(explainDecision(event, 'en')).toContain(sentence);
  });

  test('who waits for money is told for what, until when, and when the budget is filled again', () => {
    const evidence = {
      account: 'traffic~toys@2026-11-01',
      unit: 'exposures',
      before: BALANCE,
      after: BALANCE,
    };
    const about = { budget: { ...evidence, refillsAt: '2026-11-30T16:00:00.000Z' } };
    const waits = decisionEvent({
      ...about,
      outcome: 'wait',
      reasons: ['budget-on-its-way'],
      until: '2026-11-11T08:10:00.000Z',
    });
    const inVain = decisionEvent({ ...about, outcome: 'withhold', reasons: ['budget-held-elsewhere'] });

    expect(explainDecision(waits, 'en')).toEqual(
      expect.arrayContaining([
        'Reason: the money of “traffic, toys, from 2026-11-01” is not here yet, and was asked for.',
        'It waits until 2026-11-11 08:10:00 UTC at the latest.',
      ]),
    );
    expect(explainDecision(inVain, 'zh', NAMES)).toContain(
      '原因：预算“流量池，toys，自 2026-11-01”的余额由他方占用，未能按时到位，' +
        '将于 2026-11-30 16:00:00 UTC 重新充足。',
    );
  });

  test('usage that is refused is told of the grant that was named, and of no programme', () => {
    const refused = decisionEvent({
      outcome: 'refuse-usage',
      programme: '',
      reasons: ['grant-settled', 'grant:3/7/0/0'],
    });

    expect(explainDecision(refused, 'en')).toEqual(
      expect.arrayContaining([
        'At 2026-11-11 08:00:00 UTC, Updraft did not count usage that was reported of a grant of merchant m-1.',
        'Reason: the books of the grant are closed.',
        'Reason: the report names grant 3/7/0/0.',
      ]),
    );
  });

  test('an unknown reason code and a missing score are told, not hidden', () => {
    const event = decisionEvent({ outcome: 'withhold', reasons: ['brand-new-code'], tier: null });

    expect(explainDecision(event, 'en')).toEqual(
      expect.arrayContaining(['Reason: brand-new-code.', 'The merchant had no score yet, so no tier.']),
    );
  });
});

describe('recourse', () => {
  const withheld = decisionEvent({
    outcome: 'withhold',
    conditions: [TRAINED, ON_TIME],
    reasons: ['ships-on-time', 'cool-down'],
  });

  test('names what is missing, from the evidence of the decision', () => {
    expect(recourseOf(withheld, null, 'en')).toMatchObject([
      {
        programme: 'growth-boost',
        decision: '3/10/0/0',
        reason: 'ships-on-time',
        margin: -300,
        change: 'Bring on-time-rate from 9200 to at least 9500, a change of 300.',
      },
      {
        reason: 'cool-down',
        margin: null,
        change: 'Now in the way: the cool-down after its last grant is not over.',
      },
    ]);
  });

  test('uses the newest value where the capability has one', () => {
    const [first] = recourseOf(withheld, capability({ 'on-time-rate': 9_400 }), 'zh', NAMES);

    expect(first).toMatchObject({
      value: 9_400,
      margin: -100,
      change: '使准时发货率从 9400 变为不低于 9500，需变化 100。',
    });
  });

  test('does not ask for what was reached meanwhile', () => {
    const reasons = recourseOf(withheld, capability({ 'on-time-rate': 9_500 }), 'en').map(
      (each) => each.reason,
    );

    expect(reasons).toEqual(['cool-down']);
  });

  test.each([
    ['>=', 9_400, -100],
    ['>', 9_500, -1],
    ['<=', 9_600, -100],
    ['<', 9_500, -1],
  ])('the margin of %s is measured from its line', (op, value, margin) => {
    const event = decisionEvent({
      outcome: 'withhold',
      conditions: [{ ...ON_TIME, op }],
      reasons: ['ships-on-time'],
    });

    expect(recourseOf(event, capability({ 'on-time-rate': value }), 'en')[0]).toMatchObject({
      value,
      margin,
    });
  });
});

test.each([
  [undefined, 'en'],
  ['zh-CN,zh;q=0.9,en;q=0.8', 'zh'],
  ['fr, en;q=0.4, zh;q=0.5', 'zh'],
  ['en, zh', 'en'],
  ['zh;q=0', 'en'],
  ['*', 'en'],
])('Accept-Language %s asks for %s', (header, language) => {
  expect(languageOf(header)).toBe(language);
});

function decisionEvent(some: Partial<Decision>): CloudEvent {
  return JSON.parse(new DecisionChain(3).next(some).text) as CloudEvent;
}

function capability(metrics: MerchantCapability['metrics']): MerchantCapability {
  const text = capabilityText('m-1', '3/20/0', { metrics });
  return (JSON.parse(text) as { data: MerchantCapability }).data;
}

import type { ConditionEvidence } from '#domain/outputs';
import { PHRASES } from '../explain.ts';
import { BARE_IDS, conditionInWords, type Naming } from './reasons.ts';

const about = (condition: Partial<ConditionEvidence>): ConditionEvidence => ({
  id: 'c',
  what: 'metric:on_time',
  op: '>=',
  line: 8_500,
  value: 8_000,
  margin: -500,
  verdict: 'false',
  asOf: '0/1/0',
  ...condition,
});

const inUnits: Naming = { ...BARE_IDS, quantity: (_metric, value) => `${value / 100}%` };

test.each<[Partial<ConditionEvidence>, string, string]>([
  [{}, 'on_time is 80%, asked for is at least 85%, 5% short', 'on_time为 80%，要求不低于 85%，还差 5%'],
  [
    { what: 'certification:licence', op: 'held', line: true, value: false, margin: null },
    'certification “licence” does not hold',
    '已获认证“licence”：否',
  ],
  [
    { what: 'country', op: 'in', line: ['BR', 'MX'], value: 'CL', margin: null },
    'country is CL, asked for is one of BR, MX',
    '国家为 CL，要求为 BR, MX 之一',
  ],
  [
    { what: 'metric:star', op: 'assessed', line: true, value: null, margin: null },
    'star is not assessed',
    'star未评估',
  ],
  [
    { what: 'warned:day', op: '=', line: false, value: true, margin: null },
    'a warning on ladder “day”: true, asked for is false',
    '等级体系“day”的预警为 true，要求为 false',
  ],
])('%j is told in the units of its metric, in both languages', (condition, english, chinese) => {
  const words = conditionInWords(about(condition), true, inUnits);
  expect(PHRASES.en.statement(words)).toBe(english);
  expect(PHRASES.zh.statement(words)).toBe(chinese);
});

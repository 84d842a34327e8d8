import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { TRANSITIONS } from '#domain/allocator/grant-states';
import type { Decision, GrantKind, Outcome } from '#domain/outputs';
import type { Benefit } from '#domain/policy/bundle';
import type { CloudEvent } from '#domain/stage/stage';
import { explainDecision, PHRASES, recourseOf } from '../explain.ts';
import { DecisionChain, grantTerms } from '../testing/records.ts';
import { partsOfReason } from './reasons.ts';

// Whatever the allocator may say has words in both languages. Its reason codes are found in its source: every text in
// quotes there is a code, or one of what is known to be none.

const ALLOCATOR = join(import.meta.dirname, '../../../../libs/domain/src/allocator');
const LANGUAGES = ['en', 'zh'] as const;
const OUTCOMES: readonly Outcome[] = [
  ...new Set<Outcome>([...TRANSITIONS.map(({ outcome }) => outcome), 'refuse-usage', 'correct']),
];
const STATES = new Set<string>(TRANSITIONS.flatMap(({ from, to }) => [...from, to]));
/** Accounts may be kept per each of these; `no-` before it is the reason where a merchant has none. */
const PER = ['entity', 'category', 'country'];

/** Texts of the allocator's source that are no reasons and no outcomes or states either. */
const OTHER = new Set(
  [
    'account conditions from hash id position programme sequence status writer',
    'allocator capability decisions grants treasury activation',
    'held settling exposures seats entity limit boost guarantee fixed',
    'now waits looked true not-assessed all goes-on held ended grains headroom metric tier projected',
  ].flatMap((line) => line.split(' ')),
);
/** Beginnings of templates that are scopes of a stop, mark an offer that stands, or say why scoring wrote. */
const OTHER_TEMPLATES = new Set(['account', 'programme', 'verdict', 'grain']);

function sourceOfAllocator(): string {
  return readdirSync(ALLOCATOR)
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.spec.ts'))
    .map((file) => readFileSync(join(ALLOCATOR, file), 'utf8'))
    .join('\n');
}

/** Reasons as the allocator may write them, with an argument where they have one. */
function reasonsInSource(): string[] {
  const source = sourceOfAllocator();
  const quoted = [...source.matchAll(/'([a-z]+(?:-[a-z]+)*)'/g)].map((match) => match[1]!);
  const templates = [...source.matchAll(/`([a-z]+(?:-[a-z]+)*)([:-])\$\{/g)];
  const begun = templates.flatMap(([, text = '', mark]) => {
    if (mark === '-') return PER.map((each) => `${text}-${each}`);
    if (text === 'stopped') return ['stopped:all', 'stopped:programme:x', 'stopped:account:x'];
    return OTHER_TEMPLATES.has(text) ? [] : [`${text}:x`];
  });
  const isOther = (text: string): boolean =>
    OTHER.has(text) || STATES.has(text) || OUTCOMES.includes(text as Outcome);
  // `used-up` is a state and a reason.
  return [...new Set([...quoted.filter((text) => !isOther(text)), ...begun, 'used-up'])].sort();
}

const REASONS = reasonsInSource();

test('the reasons of the allocator are found in its source', () => {
  expect(REASONS).toEqual(
    expect.arrayContaining([
      'cool-down',
      'budget-held-elsewhere',
      'stage-late:x',
      'exclusive:x',
      'no-entity',
    ]),
  );
});

test.each(REASONS)('reason %s has words in both languages, in an explanation and as recourse', (reason) => {
  for (const language of LANGUAGES) {
    expect(partsOfReason(reason, PHRASES[language])).not.toBeNull();
    const event = decisionEvent({ outcome: 'withhold', reasons: [reason] });
    const told = [...explainDecision(event, language), recourseOf(event, null, language)[0]!.change];
    for (const sentence of told) expect(sentence).not.toMatch(new RegExp(`undefined|[ ：]${reason}[.。]$`));
  }
});

test('both languages have words for the same reasons, and none that the allocator never writes', () => {
  const codes = LANGUAGES.map((language) => Object.keys(PHRASES[language].reasons).sort());
  expect(codes[0]).toEqual(codes[1]);
  const written = REASONS.map((reason) => partsOfReason(reason, PHRASES.en)?.code);
  expect(codes[0]!.filter((code) => !written.includes(code))).toEqual([]);
});

test.each(OUTCOMES)('outcome %s has words of its own in both languages', (outcome) => {
  for (const language of LANGUAGES) {
    const first = (each: Outcome): string => explainDecision(decisionEvent({ outcome: each }), language)[0]!;
    expect(OUTCOMES.filter((each) => each !== outcome).map(first)).not.toContain(first(outcome));
    expect(first(outcome)).not.toContain('undefined');
  }
});

test.each<[GrantKind, Benefit, string, string]>([
  ['traffic', { boost: { weightBps: 15_000 } }, '(ranking weight × 1.5)', '排序权重 × 1.5'],
  [
    'traffic',
    { guarantee: { weightBps: 12_000, maximumBps: 20_000 } },
    '(guaranteed exposures, ranking weight × 1.2 to 2)',
    '保量曝光，排序权重 × 1.2 至 2',
  ],
  ['value-added', { credit: { for: 'ads' } }, '(credit for ads)', 'ads 抵用额度'],
  ['tool', { access: ['studio', 'insight'] }, '(access to studio, insight)', '使用权限 studio、insight'],
  [
    'tool',
    { quota: { ordersPerDay: 20, listings: 5 } },
    '(quota of 20 orders a day and 5 listings)',
    '每天 20 单、5 个商品',
  ],
  ['service', { service: { what: 'coach', course: 'c-1' } }, '(coach (course “c-1”))', 'coach（课程“c-1”）'],
  ['value-added', { feeRelief: { rateBps: 250 } }, '(fee rate of 2.5 %)', '费率 2.5%'],
  ['value-added', { branding: { package: 'badge' } }, '(branding package “badge”)', '品牌包装“badge”'],
  ['limit', { orderCap: { ordersPerDay: 10 } }, '(at most 10 orders a day)', '每天最多 10 单'],
  ['limit', { settlement: { days: 15 } }, '(paid out after 15 days)', '15 天后结款'],
  ['limit', { delisting: { scope: 'plans' } }, '(delisting of plans)', '下架 plans'],
])('a %s with %j is told in both languages', (kind, benefit, english, chinese) => {
  const event = decisionEvent({ grant: grantTerms({ kind, benefit }) });
  expect(explainDecision(event, 'en')[1]).toContain(english);
  expect(explainDecision(event, 'zh')[1]).toContain(chinese);
});

function decisionEvent(some: Partial<Decision>): CloudEvent {
  return JSON.parse(new DecisionChain(3).next(some).text) as CloudEvent;
}

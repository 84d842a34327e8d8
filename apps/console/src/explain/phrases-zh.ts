import { timesOf, type ConditionWords, type GrantWords, type Phrases } from './phrases.ts';
import { benefitInWords, DEEDS, KINDS, OUTCOMES, PARTS, REASONS } from './words-zh.ts';

const COMPARED: { readonly [op: string]: string } = {
  '>=': '不低于',
  '>': '高于',
  '<=': '不高于',
  '<': '低于',
  '=': '等于',
  '!=': '不为',
};

export const CHINESE: Phrases = {
  reasons: REASONS,
  benefit: benefitInWords,
  decided: (at, programme, outcome, merchant) =>
    programme === ''
      ? `${at}，对商家 ${merchant ?? '（无）'}：${OUTCOMES[outcome]}。`
      : `${at}，项目“${programme}”对商家 ${merchant ?? '（无）'}：${OUTCOMES[outcome]}。`,
  grant: (words) =>
    `权益 ${words.grantId}：${KINDS[words.kind]}（${benefitInWords(words.benefit)}）${extent(words)}，` +
    `有效期 ${words.validFrom} 至 ${words.validUntil}。`,
  cause: (eventId, type, position) => `触发原因：${type} 事件 ${eventId}，位置 ${position}。`,
  tier: (tier) => (tier === null ? '当时商家尚无评分，因此没有等级。' : `当时公布的等级为“${tier}”。`),
  reason: (words) => `原因：${words}。`,
  noReason: () => '没有未通过的条件。',
  until: (outcome, at) =>
    outcome === 'offer'
      ? `培训可在 ${at} 之前完成。`
      : outcome === 'warn'
        ? `须在 ${at} 之前整改。`
        : `最迟等待至 ${at}。`,
  condition: (words) => `【${mark(words)}】${words.id}：${statement(words)}。`,
  statement,
  capacity: (headroom, open, overdue) =>
    `当时每天还能承接 ${headroom} 单；未完成 ${open} 单，其中逾期 ${overdue} 单。`,
  budget: (account, unit, changes) =>
    changes.length === 0
      ? `预算“${account}”（${unit}）没有变化。`
      : `预算“${account}”（${unit}）：${changes
          .map((change) => `${PARTS[change.part]} ${change.before} → ${change.after}`)
          .join('，')}。`,
  account: (name, of, from) => [name, of, from === null ? null : `自 ${from}`].filter(isSaid).join('，'),
  change: (words) => `${wish(words)}。`,
  waitFor: (words) => `当前障碍：${words}。`,
  remedy: ({ deed, times }) => `${DEEDS[deed](times)}。`,
};

function extent({ isCounted, size, maximum, stage, weightBps }: GrantWords): string {
  const counted = isCounted ? `，额度 ${size}（上限 ${maximum}）` : '';
  const weighted = weightBps === null ? '' : `，当前权重 × ${timesOf(weightBps)}`;
  return `${counted}${stage === null ? '' : `，处于阶段“${stage}”`}${weighted}`;
}

function isSaid(part: string | null): boolean {
  return part !== null;
}

function mark(words: ConditionWords): string {
  if (words.verdict === 'not-assessed') return '未评估';
  if (words.isFailing && words.verdict === 'true') return '原因';
  if (words.isFailing) return '未通过';
  return words.verdict === 'true' ? '通过' : '不成立';
}

function statement(words: ConditionWords): string {
  const { kind, name, op, line, value } = words;
  if (op === 'completed') return `培训“${name}”${value === 'true' ? '已完成' : '未完成'}`;
  if (op === 'adopted') return `工具“${name}”${value === 'true' ? '已使用' : '未使用'}`;
  const listed = LISTED[kind];
  if (listed !== undefined) return `${listed(name)}${value === 'true' ? '：是' : '：否'}`;
  if (op === 'assessed') return value === null ? `${name}未评估` : `${name}已评估，为 ${value}`;
  if (op === 'in') return `${PLACES[kind] ?? kind}为 ${value ?? '未知'}，要求为 ${line} 之一`;
  if (kind === 'warned') return `等级体系“${name}”的预警为 ${value}，要求为 ${line}`;
  if (kind === 'flag') return `标记“${name}”为 ${value ?? '未知'}，要求为 ${line}`;
  const asked = `要求${COMPARED[op] ?? op} ${line}`;
  const subject = kind === 'survey' ? `调研问题“${name}”的回答` : kind === 'tier' ? '等级' : name;
  if (value === null && kind === 'survey') return `调研问题“${name}”尚未回答，${asked}`;
  if (value === null) return `${subject}未评估（数据不足），${asked}`;
  return `${subject}为 ${value}，${asked}${distanceOf(words)}`;
}

/** What a merchant is listed for, by kind of condition. */
const LISTED: { readonly [kind: string]: (name: string) => string } = {
  enrolled: (name) => `已报名培训“${name}”`,
  exam: (name) => `已通过考试“${name}”`,
  certification: (name) => `已获认证“${name}”`,
  violation: (name) => `存在违规“${name}”`,
  during: (name) => `处于活动期“${name}”`,
};
const PLACES: { readonly [kind: string]: string } = { category: '类目', country: '国家' };

function distanceOf({ margin, distance }: ConditionWords): string {
  if (margin === null) return '';
  return margin < 0 ? `，还差 ${distance}` : `，余量 ${distance}`;
}

function wish(words: ConditionWords): string {
  const { kind, name, op, line, value, margin, distance, verdict } = words;
  if (verdict === 'true') return `${words.id} 需不再成立（${statement(words)}）`;
  if (op === 'completed') return `完成培训“${name}”`;
  if (op === 'adopted') return `开始使用工具“${name}”`;
  const goal = GOALS[kind];
  if (goal !== undefined) return goal(name);
  if (op === 'assessed') return `${name}需${line === 'true' ? '' : '不再'}被评估`;
  if (op === 'in') return `仅限${PLACES[kind] ?? kind} ${line}`;
  if (kind === 'warned') return `等级体系“${name}”的预警需变为 ${line}`;
  if (kind === 'survey') return `对调研问题“${name}”的回答需${COMPARED[op] ?? op}“${line}”`;
  if (kind === 'tier') return `达到等级“${line}”${value === null ? '（目前尚无评分）' : ''}`;
  if (kind === 'flag') return `标记“${name}”需变为 ${line}`;
  if (value === null) return `使${name}${COMPARED[op] ?? op} ${line}；目前数据不足，尚无法评估`;
  const missing = margin !== null && margin < 0 ? `，需变化 ${distance}` : '';
  return `使${name}从 ${value} 变为${COMPARED[op] ?? op} ${line}${missing}`;
}

/** What would make a condition on a list hold. */
const GOALS: { readonly [kind: string]: (name: string) => string } = {
  enrolled: (name) => `报名培训“${name}”`,
  exam: (name) => `通过考试“${name}”`,
  certification: (name) => `取得认证“${name}”`,
  violation: (name) => `需存在违规“${name}”`,
  during: (name) => `等待活动期“${name}”`,
};

import type { AccountBalance, GrantKind, Outcome } from '#domain/outputs';
import type { ConditionWords, Phrases, ReasonWords } from './phrases.ts';

const OUTCOMES: { readonly [outcome in Outcome]: string } = {
  issue: '发放了权益',
  withhold: '暂不发放权益',
  renew: '续期了权益',
  shrink: '缩减了权益',
  grow: '扩大了权益',
  revoke: '收回了权益',
  expire: '权益到期结束',
  correct: '更正了此前的决定',
};

const KINDS: { readonly [kind in GrantKind]: string } = {
  traffic: '流量扶持',
  tool: '工具',
  service: '服务',
  'value-added': '增值权益',
};

const REASONS: ReasonWords = {
  'unknown-merchant': '商家尚未登记',
  'merchant-closed': '商家已关闭',
  'cool-down': '距上次权益的冷却期尚未结束',
  'openings-used': '在该项目中的开启次数已用完',
  'no-headroom': '承接能力已满，接不住更多订单',
  'merchant-cap': '已达到单个商家的上限',
  'budget-dry': '预算余额不足',
  'headroom-below-grant': '承接余量已低于权益带来的订单',
  'duration-over': '权益已到有效期',
  'used-up': '权益已用完',
};

const PARTS: { readonly [part in keyof AccountBalance]: string } = {
  leasedIn: '领入',
  free: '可用',
  held: '占用',
  settling: '结算中',
  spent: '已用',
  returned: '已退回',
  overrun: '超出',
};

const COMPARED: { readonly [op: string]: string } = {
  '>=': '不低于',
  '>': '高于',
  '<=': '不高于',
  '<': '低于',
  '=': '等于',
  '!=': '不为',
};

export const CHINESE: Phrases = {
  decided: (at, programme, outcome, merchant) =>
    `${at}，项目“${programme}”对商家 ${merchant ?? '（无）'}：${OUTCOMES[outcome]}。`,
  grant: (kind, size, maximum, id, from, until) =>
    `权益 ${id}：${KINDS[kind]}，额度 ${size}（上限 ${maximum}），有效期 ${from} 至 ${until}。`,
  cause: (eventId, type, position) => `触发原因：${type} 事件 ${eventId}，位置 ${position}。`,
  tier: (tier) => (tier === null ? '当时商家尚无评分，因此没有等级。' : `当时公布的等级为“${tier}”。`),
  reason: (code) => `原因：${REASONS[code] ?? code}。`,
  noReason: () => '没有未通过的条件。',
  condition: (words) => `【${mark(words)}】${words.id}：${statement(words)}。`,
  capacity: (headroom, open, overdue) =>
    `当时每天还能承接 ${headroom} 单；未完成 ${open} 单，其中逾期 ${overdue} 单。`,
  budget: (account, unit, changes) =>
    changes.length === 0
      ? `预算“${account}”（${unit}）没有变化。`
      : `预算“${account}”（${unit}）：${changes
          .map((change) => `${PARTS[change.part]} ${change.before} → ${change.after}`)
          .join('，')}。`,
  change: (words) => `${wish(words)}。`,
  waitFor: (code) => `当前障碍：${REASONS[code] ?? code}。`,
};

function mark(words: ConditionWords): string {
  if (words.verdict === 'not-assessed') return '未评估';
  if (words.isFailing && words.verdict === 'true') return '原因';
  if (words.isFailing) return '未通过';
  return words.verdict === 'true' ? '通过' : '不成立';
}

function statement(words: ConditionWords): string {
  const { kind, name, op, line, value, margin } = words;
  if (op === 'completed') return `培训“${name}”${value === 'true' ? '已完成' : '未完成'}`;
  if (op === 'adopted') return `工具“${name}”${value === 'true' ? '已使用' : '未使用'}`;
  if (kind === 'flag') return `标记“${name}”为 ${value ?? '未知'}，要求为 ${line}`;
  const asked = `要求${COMPARED[op] ?? op} ${line}`;
  const subject = kind === 'survey' ? `调研问题“${name}”的回答` : kind === 'tier' ? '等级' : name;
  if (value === null && kind === 'survey') return `调研问题“${name}”尚未回答，${asked}`;
  if (value === null) return `${subject}未评估（数据不足），${asked}`;
  return `${subject}为 ${value}，${asked}${distance(margin)}`;
}

function distance(margin: number | null): string {
  if (margin === null) return '';
  return margin < 0 ? `，还差 ${-margin}` : `，余量 ${margin}`;
}

function wish(words: ConditionWords): string {
  const { kind, name, op, line, value, margin, verdict } = words;
  if (verdict === 'true') return `${words.id} 需不再成立（${statement(words)}）`;
  if (op === 'completed') return `完成培训“${name}”`;
  if (op === 'adopted') return `开始使用工具“${name}”`;
  if (kind === 'survey') return `对调研问题“${name}”的回答需${COMPARED[op] ?? op}“${line}”`;
  if (kind === 'tier') return `达到等级“${line}”${value === null ? '（目前尚无评分）' : ''}`;
  if (kind === 'flag') return `标记“${name}”需变为 ${line}`;
  if (value === null) return `使${name}${COMPARED[op] ?? op} ${line}；目前数据不足，尚无法评估`;
  const missing = margin !== null && margin < 0 ? `，需变化 ${-margin}` : '';
  return `使${name}从 ${value} 变为${COMPARED[op] ?? op} ${line}${missing}`;
}

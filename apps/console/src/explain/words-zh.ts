import type { AccountBalance, GrantKind, Outcome } from '#domain/outputs';
import type { Benefit } from '#domain/policy/bundle';
import type { Remedy } from '#domain/recourse/find-recourse';
import { percentOf, timesOf, type ReasonAbout, type ReasonWords } from './phrases.ts';

export const OUTCOMES: { readonly [outcome in Outcome]: string } = {
  issue: '发放了权益',
  withhold: '暂不发放权益',
  wait: '排队等待预算到位',
  offer: '邀请先完成培训',
  forfeit: '因逾期关闭了待办的机会',
  advance: '开启了权益的下一阶段',
  renew: '续期了权益',
  shrink: '缩减了权益',
  grow: '扩大了权益',
  pace: '调整了权益的投放节奏',
  warn: '警告并限期整改，逾期将收回权益',
  clear: '整改完成，解除对权益的警告',
  revoke: '收回了权益',
  'claw-back': '因欺诈收回权益并追回已用部分',
  expire: '权益到期结束',
  settle: '权益结清',
  'refuse-usage': '未计入所报告的权益用量',
  correct: '更正了此前的决定',
};

export const KINDS: { readonly [kind in GrantKind]: string } = {
  traffic: '流量扶持',
  tool: '工具',
  service: '服务',
  'value-added': '增值权益',
  limit: '限制',
};

export const PARTS: { readonly [part in keyof AccountBalance]: string } = {
  leasedIn: '领入',
  free: '可用',
  held: '占用',
  settling: '结算中',
  spent: '已用',
  returned: '已退回',
  overrun: '超出',
  clawedBack: '追回',
};

export const REASONS: ReasonWords = {
  'unknown-merchant': () => '商家尚未登记',
  'merchant-closed': () => '商家已关闭',
  'not-needed': () => '商家目前不需要，不作打扰',
  'cool-down': () => '距上次权益的冷却期尚未结束',
  'openings-used': () => '在该项目中的开启次数已用完',
  'no-headroom': () => '承接能力已满，接不住更多订单',
  'too-little': ({ argument }) => `额度所依据的“${argument}”过低，达不到最小额度`,
  'merchant-cap': () => '已达到单个商家的上限',
  exclusive: ({ argument }) => `已享有“${argument}”的权益，同组项目同时只能享有一个`,
  'stopped:all': () => '已暂停全部发放',
  'stopped:programme': ({ argument }) => `项目“${argument}”已暂停`,
  'stopped:account': ({ argument }) => `预算“${argument}”已暂停`,
  'no-entity': () => '预算按法人主体管理，而商家未关联任何主体',
  'no-category': () => '预算按类目管理，而商家没有类目',
  'no-country': () => '预算按国家管理，而商家没有国家信息',
  'train-first': () => '只差完成培训',
  'training-late': ({ argument }) => `未在期限内完成培训“${argument}”`,
  'budget-on-its-way': (about) => `预算${within(about)}尚未到位，已经申请`,
  'budget-dry': (about) => `预算${within(about)}余额不足${refill(about)}`,
  'budget-held-elsewhere': (about) => `预算${within(about)}的余额由他方占用，未能按时到位${refill(about)}`,
  floor: () => '长期符合条件而一直没有获得权益',
  served: () => '已有计入保底的权益，而保底只面向没有此类权益的商家',
  'floor-not-due': () => '符合条件的时间还不够长，保底尚未到期',
  stage: ({ argument }) => `已达到阶段“${argument}”的要求`,
  'stage-late': ({ argument }) => `未在期限内达到阶段“${argument}”的要求，其后的阶段一并失去`,
  'made-good': () => '被警告的问题已整改',
  renewed: () => '权益到期，条件仍然满足',
  'headroom-below-grant': () => '承接余量已低于权益带来的订单',
  'headroom-above-grant': () => '承接余量高于权益带来的订单',
  'metric-below-grant': () => '额度所依据的指标已低于现有权益',
  'metric-above-grant': () => '额度所依据的指标高于现有权益',
  'behind-schedule': () => '投放落后于进度，因此提高权重',
  'on-schedule': () => '投放已赶上进度，因此降低权重',
  'duration-over': () => '权益已到有效期',
  'used-up': () => '权益已用完',
  'nothing-left': () => '权益已无剩余',
  'nothing-more-reported': () => '补报用量的期限已过，剩余部分已释放',
  'grant-settled': () => '该权益已结清',
  'grant-not-of-merchant': () => '商家没有该权益',
  grant: ({ argument }) => `报告所指的权益为 ${argument}`,
};

function within({ account }: ReasonAbout): string {
  return account === null ? '' : `“${account}”`;
}

function refill({ refillsAt }: ReasonAbout): string {
  return refillsAt === null ? '' : `，将于 ${refillsAt} 重新充足`;
}

/** What a grant gives, in a few words. */
export function benefitInWords(benefit: Benefit): string {
  if ('boost' in benefit) return `排序权重 × ${timesOf(benefit.boost.weightBps)}`;
  if ('guarantee' in benefit) {
    const { weightBps, maximumBps } = benefit.guarantee;
    return `保量曝光，排序权重 × ${timesOf(weightBps)} 至 ${timesOf(maximumBps)}`;
  }
  if ('credit' in benefit) return `${benefit.credit.for} 抵用额度`;
  if ('access' in benefit) return `使用权限 ${benefit.access.join('、')}`;
  if ('quota' in benefit) {
    const { ordersPerDay, listings } = benefit.quota;
    const limits = [];
    if (ordersPerDay !== undefined) limits.push(`每天 ${ordersPerDay} 单`);
    if (listings !== undefined) limits.push(`${listings} 个商品`);
    return `配额 ${limits.join('、')}`;
  }
  if ('service' in benefit) {
    const { what, course } = benefit.service;
    return course === undefined ? what : `${what}（课程“${course}”）`;
  }
  if ('feeRelief' in benefit) return `费率 ${percentOf(benefit.feeRelief.rateBps)}%`;
  if ('branding' in benefit) return `品牌包装“${benefit.branding.package}”`;
  if ('orderCap' in benefit) return `每天最多 ${benefit.orderCap.ordersPerDay} 单`;
  if ('settlement' in benefit) return `${benefit.settlement.days} 天后结款`;
  return `下架 ${benefit.delisting.scope}`;
}

/** What would help, so many times. */
export const DEEDS: { readonly [deed in Remedy['deed']]: (times: number) => string } = {
  sell: (times) => `再成交 ${times} 单`,
  'dispatch-on-time': (times) => `再准时发货 ${times} 单`,
  'dispatch-overdue': (times) => `发出 ${times} 单逾期订单`,
  'deliver-on-time': (times) => `再按承诺送达 ${times} 单`,
  'earn-five-stars': (times) => `再获得 ${times} 条五星评价`,
  'answer-in-time': (times) => `再及时回复 ${times} 个首次咨询`,
  'go-live': (times) => `再直播 ${times} 场，每场一小时`,
  publish: (times) => `再发布 ${times} 条视频`,
  'wait-days': (times) => `${times} 天后自行满足`,
};

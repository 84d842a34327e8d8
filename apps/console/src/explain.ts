import type {
  AccountBalance,
  ConditionEvidence,
  Decision,
  MerchantCapability,
  Outcome,
} from '#domain/outputs';
import type { Json } from '#domain/canonical';
import type { CloudEvent } from '#domain/stage/stage';
import { OUTCOMES as OUTCOME_WORDS } from './explain/words-en.ts';
import { ENGLISH } from './explain/phrases-en.ts';
import { CHINESE } from './explain/phrases-zh.ts';
import type { BalanceChange, Phrases } from './explain/phrases.ts';
import {
  BARE_IDS,
  conditionInWords,
  instanceInWords,
  readable,
  reasonCodes,
  reasonInWords,
  type Naming,
} from './explain/reasons.ts';

export type Language = 'en' | 'zh';

export const PHRASES: { readonly [language in Language]: Phrases } = { en: ENGLISH, zh: CHINESE };

/** Every outcome, as filters name them. */
export const OUTCOMES = Object.keys(OUTCOME_WORDS) as readonly Outcome[];

/** The order in which changed parts of an account are told. */
const PARTS: readonly (keyof AccountBalance)[] = [
  'leasedIn',
  'free',
  'held',
  'settling',
  'spent',
  'returned',
  'overrun',
  'clawedBack',
];

/** A decision in plain sentences: outcome and who, why, every condition, capacity and budget before and after. */
export function explainDecision(event: CloudEvent, language: Language, naming: Naming = BARE_IDS): string[] {
  const decision = event.data as unknown as Decision;
  const say = PHRASES[language];
  const merchant = event.subject ?? null;
  const sentences = [
    say.decided(readable(event.time), naming.programme(decision.programme), decision.outcome, merchant),
  ];
  if (decision.grant !== null) {
    const { account, validFrom, validUntil, ...terms } = decision.grant;
    const times = { validFrom: readable(validFrom), validUntil: readable(validUntil) };
    sentences.push(say.grant({ ...terms, ...times, isCounted: account !== null }));
  }
  sentences.push(say.cause(decision.cause.eventId, decision.cause.type, decision.cause.position));
  sentences.push(say.tier(decision.tier === null ? null : naming.tier(decision.tier)));

  const failing = new Set(decision.reasons);
  const codes = reasonCodes(decision);
  if (decision.reasons.length === 0) sentences.push(say.noReason());
  for (const code of codes) sentences.push(say.reason(reasonInWords(code, decision, say, naming)));
  if (decision.until !== null) sentences.push(say.until(decision.outcome, readable(decision.until)));
  for (const condition of decision.conditions) {
    sentences.push(say.condition(conditionInWords(condition, failing.has(condition.id), naming)));
  }
  if (decision.capacity !== null) {
    const { headroom, orders } = decision.capacity;
    sentences.push(say.capacity(headroom, orders.open, orders.overdue));
  }
  if (decision.budget !== null) {
    const { account, unit, before, after } = decision.budget;
    sentences.push(say.budget(instanceInWords(account, say, naming), unit, balanceChanges(before, after)));
  }
  return sentences;
}

/** What stands between a merchant and a programme, and what would change it. */
export interface Recourse {
  readonly programme: string;
  /** Decision that says so. */
  readonly decision: string;
  /** Failing condition, or a reason code such as `cool-down`. */
  readonly reason: string;
  readonly what: string | null;
  readonly op: string | null;
  readonly line: Json;
  /** Value of the newest capability where there is one, else of the decision. */
  readonly value: Json;
  readonly margin: number | null;
  /** The same in words. */
  readonly change: string;
}

/**
 * What would change a decision, computed on reading: the lines are the decision's, the values those of the newest
 * capability, so that a merchant who has moved since sees how far it still is, and not what it has reached already.
 */
export function recourseOf(
  event: CloudEvent,
  capability: MerchantCapability | null,
  language: Language,
  naming: Naming = BARE_IDS,
): Recourse[] {
  const decision = event.data as unknown as Decision;
  const say = PHRASES[language];
  const codes = reasonCodes(decision);
  const ofConditions = decision.conditions
    .filter((condition) => decision.reasons.includes(condition.id))
    .map((condition) => refresh(condition, capability))
    .filter((condition) => condition.verdict === 'true' || condition.margin === null || condition.margin < 0)
    .map((condition) => ({
      programme: decision.programme,
      decision: decision.position,
      reason: condition.id,
      what: condition.what,
      op: condition.op,
      line: condition.line,
      value: condition.value,
      margin: condition.margin,
      change: say.change(conditionInWords(condition, true, naming)),
    }));
  const ofCodes = codes.map((code) => ({
    programme: decision.programme,
    decision: decision.position,
    reason: code,
    what: null,
    op: null,
    line: null,
    value: null,
    margin: null,
    change: say.waitFor(reasonInWords(code, decision, say, naming)),
  }));
  return [...ofConditions, ...ofCodes];
}

/** The language asked for by an Accept-Language header: the first of ours by quality, English if none is. */
export function languageOf(header: string | undefined): Language {
  const asked = (header ?? '')
    .split(',')
    .map((part, order) => {
      const [tag = '', ...parameters] = part.trim().toLowerCase().split(';');
      const quality = parameters
        .map((each) => /^\s*q=([\d.]+)\s*$/.exec(each)?.[1])
        .find((q) => q !== undefined);
      return { primary: tag.split('-')[0], quality: quality === undefined ? 1 : Number(quality), order };
    })
    .filter(({ primary, quality }) => (primary === 'en' || primary === 'zh') && quality > 0)
    .sort((a, b) => b.quality - a.quality || a.order - b.order);
  return asked[0]?.primary === 'zh' ? 'zh' : 'en';
}

function refresh(condition: ConditionEvidence, capability: MerchantCapability | null): ConditionEvidence {
  if (capability === null || !condition.what.startsWith('metric:')) return condition;
  const value = capability.metrics[condition.what.slice('metric:'.length)];
  if (value === undefined || value === null || typeof condition.line !== 'number') return condition;
  if (value === condition.value) return condition;
  return { ...condition, value, margin: marginOf(condition.op, value - condition.line) };
}

/** How far on the right side of the line; negative is what is missing. A strict bound needs one unit more. */
function marginOf(op: string, difference: number): number | null {
  if (op === '>=') return difference;
  if (op === '>') return difference - 1;
  if (op === '<=') return difference === 0 ? 0 : -difference;
  if (op === '<') return -difference - 1;
  return null;
}

function balanceChanges(before: AccountBalance, after: AccountBalance): readonly BalanceChange[] {
  return PARTS.filter((part) => before[part] !== after[part]).map((part) => ({
    part,
    before: before[part],
    after: after[part],
  }));
}

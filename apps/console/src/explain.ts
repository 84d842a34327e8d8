import { formatInstant, parseInstant } from '#domain/time';
import type { AccountBalance, ConditionEvidence, Decision, MerchantCapability } from '#domain/outputs';
import type { Json } from '#domain/canonical';
import type { CloudEvent } from '#domain/stage/stage';
import { ENGLISH } from './explain/phrases-en.ts';
import { CHINESE } from './explain/phrases-zh.ts';
import type { BalanceChange, ConditionWords, Phrases } from './explain/phrases.ts';

export type Language = 'en' | 'zh';

/** What ids are called in a language; what it does not know it answers with the id itself. */
export interface Naming {
  programme(id: string): string;
  metric(id: string): string;
  tier(id: string): string;
  account(id: string): string;
}

/** Ids as they are: for bundles that nobody has read. */
export const BARE_IDS: Naming = {
  programme: (id) => id,
  metric: (id) => id,
  tier: (id) => id,
  account: (id) => id,
};

const PHRASES: { readonly [language in Language]: Phrases } = { en: ENGLISH, zh: CHINESE };

/** The order in which changed parts of an account are told. */
const PARTS: readonly (keyof AccountBalance)[] = [
  'leasedIn',
  'free',
  'held',
  'settling',
  'spent',
  'returned',
  'overrun',
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
    const { kind, size, maximum, grantId, validFrom, validUntil } = decision.grant;
    sentences.push(say.grant(kind, size, maximum, grantId, readable(validFrom), readable(validUntil)));
  }
  sentences.push(say.cause(decision.cause.eventId, decision.cause.type, decision.cause.position));
  sentences.push(say.tier(decision.tier === null ? null : naming.tier(decision.tier)));

  const failing = new Set(decision.reasons);
  const codes = reasonCodes(decision);
  if (decision.reasons.length === 0) sentences.push(say.noReason());
  for (const code of codes) sentences.push(say.reason(code));
  for (const condition of decision.conditions) {
    sentences.push(say.condition(wordsOf(condition, failing.has(condition.id), naming)));
  }
  if (decision.capacity !== null) {
    const { headroom, orders } = decision.capacity;
    sentences.push(say.capacity(headroom, orders.open, orders.overdue));
  }
  if (decision.budget !== null) {
    const { account, unit, before, after } = decision.budget;
    sentences.push(say.budget(naming.account(account), unit, balanceChanges(before, after)));
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
      change: say.change(wordsOf(condition, true, naming)),
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
    change: say.waitFor(code),
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

function reasonCodes(decision: Decision): readonly string[] {
  const conditions = new Set(decision.conditions.map((condition) => condition.id));
  return decision.reasons.filter((reason) => !conditions.has(reason));
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

function wordsOf(condition: ConditionEvidence, isFailing: boolean, naming: Naming): ConditionWords {
  const [kind = '', ...rest] = condition.what.split(':');
  const id = rest.join(':');
  const text = (value: Json): string => {
    if (typeof value !== 'string') return JSON.stringify(value);
    return kind === 'tier' ? naming.tier(value) : value;
  };
  return {
    id: condition.id,
    kind,
    name: kind === 'metric' ? naming.metric(id) : id,
    op: condition.op,
    line: text(condition.line),
    value: condition.value === null ? null : text(condition.value),
    margin: condition.margin,
    verdict: condition.verdict,
    isFailing,
  };
}

function balanceChanges(before: AccountBalance, after: AccountBalance): readonly BalanceChange[] {
  return PARTS.filter((part) => before[part] !== after[part]).map((part) => ({
    part,
    before: before[part],
    after: after[part],
  }));
}

/** `2026-11-11 08:00:00 UTC`: seconds are what people read; the record keeps the milliseconds. */
function readable(instant: string): string {
  return `${formatInstant(parseInstant(instant)).slice(0, 19).replace('T', ' ')} UTC`;
}

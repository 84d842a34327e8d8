import type { AccountBalance, BudgetEvidence, Decision, Outcome } from '#domain/outputs';
import { parseInstant } from '#domain/time';
import type { BalanceRow, PendingRow, PostingRow } from '#store/read/project-accounts';
import type { StoredRecord } from './projection.ts';

/** What a decision says of money: what it moved, how the purse stands, and whether somebody waits. */
export interface MoneyRows {
  readonly posting: PostingRow | null;
  readonly balance: BalanceRow | null;
  /** Null where the decision says nothing of whether the merchant waits. */
  readonly pending: PendingRow | null;
}

/** About a grant that ended: the merchant may wait for another of the same programme meanwhile. */
const OF_ENDED: ReadonlySet<Outcome> = new Set(['settle', 'claw-back', 'refuse-usage']);
/** Who is withheld for one of these keeps a place in the queue. */
const SHORTAGES = new Set(['budget-dry', 'budget-held-elsewhere']);

export function moneyOf(partition: number, { event }: StoredRecord, decision: Decision): MoneyRows {
  const merchant = event.subject ?? null;
  const atMs = parseInstant(event.time);
  const { budget, position, programme, outcome } = decision;
  const isOfEnded = OF_ENDED.has(outcome) || merchant === null;
  const pending = isOfEnded
    ? null
    : { merchant, programme, partition, position, atMs, waits: waitOf(decision) };
  if (budget === null) return { posting: null, balance: null, pending };
  const purse = { account: budget.account, partition, holder: budget.holder ?? '' };
  return {
    posting: {
      ...purse,
      position,
      unit: budget.unit,
      merchant,
      programme,
      outcome,
      grantId: decision.grant?.grantId ?? null,
      atMs,
      moved: movedIn(budget),
    },
    balance: { ...purse, position, atMs, balance: budget.after },
    pending,
  };
}

function waitOf({ outcome, reasons, budget, until }: Decision): PendingRow['waits'] {
  if (budget === null || (outcome !== 'wait' && outcome !== 'withhold')) return null;
  const why = outcome === 'wait' ? reasons[0] : reasons.find((reason) => SHORTAGES.has(reason));
  if (why === undefined) return null;
  return {
    account: budget.account,
    why,
    untilMs: until === null ? null : parseInstant(until),
    refillsAtMs: budget.refillsAt === undefined ? null : parseInstant(budget.refillsAt),
  };
}

function movedIn({ before, after }: BudgetEvidence): PostingRow['moved'] {
  const parts = Object.keys(after).sort() as (keyof AccountBalance)[];
  const moved = parts.map((part) => [part, after[part] - before[part]] as const);
  return Object.fromEntries(moved.filter(([, change]) => change !== 0));
}

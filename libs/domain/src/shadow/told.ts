import type { Decision, Outcome } from '../outputs.ts';
import type { Shortage } from '../allocator/applicant-row.ts';
import type { CloudEvent } from '../stage/stage.ts';

/** What a decision comes to, live or of a shadow. */
export interface Told {
  /** Of the activity record that it was decided at. */
  readonly offset: number;
  readonly merchant: string;
  readonly programme: string;
  readonly outcome: Outcome;
  /** Without those that name a grant by its id: a shadow's grants have other ids. */
  readonly reasons: readonly string[];
  readonly grantId: string | null;
  /** In the unit of the grant's account; 0 where there is no grant. */
  readonly size: number;
  readonly bundle: string;
}

const SHORTAGES: readonly string[] = ['budget-dry', 'budget-held-elsewhere'] satisfies Shortage[];

/** It waits for money, or is refused it for now and keeps its turn: nothing but money is said of it. */
export function isOfMoneyOnly({ outcome, reasons }: Pick<Told, 'outcome' | 'reasons'>): boolean {
  if (outcome === 'wait') return true;
  return outcome === 'withhold' && reasons.length > 0 && reasons.every((each) => SHORTAGES.includes(each));
}

export function toldIn(text: string): Told {
  const event = JSON.parse(text) as CloudEvent;
  const { position, programme, outcome, reasons, grant, bundle } = event.data as unknown as Decision;
  return {
    offset: Number(position.split('/')[1]),
    merchant: event.subject ?? '',
    programme,
    outcome,
    reasons: reasons.filter((reason) => !reason.startsWith('grant:')),
    grantId: grant?.grantId ?? null,
    size: grant?.size ?? 0,
    bundle,
  };
}

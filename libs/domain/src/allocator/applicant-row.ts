import type { GrantKind, GrantStatus, MerchantCapability } from '../outputs.ts';
import type { Benefit } from '../policy/bundle.ts';
import type { RowFormat } from '../stage/merchant-rows.ts';
import type { LineUp } from './line-up.ts';
import type { Purse } from './purse.ts';

/** What was reported of a grant, cumulative. */
export interface Reported {
  readonly used: number;
  readonly clicks: number;
  readonly orders: number;
}

export const NOTHING_REPORTED: Reported = { used: 0, clicks: 0, orders: 0 };

/** A grant that runs. `size` units of its account were reserved; `spent` of them were used. */
export interface RunningGrant {
  readonly grantId: string;
  readonly kind: GrantKind;
  readonly benefit: Benefit;
  /** Instance of its account; null where nothing is counted. */
  readonly account: string | null;
  /** Its units come back when it ends: seats. */
  readonly isReusable: boolean;
  readonly validFromMs: number;
  readonly settleMs: number;
  validUntilMs: number;
  maximum: number;
  size: number;
  spent: number;
  overrun: number;
  status: 'active' | 'shrunk' | 'grown';
  reported: Reported;
  weightBps: number | null;
  /** How many of the programme's stages began, and the last of them: when, and what had been reported by then. */
  stages: number;
  stage: string | null;
  stageSinceMs: number;
  stageFrom: Reported;
  /** When its size last changed. */
  changedMs: number;
  /** When it may grow next; null while it has no room to. */
  growAtMs: number | null;
  /** When its pace is looked at next; null without a guarantee. */
  paceAtMs: number | null;
  renewals: number;
  /** Until when the merchant may make good what it was warned of; null while it is not warned. */
  complyUntilMs: number | null;
}

/** A grant that ended; late usage still counts until `untilMs`, then what is left returns to the account. */
export interface SettlingGrant extends Omit<RunningGrant, 'status'> {
  status: Exclude<GrantStatus, 'active' | 'shrunk' | 'grown' | 'settled'>;
  readonly untilMs: number;
}

/** An applicant that waits for money. */
export interface Wait {
  readonly account: string;
  readonly need: number;
  readonly sinceMs: number;
  /** Its place in the order of those who wait in this partition: first come, first served. */
  readonly turn: number;
  readonly untilMs: number;
  /** Why it was withheld, when it waited in vain; it keeps its place and is served when money comes. */
  readonly why: Shortage | null;
}

export type Shortage = 'budget-dry' | 'budget-held-elsewhere';

/** Where a merchant stands with one programme. */
export interface Standing {
  grant: RunningGrant | null;
  settling: SettlingGrant[];
  openings: number;
  /** Units spent by grants that settled. */
  spentBefore: number;
  coolDownUntilMs: number;
  /** Reasons of the last recorded withholding, joined; '' when none stands. */
  withheld: string;
  wait: Wait | null;
  offer: { readonly course: string; readonly untilMs: number } | null;
  /** Of a floor: since when nothing speaks against it; null while something does. */
  eligibleSinceMs: number | null;
}

/** What the allocator keeps of one merchant. */
export interface ApplicantRow {
  readonly id: string;
  capability: MerchantCapability | null;
  activation: number;
  readonly programmes: { [programme: string]: Standing };
  /** Purses of accounts per legal entity. */
  readonly purses: { [instance: string]: Purse };
  /** Ids of grants that settled, the last ones: usage of theirs comes too late. */
  settled: string[];
  /** By kind, when its last grant ended. */
  readonly servedAtMs: { [kind in GrantKind]?: number };
  /** Of the programmes, for the live bundle; made anew where it is missing. */
  lineUp?: LineUp;
}

/** Bound of the list of settled grants. */
export const SETTLED_MAX = 16;

export const applicantRowFormat: RowFormat<ApplicantRow> = {
  create: (id) => ({
    id,
    capability: null,
    activation: 0,
    programmes: {},
    purses: {},
    settled: [],
    servedAtMs: {},
  }),
  encode: ({ id: _id, lineUp: _lineUp, ...row }) => JSON.stringify(row),
  decode: (id, body) => ({ id, ...(JSON.parse(body) as Omit<ApplicantRow, 'id'>) }),
};

export function standingOf(row: ApplicantRow, programme: string): Standing {
  return (row.programmes[programme] ??= {
    grant: null,
    settling: [],
    openings: 0,
    spentBefore: 0,
    coolDownUntilMs: 0,
    withheld: '',
    wait: null,
    offer: null,
    eligibleSinceMs: null,
  });
}

/** It waits for money, and not in vain yet. */
export function isWaiting({ wait }: Standing): boolean {
  return wait !== null && wait.why === null;
}

/** The merchant's turn among those who wait for money, its first where it waits for several; null when it does not. */
export function turnOf(standings: readonly Standing[], places: readonly number[]): number | null {
  let turn: number | null = null;
  for (const at of places) {
    const { wait } = standings[at]!;
    if (wait !== null && (turn === null || wait.turn < turn)) turn = wait.turn;
  }
  return turn;
}

import type { GrantKind, MerchantCapability } from '../outputs.ts';
import type { RowFormat } from '../stage/merchant-rows.ts';

/** A grant that runs. `size` units of its account were reserved; `spent` of them were used. */
export interface RunningGrant {
  readonly grantId: string;
  readonly kind: GrantKind;
  readonly account: string;
  readonly maximum: number;
  readonly validFromMs: number;
  readonly validUntilMs: number;
  readonly settleMs: number;
  size: number;
  spent: number;
  overrun: number;
}

/** A grant that ended; late usage still counts until `untilMs`, then what is left returns to the account. */
export interface SettlingGrant extends RunningGrant {
  readonly untilMs: number;
}

/** Where a merchant stands with one programme. */
export interface Standing {
  grant: RunningGrant | null;
  settling: SettlingGrant[];
  openings: number;
  /** Units spent by grants that ended. */
  spentBefore: number;
  coolDownUntilMs: number;
  /** Reasons of the last recorded withholding, joined; '' when none stands. */
  withheld: string;
}

/** What the allocator keeps of one merchant. */
export interface ApplicantRow {
  readonly id: string;
  capability: MerchantCapability | null;
  activation: number;
  readonly programmes: { [programme: string]: Standing };
}

export const applicantRowFormat: RowFormat<ApplicantRow> = {
  create: (id) => ({ id, capability: null, activation: 0, programmes: {} }),
  encode: ({ id: _id, ...row }) => JSON.stringify(row),
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
  });
}

/** The next instant at which time alone changes something for this merchant. */
export function nextInstant(row: ApplicantRow, nowMs: number): number | null {
  let next: number | null = null;
  const consider = (atMs: number): void => {
    if (next === null || atMs < next) next = atMs;
  };
  for (const standing of Object.values(row.programmes)) {
    if (standing.grant !== null) consider(standing.grant.validUntilMs);
    else if (standing.coolDownUntilMs > nowMs) consider(standing.coolDownUntilMs);
    for (const { untilMs } of standing.settling) consider(untilMs);
  }
  return next;
}

import type { Allocation } from './allocation.ts';
import { standingOf, type ApplicantRow, type Standing } from './applicant-row.ts';
import type { PolicyIndex } from './policy-index.ts';

// A merchant stands somewhere with every programme, and at most places nothing runs. Standings are lined up once for
// each row in memory and each bundle, and after each look it is noted where something runs: usage of a grant, which
// comes far more often than anything else, then leads to no other standing.

interface Busy {
  /** Places in `live` of those where something runs: a grant, what is left of one, or a wait. */
  busyLive: readonly number[];
  /** The same in `all`. */
  busy: readonly number[];
  /** Grants, and what is left of them, to their places in `all`; null until one of them is used. */
  grants: ReadonlyMap<string, number> | null;
}

/** The standings of a row, beside the programmes of the live bundle. Never stored. */
export interface LineUp extends Busy {
  readonly policy: PolicyIndex;
  /** One for each programme of the bundle, in its order. */
  readonly live: readonly Standing[];
  /** All in the order in which the row got them, programmes that the bundle no longer has included. */
  readonly all: readonly Standing[];
  /** Programmes of `all`. */
  readonly ids: readonly string[];
  readonly hasOrphans: boolean;
  /** Places in `live` of running grants that money may change as well: those that wait for it or may grow. */
  stirring: readonly number[];
  /**
   * The last look found nothing to do for what runs. Until something is said that its programme reads, or an instant
   * comes, a grant then changes by its own usage or by money, and by nothing else.
   */
  isCalm: boolean;
  /** Places in `live` of those that the last look left restless; null before the first look. */
  restless: readonly number[] | null;
  /** Until then time alone changes nothing for them. */
  quietUntilMs: number;
  /** Until then time alone changes nothing where nothing runs. */
  idleUntilMs: number;
}

export const NOWHERE: readonly number[] = [];

export function lineUpOf({ policy }: Allocation, row: ApplicantRow): LineUp {
  if (row.lineUp?.policy === policy) return row.lineUp;
  const live = policy.ids.map((id) => standingOf(row, id));
  const ids = Object.keys(row.programmes);
  const isInOrder = ids.length === live.length && ids.every((id, at) => id === policy.ids[at]);
  const all = isInOrder ? live : ids.map((id) => standingOf(row, id));
  row.lineUp = {
    policy,
    live,
    all,
    ids: isInOrder ? policy.ids : ids,
    hasOrphans: ids.length > live.length,
    ...busyOf(live, all),
    stirring: NOWHERE,
    isCalm: false,
    restless: null,
    quietUntilMs: -Infinity,
    idleUntilMs: -Infinity,
  };
  return row.lineUp;
}

/** Grants, what is left of them and waits come and go only where a look decides, which notes them afterwards. */
export function noteBusy(lineUp: LineUp): void {
  Object.assign(lineUp, busyOf(lineUp.live, lineUp.all));
}

function busyOf(live: readonly Standing[], all: readonly Standing[]): Busy {
  const busyLive = placesOf(live, isBusy);
  return { busyLive, busy: all === live ? busyLive : placesOf(all, isBusy), grants: null };
}

/** Place in `all` of a grant that runs or settles; undefined: the merchant has none of that name. */
export function placeOfGrant(lineUp: LineUp, grantId: string): number | undefined {
  lineUp.grants ??= grantsOf(lineUp);
  return lineUp.grants.get(grantId);
}

function grantsOf({ all, busy }: LineUp): ReadonlyMap<string, number> {
  const places = new Map<string, number>();
  for (const at of busy) {
    const { grant, settling } = all[at]!;
    if (grant !== null) places.set(grant.grantId, at);
    for (const { grantId } of settling) places.set(grantId, at);
  }
  return places;
}

/** What to look at where all else is calm, in order. */
export function stirringAnd({ stirring }: LineUp, used: number | null): readonly number[] {
  if (used === null || stirring.includes(used)) return stirring;
  return [...stirring, used].sort((a, b) => a - b);
}

/** Of these places, those that stir. */
export function stirringAmong({ live }: LineUp, places: readonly number[]): readonly number[] {
  const stirring = places.filter((at) => isStirring(live[at]!));
  return stirring.length === 0 ? NOWHERE : stirring;
}

function placesOf(standings: readonly Standing[], is: (standing: Standing) => boolean): readonly number[] {
  const places: number[] = [];
  for (let at = 0; at < standings.length; at++) if (is(standings[at]!)) places.push(at);
  return places;
}

function isStirring({ grant, wait }: Standing): boolean {
  return grant !== null && (grant.growAtMs !== null || wait !== null);
}

export function isBusy({ grant, settling, wait }: Standing): boolean {
  return grant !== null || settling.length > 0 || wait !== null;
}

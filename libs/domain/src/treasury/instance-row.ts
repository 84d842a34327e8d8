import type { PeriodLength } from '../policy/bundle.ts';
import type { RowFormat } from '../stage/merchant-rows.ts';
import type { Patience } from './patience.ts';

/** What a holder, a partition or a merchant of one, was leased in all and gave back in all, units. */
export interface Holder {
  leased: number;
  takenBack: number;
  /** What it was last told of the instance. */
  told: boolean;
}

/** A request that waits for funds. */
export interface Waiting extends Patience {
  readonly holder: string;
  /** Of the last request of this holder: what the lease will answer. */
  readonly sequence: number;
  readonly need: number;
  /** 1 to `need`. */
  readonly least: number;
}

/** An instance that waits for funds of one around it. */
export interface WaitingWithin extends Patience {
  readonly id: string;
}

/**
 * What the treasury keeps of one account instance. Law, at every position:
 * total + owed = unleased + leasedOut + leasedBelow, no part is negative, and what is unleased is not owed.
 */
export interface InstanceRow {
  /** Name of the instance, `growth@2026-11-01`. */
  readonly id: string;
  /** Number of the activation sweep that its total is from. */
  activation: number;
  /** Length of its period as last known; null where it has none, or no bundle knew the account yet. */
  period: PeriodLength | null;
  /** The instance around it: what is leased here is taken there as well. */
  within: string | null;
  /** Whether an instance ever lay within this one. */
  isAncestor: boolean;
  total: number;
  /** Part of a cut, or of what was moved under it, that was leased out and is taken from returns. */
  owed: number;
  unleased: number;
  /** Out with its own holders. */
  leasedOut: number;
  /** Out with the holders of instances within it. */
  leasedBelow: number;
  readonly holders: { [key: string]: Holder };
  queue: Waiting[];
  /** More of the queue can be served than one record may: the next one goes on. */
  isServing: boolean;
  /** Little is left here. For holders what counts is whether any instance around is scarce. */
  isScarce: boolean;
  /** What every holder was told. */
  said: boolean;
  /** More holders are to be told than one record may. */
  isTelling: boolean;
  /** Instances within this one that wait for funds of it, in order of arrival (waiting-list.ts). */
  waiting: WaitingWithin[];
  /** Place of the next of them to look at since funds came in; their number when all were. */
  next: number;
  /** No later than the first instant at which funds were kept long enough for somebody in the queue or the list. */
  keptUntilMs: number | null;
  /** The instance in whose `waiting` it stands. */
  waitsAt: string | null;
  /** When it looks again by itself, because that list was full. */
  retryAtMs: number | null;
}

export const instanceRowFormat: RowFormat<InstanceRow> = {
  create: (id) => ({
    id,
    activation: 0,
    period: null,
    within: null,
    isAncestor: false,
    total: 0,
    owed: 0,
    unleased: 0,
    leasedOut: 0,
    leasedBelow: 0,
    holders: {},
    queue: [],
    isServing: false,
    isScarce: false,
    said: false,
    isTelling: false,
    waiting: [],
    next: 0,
    keptUntilMs: null,
    waitsAt: null,
    retryAtMs: null,
  }),
  encode: ({ id: _id, ...row }) => JSON.stringify(row),
  decode: (id, body) => ({ id, ...(JSON.parse(body) as Omit<InstanceRow, 'id'>) }),
};

/** `3` for the partition itself, `3/m1` for the purse of a merchant there. */
export function holderKey(partition: number, merchant: string | null): string {
  return merchant === null ? String(partition) : `${partition}/${merchant}`;
}

export function parseHolder(key: string): { readonly partition: number; readonly merchant: string | null } {
  const at = key.indexOf('/');
  if (at < 0) return { partition: Number(key), merchant: null };
  return { partition: Number(key.slice(0, at)), merchant: key.slice(at + 1) };
}

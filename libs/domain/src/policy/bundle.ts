import type { GrantKind } from '../outputs.ts';
import type { FactId } from '../scoring/fact.ts';
import { atomsOf, type Atom, type Condition } from './condition.ts';

// A compiled bundle: what a policy source becomes once it was checked. Its canonical JSON is the record in the
// `policies` log, and the SHA-256 of that text is its name everywhere.

/** Text for people, by language tag; at least `en`. */
export interface Names {
  readonly [language: string]: string;
}

export type Formula =
  /** Sum of a fact over the window. */
  | { readonly sum: FactId; readonly windowDays: number }
  /** floor(scale × of ÷ per); not assessed while `per` is below `minimumCount`. */
  | {
      readonly ratio: FactId;
      readonly per: FactId;
      readonly scale: number;
      readonly minimumCount: number;
      readonly windowDays: number;
    }
  /** Full days since the merchant was registered; not assessed while it is unknown. */
  | { readonly ageDays: true }
  /** A counter of the present state. `stockUnits` is not assessed until inventory was reported. */
  | { readonly state: 'openOrders' | 'overdueOrders' | 'stockUnits' };

export interface Metric {
  readonly id: string;
  readonly names: Names;
  readonly formula: Formula;
}

/** Linear from `from` (0) to `to` (10,000 bps), clamped; `to` below `from` turns the scale round. */
export interface ScoreComponent {
  readonly metric: string;
  readonly weightBps: number;
  readonly from: number;
  readonly to: number;
}

export interface Tier {
  readonly id: string;
  readonly names: Names;
  readonly enterBps: number;
  readonly leaveBps: number;
}

export interface Ladder {
  readonly id: string;
  /** Lowest first; the lowest enters and leaves at 0. */
  readonly tiers: readonly Tier[];
  readonly dwellMs: number;
  /** Below this many of the metric there is no score. */
  readonly minimum: { readonly metric: string; readonly count: number };
}

export interface Capacity {
  /** Days over which the daily rate sustained on time is measured. */
  readonly windowDays: number;
  /** What a merchant is trusted to carry, against what it sustained on time. */
  readonly growthBps: number;
  /** Orders a day that an unproven merchant is trusted with. */
  readonly probe: number;
  /** Reported stock must cover this many days. */
  readonly stockCoverDays: number;
  /** A reply metric below its floor means no headroom. Null: replies are not looked at. */
  readonly replies: { readonly metric: string; readonly floor: number } | null;
  /** Grain of headroom: ascending edges, the first 0. */
  readonly edges: readonly number[];
  /** A value must fall this far below an edge before the edge is left. */
  readonly hysteresisBps: number;
}

export interface Account {
  readonly id: string;
  readonly names: Names;
  readonly unit: 'exposures';
  readonly total: number;
}

export type GrantSize =
  | { readonly fixed: number }
  /** Units per order of headroom, within bounds; below `minimum` nothing is issued. */
  | { readonly perHeadroom: number; readonly minimum: number; readonly maximum: number };

export interface Programme {
  readonly id: string;
  readonly names: Names;
  readonly kind: GrantKind;
  readonly who: Condition;
  readonly revokeWhen: Condition | null;
  readonly account: string;
  readonly size: GrantSize;
  readonly durationMs: number;
  /** How long after the end usage may still be reported against the grant. */
  readonly settleMs: number;
  readonly coolDownMs: number;
  readonly openingsMax: number;
  /** Units that one merchant may hold and have spent in all. */
  readonly perMerchantMax: number;
  /** A running boost shrinks when what fits falls below this share of its size; 0 never shrinks. */
  readonly shrinkBelowBps: number;
}

export interface Bundle {
  readonly format: 1;
  readonly id: string;
  readonly names: Names;
  readonly currency: string;
  readonly metrics: readonly Metric[];
  readonly score: { readonly components: readonly ScoreComponent[]; readonly minimumWeightBps: number };
  readonly ladder: Ladder;
  readonly capacity: Capacity;
  readonly accounts: readonly Account[];
  readonly programmes: readonly Programme[];
}

/** Every atom of the bundle in order of programme: the verdicts that scoring watches. */
export function watchedAtoms(bundle: Bundle): readonly Atom[] {
  return bundle.programmes.flatMap((programme) => [
    ...atomsOf(programme.who),
    ...(programme.revokeWhen === null ? [] : atomsOf(programme.revokeWhen)),
  ]);
}

export function tierOrder(bundle: Bundle): readonly string[] {
  return bundle.ladder.tiers.map((tier) => tier.id);
}

import type { GrantKind } from '../outputs.ts';
import type { Calendar } from './calendar.ts';
import { atomsOf, type Atom, type Condition, type TierOrders } from './condition.ts';
import { conditionsRead, type Metric, type Statistic } from './formula.ts';
import { conditionsOfLadder, type Ladder } from './ladder.ts';

// A compiled bundle: what a policy source becomes once it was checked. Its canonical JSON is the record in the
// `policies` log, and the SHA-256 of that text is its name everywhere.

/** Text for people, by language tag; at least `en`. */
export interface Names {
  readonly [language: string]: string;
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

/** `seats` are booked while a grant runs and come back at its end; the others are used up. `minor`: of the currency. */
export type AccountUnit = 'exposures' | 'credits' | 'minor' | 'seats';
export type PeriodLength = 'day' | 'week' | 'month' | 'quarter' | 'year';

/** A budget. What partitions spend of it they lease from the treasury. */
export interface Account {
  readonly id: string;
  readonly names: Names;
  readonly unit: AccountUnit;
  /** Units in all; of one period where there are periods, of one entity, category or country where there are those. */
  readonly total: number;
  /** Calendar period in the market zone; null: one account for ever. */
  readonly period: PeriodLength | null;
  /** Account that what is leased here counts against as well: campaign within season within platform. */
  readonly within: string | null;
  /** An account of its own for each legal entity, category or country. */
  readonly per: 'entity' | 'category' | 'country' | null;
  /** How long an applicant waits for a lease before it is withheld. */
  readonly waitMs: number;
  /** What is free and was not needed for this long goes back to the treasury. */
  readonly idleMs: number;
}

export type GrantSize =
  | { readonly fixed: number }
  /** Units per order of headroom, within bounds; below `minimum` nothing is issued. */
  | { readonly perHeadroom: number; readonly minimum: number; readonly maximum: number }
  /** floor(lower edge of the metric's grain ÷ per) × times, within bounds; below `minimum` nothing is issued. */
  | {
      readonly metric: string;
      readonly per: number;
      readonly times: number;
      readonly minimum: number;
      readonly maximum: number;
    };

/** What a grant gives, by kind. Gateways read it from the grant; the pipeline itself only keeps its life and money. */
export type Benefit =
  /** Traffic: the ranking score is multiplied while the grant runs; 15,000 = 1.5 times. */
  | { readonly boost: { readonly weightBps: number } }
  /** Traffic: so many exposures within the duration. Behind schedule the weight grows up to the maximum (5.1). */
  | { readonly guarantee: { readonly weightBps: number; readonly maximumBps: number } }
  /** Traffic or value-added: credit that expires with the grant, not transferable, not cash. */
  | { readonly credit: { readonly for: string } }
  /** Tool: rights by name. */
  | { readonly access: readonly string[] }
  /** Tool: what the merchant may do a day or in all. */
  | { readonly quota: { readonly ordersPerDay?: number; readonly listings?: number } }
  /** Service: a course, an operator, sourcing, photographs. */
  | { readonly service: { readonly what: string; readonly course?: string } }
  /** Value-added: the marginal rate up to the entity's account; above it the category rate applies. */
  | { readonly feeRelief: { readonly rateBps: number } }
  | { readonly branding: { readonly package: string } }
  /** Limits that are imposed. */
  | { readonly orderCap: { readonly ordersPerDay: number } }
  | { readonly settlement: { readonly days: number } }
  | { readonly delisting: { readonly scope: string } };

/** A later part of a staged grant: the next pool, the second half. It adds `size` to the running grant. */
export interface Stage {
  readonly id: string;
  readonly size: number;
  /** Looked at no earlier than this after the stage before it began. */
  readonly afterMs: number;
  /** Forfeited when it was not earned this long after the stage before it began. Null: as long as the grant runs. */
  readonly withinMs: number | null;
  readonly when: Condition | null;
  /** What the last stage's exposures must have led to. */
  readonly earned: {
    readonly by: 'clicks' | 'orders';
    readonly atLeastBps: number;
    readonly minimumExposures: number;
  } | null;
}

/** A kind of grant that can serve a merchant; a limit that is imposed serves nobody. */
export const SERVING_KINDS = ['traffic', 'tool', 'service', 'value-added'] as const;
export type ServingKind = (typeof SERVING_KINDS)[number];

export interface Floor {
  readonly withinMs: number;
  /** The kinds of grants that count as being served. Left out: every kind. */
  readonly of?: readonly ServingKind[];
}

export interface Programme {
  readonly id: string;
  readonly names: Names;
  readonly kind: GrantKind;
  readonly benefit: Benefit;
  readonly who: Condition;
  /** Not true: the merchant does not need it and is left in peace. Null: everybody may need it. */
  readonly need: Condition | null;
  /** Who lacks only this course is offered it, and gets the grant once it is done in time. */
  readonly trainFirst: { readonly course: string; readonly withinMs: number } | null;
  readonly revokeWhen: Condition | null;
  /** So long after the merchant was told that `revokeWhen` became true the grant ends, if it still is; 0: at once. */
  readonly complyMs: number;
  /** Fraud: the grant ends and what was spent of it is claimed back. */
  readonly clawBackWhen: Condition | null;
  /** Effects of a revocation that gateways carry out, for example `delist-plans`. */
  readonly onRevoke: readonly string[];
  /** Null: nothing is counted, for example an access right or a limit. */
  readonly account: string | null;
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
  /** Grows back by at most `stepBps` of its size at a time, no sooner than `dwellMs` after it last changed. */
  readonly grow: { readonly stepBps: number; readonly dwellMs: number } | null;
  readonly stages: readonly Stage[];
  /** At its end it goes on for another duration, at most `timesMax` times, where `who`, need and `when` hold. */
  readonly renew: { readonly when: Condition | null; readonly timesMax: number } | null;
  /** Of the programmes with the same set a merchant has one at a time; the first in the bundle goes first. */
  readonly exclusive: string | null;
  /** Given only to who was eligible for this long and had no grant meanwhile, so that nobody goes without for ever. */
  readonly floor: Floor | null;
}

export interface Bundle {
  readonly format: 3;
  readonly id: string;
  readonly names: Names;
  readonly currency: string;
  /** In an order in which each comes after those that it reads. */
  readonly metrics: readonly Metric[];
  /** Each after those that it asks about. */
  readonly ladders: readonly Ladder[];
  /** What is meant where a tier is asked for without naming its ladder; null where there is none. */
  readonly mainLadder: string | null;
  readonly calendars: readonly Calendar[];
  /** What the census must know, in order of id. */
  readonly statistics: readonly Statistic[];
  readonly capacity: Capacity;
  readonly accounts: readonly Account[];
  readonly programmes: readonly Programme[];
}

/** Every atom of the programmes in their order: the verdicts that scoring watches. */
export function watchedAtoms(bundle: Bundle): readonly Atom[] {
  return bundle.programmes.flatMap((programme) => conditionsOf(programme).flatMap(atomsOf));
}

/** Every condition of a programme, in the order in which its parts are written. */
export function conditionsOf(programme: Programme): readonly Condition[] {
  const { who, need, revokeWhen, clawBackWhen, stages, renew } = programme;
  const all = [who, need, revokeWhen, clawBackWhen, ...stages.map(({ when }) => when), renew?.when ?? null];
  return all.filter((condition) => condition !== null);
}

/** Every condition of a bundle: of metrics, ladders and programmes. */
export function conditionsIn({ metrics, ladders, programmes }: Bundle): readonly Condition[] {
  return [
    ...metrics.flatMap(({ formula }) => conditionsRead(formula)),
    ...ladders.flatMap(conditionsOfLadder),
    ...programmes.flatMap(conditionsOf),
  ];
}

/** Ids of each ladder's tiers, lowest first. */
export function tierOrders({ ladders }: Bundle): TierOrders {
  return new Map(ladders.map(({ id, tiers }) => [id, tiers.map((tier) => tier.id)]));
}

export function accountNamed(bundle: Bundle | null, id: string): Account | null {
  return bundle?.accounts.find((account) => account.id === id) ?? null;
}

/** The smallest grant of a programme, in units of its account. */
export function leastSize({ size }: Programme): number {
  return 'fixed' in size ? size.fixed : size.minimum;
}

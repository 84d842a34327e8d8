import type { RowFormat } from '../stage/merchant-rows.ts';
import type { BreachRecord } from './breach.ts';
import type { Counted } from './census-mail.ts';
import { emptyBuckets, type Buckets } from './bucket.ts';
import { recentBuyers, type RecentBuyers } from './buyers.ts';
import type { Gauge } from './gauge.ts';
import type { MarkedOrder } from './marked-orders.ts';
import { openOrders, type OpenOrders } from './open-orders.ts';
import { packBefore, packDays, unpackBefore, unpackDays } from './pack-days.ts';
import type { TierStanding } from '../outputs.ts';
import type { TierState } from './tier.ts';

/** What the last capability record said, as far as a decision could depend on it. */
export interface Said {
  /** A letter for each atom of the bundle. */
  readonly verdicts: string;
  readonly ladders: { readonly [ladder: string]: TierStanding };
  readonly grain: number | null;
  /** Grains of metrics that sizes follow. */
  readonly grains: { readonly [metric: string]: number };
  readonly isKnown: boolean;
  readonly isClosed: boolean;
  readonly violations: readonly string[];
  /** These choose which instance of an account is meant. */
  readonly entityId: string | null;
  readonly category: string | null;
  readonly country: string | null;
}

/** When something happened first or last, ms UTC of event time; null before it did. */
export interface MerchantInstants {
  /** The last registration. */
  registered: number | null;
  /** Orders paid. */
  firstSale: number | null;
  lastSale: number | null;
  lastShipment: number | null;
  /** The latest start or end of a live session. */
  lastLive: number | null;
  lastViolation: number | null;
}

/** The largest cumulative figures reported of a boost. */
export interface BoostReport {
  readonly exposures: number;
  readonly clicks: number;
  readonly orders: number;
}

/** What scoring keeps of one merchant. */
export interface MerchantRow extends BreachRecord {
  readonly id: string;
  readonly instants: MerchantInstants;
  isClosed: boolean;
  category: string | null;
  country: string | null;
  /** Legal entity that it is linked to. */
  entityId: string | null;
  declaredPerDay: number | null;
  stockUnits: number | null;
  /** Articles on sale. */
  listings: number | null;
  fans: number | null;
  fansOffSite: number | null;
  /** What of the deposit is due and not paid; null where none was ever due. */
  depositDueMinor: number | null;
  /** By when, ms UTC; null while nothing is due. */
  depositDueByMs: number | null;
  /** Courses, exams, certifications and tools in order of arrival; the oldest leave when the bound is reached. */
  trainings: readonly string[];
  enrolled: readonly string[];
  exams: readonly string[];
  /** And what was verified. */
  certifications: readonly string[];
  tools: readonly string[];
  survey: { [question: string]: string };
  readonly open: OpenOrders;
  /** Grant to what was reported of its boost. */
  readonly boosts: Map<string, BoostReport>;
  /** Content to the largest cumulative exposures reported. */
  readonly contents: Map<string, number>;
  readonly markedOrders: Map<string, MarkedOrder>;
  /** Month and buyer to how many of its detailed ratings counted. */
  readonly raters: Map<string, number>;
  readonly buyers: RecentBuyers;
  /** Where it stands on each ladder. */
  readonly tiers: { [ladder: string]: TierState };
  /** What held metrics keep, and since when, ms UTC. */
  readonly held: { [metric: string]: { readonly value: number | null; readonly asOfMs: number } };
  grain: number | null;
  readonly grains: { [metric: string]: number };
  /** The next instant of the bundle's calendars; a look is due then, be the merchant ever so dormant. */
  instantMs: number | null;
  /** Null before the first capability record. */
  said: Said | null;
  /** Number of the last activation sweep that this merchant has had. */
  activation: number;
  /** The same of the sweeps after new statistics. */
  statistics: number;
  /** What the census was told; null where the bundle has no statistics. */
  counted: Counted | null;
  readonly buckets: Buckets;
  /** What the live bundle makes of it, from look to look; never in a snapshot. */
  gauge: Gauge | null;
  /** Buckets of days before this one are in the annex. */
  annexBefore: number;
}

const NEVER: MerchantInstants = {
  registered: null,
  firstSale: null,
  lastSale: null,
  lastShipment: null,
  lastLive: null,
  lastViolation: null,
};

/** Bounds of what is remembered of a merchant: what left and is reported again counts as if it were new. */
export const BOOSTS_MAX = 50;
export const CONTENTS_MAX = 200;
export const RATERS_MAX = 500;

export const merchantRowFormat: RowFormat<MerchantRow> = {
  create: (id) => ({
    id,
    instants: { ...NEVER },
    isClosed: false,
    category: null,
    country: null,
    entityId: null,
    declaredPerDay: null,
    stockUnits: null,
    listings: null,
    fans: null,
    fansOffSite: null,
    depositDueMinor: null,
    depositDueByMs: null,
    trainings: [],
    enrolled: [],
    exams: [],
    certifications: [],
    tools: [],
    violations: [],
    breaches: [],
    isSearchBlocked: false,
    survey: {},
    open: openOrders(),
    boosts: new Map(),
    contents: new Map(),
    markedOrders: new Map(),
    raters: new Map(),
    buyers: recentBuyers(),
    tiers: {},
    held: {},
    grain: null,
    grains: {},
    instantMs: null,
    said: null,
    activation: 0,
    statistics: 0,
    counted: null,
    buckets: emptyBuckets(),
    gauge: null,
    annexBefore: 0,
  }),
  encode: ({ id: _id, gauge: _gauge, buckets, ...row }) =>
    JSON.stringify(
      withoutNothing({
        ...row,
        instants: withoutNothing({ ...row.instants }),
        open: [...row.open.perDay],
        boosts: [...row.boosts],
        contents: [...row.contents],
        markedOrders: [...row.markedOrders],
        raters: [...row.raters],
        buyers: [...row.buyers.days],
        days: packDays(buckets, (day) => day >= row.annexBefore),
      }),
    ),
  encodeAnnex: ({ buckets, annexBefore }) =>
    `${packDays(buckets, (day) => day < annexBefore)}.${packBefore(buckets)}`,
  decode(id, body, annex) {
    const packed = JSON.parse(body) as Packed;
    const { instants, open, boosts, contents, markedOrders, raters, buyers, days, ...plain } = packed;
    const buckets = emptyBuckets();
    unpackDays(buckets, days);
    if (annex !== null) {
      const [closed, before] = annex.split('.');
      unpackDays(buckets, closed!);
      unpackBefore(buckets, before!);
    }
    return {
      ...merchantRowFormat.create(id),
      ...plain,
      instants: { ...NEVER, ...instants },
      open: openOrders(open),
      boosts: new Map(boosts),
      contents: new Map(contents),
      markedOrders: new Map(markedOrders),
      raters: new Map(raters),
      buyers: recentBuyers(buyers),
      buckets,
    };
  },
};

/** What a row begins with is not written: most merchants have little of what could be known. */
function withoutNothing(members: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const isNothing = (value: unknown): boolean =>
    value === null || value === false || (Array.isArray(value) && value.length === 0);
  return Object.fromEntries(Object.entries(members).filter(([, value]) => !isNothing(value)));
}

type Maps = 'open' | 'boosts' | 'contents' | 'markedOrders' | 'raters' | 'buyers';

/** A row as a snapshot holds it: maps as lists of pairs, in their order. */
interface Packed extends Partial<Omit<MerchantRow, 'id' | 'instants' | 'buckets' | 'gauge' | Maps>> {
  readonly instants: Partial<MerchantInstants>;
  readonly open?: [number, number][];
  readonly boosts?: [string, BoostReport][];
  readonly contents?: [string, number][];
  readonly markedOrders?: [string, MarkedOrder][];
  readonly raters?: [string, number][];
  readonly buyers?: [string, number][];
  readonly days: string;
}

/** Puts the pair last and drops the oldest beyond the bound. */
export function putBounded<K, V>(map: Map<K, V>, key: K, value: V, sizeMax: number): void {
  map.delete(key);
  map.set(key, value);
  if (map.size > sizeMax) map.delete(map.keys().next().value!);
}

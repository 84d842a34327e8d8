import type { MerchantEvents, MerchantEventType } from '../events.ts';
import type { RowFormat } from '../stage/merchant-rows.ts';
import { emptyBuckets, packDays, unpackDays, type Buckets } from './bucket.ts';
import { openOrders, type OpenOrders } from './open-orders.ts';
import { NO_TIER, type TierState } from './tier.ts';
import type { Totals } from './window.ts';

/** What the last capability record said, as far as a decision could depend on it. */
export interface Said {
  /** A letter for each atom of the bundle. */
  readonly verdicts: string;
  readonly tier: string | null;
  readonly grain: number | null;
  readonly isKnown: boolean;
  readonly isClosed: boolean;
  readonly violations: readonly string[];
  /** These choose which instance of an account is meant. */
  readonly entityId: string | null;
  readonly category: string | null;
  readonly country: string | null;
}

/** What scoring keeps of one merchant. */
export interface MerchantRow {
  readonly id: string;
  registeredAtMs: number | null;
  isClosed: boolean;
  category: string | null;
  country: string | null;
  /** Legal entity that it is linked to. */
  entityId: string | null;
  declaredPerDay: number | null;
  stockUnits: number | null;
  /** In order of arrival; the oldest leave when the bound is reached. */
  trainings: readonly string[];
  tools: readonly string[];
  /** Classes of violations that were recorded and not cleared; a list that changes is another list. */
  violations: readonly string[];
  survey: { [question: string]: string };
  readonly open: OpenOrders;
  /** Grant to the largest cumulative exposures reported. */
  readonly boosts: Map<string, number>;
  /** Order to the day it was placed, for orders with a defect. */
  readonly defects: Map<string, number>;
  tier: TierState;
  grain: number | null;
  /** Null before the first capability record. */
  said: Said | null;
  /** Number of the last activation sweep that this merchant has had. */
  activation: number;
  readonly buckets: Buckets;
  /** Kept up from event to event, never in a snapshot. */
  totals: Totals | null;
  /** Buckets of days before this one are in the annex. */
  annexBefore: number;
}

/** Bounds of the short lists of a merchant. */
export const LIST_MAX = 100;
export const DEFECTS_MAX = 500;
export const BOOSTS_MAX = 50;

export const merchantRowFormat: RowFormat<MerchantRow> = {
  create: (id) => ({
    id,
    registeredAtMs: null,
    isClosed: false,
    category: null,
    country: null,
    entityId: null,
    declaredPerDay: null,
    stockUnits: null,
    trainings: [],
    tools: [],
    violations: [],
    survey: {},
    open: openOrders(),
    boosts: new Map(),
    defects: new Map(),
    tier: NO_TIER,
    grain: null,
    said: null,
    activation: 0,
    buckets: emptyBuckets(),
    totals: null,
    annexBefore: 0,
  }),
  encode: ({ id: _id, open, boosts, defects, buckets, totals: _totals, ...plain }) =>
    JSON.stringify({
      ...plain,
      open: [...open.perDay],
      boosts: [...boosts],
      defects: [...defects],
      days: packDays(buckets, (day) => day >= plain.annexBefore),
    }),
  encodeAnnex: ({ buckets, annexBefore }) => packDays(buckets, (day) => day < annexBefore),
  decode(id, body, annex) {
    const { open, boosts, defects, days, ...plain } = JSON.parse(body) as Omit<
      MerchantRow,
      'id' | 'open' | 'boosts' | 'defects' | 'buckets' | 'totals'
    > & {
      open: [number, number][];
      boosts: [string, number][];
      defects: [string, number][];
      days: string;
    };
    const buckets = emptyBuckets();
    unpackDays(buckets, days);
    if (annex !== null) unpackDays(buckets, annex);
    return {
      ...plain,
      id,
      open: openOrders(open),
      boosts: new Map(boosts),
      defects: new Map(defects),
      buckets,
      totals: null,
    };
  },
};

/** What an event says about the merchant besides facts. */
export function applyProfile(
  row: MerchantRow,
  type: MerchantEventType,
  data: MerchantEvents[MerchantEventType],
  atMs: number,
): void {
  switch (type) {
    case 'updraft.merchant.registered.v1': {
      const registered = data as MerchantEvents['updraft.merchant.registered.v1'];
      row.registeredAtMs = atMs;
      row.isClosed = false;
      row.category = registered.category;
      row.country = registered.country;
      row.entityId = registered.entityId ?? row.entityId;
      return;
    }
    case 'updraft.merchant.profile-changed.v1': {
      const changed = data as MerchantEvents['updraft.merchant.profile-changed.v1'];
      row.category = changed.category ?? row.category;
      row.country = changed.country ?? row.country;
      row.entityId = changed.entityId ?? row.entityId;
      return;
    }
    case 'updraft.merchant.closed.v1':
      row.isClosed = true;
      return;
    case 'updraft.merchant.linked.v1':
      row.entityId = (data as MerchantEvents['updraft.merchant.linked.v1']).entityId;
      return;
    case 'updraft.merchant.unlinked.v1': {
      const { entityId } = data as MerchantEvents['updraft.merchant.unlinked.v1'];
      // A late word about an entity that it left long ago does not part it from the present one.
      if (row.entityId === entityId) row.entityId = null;
      return;
    }
    default:
      applyPractice(row, type, data);
  }
}

/** Capacity, stock, answers, training, tools and violations. */
function applyPractice(
  row: MerchantRow,
  type: MerchantEventType,
  data: MerchantEvents[MerchantEventType],
): void {
  switch (type) {
    case 'updraft.capacity.declared.v1':
      row.declaredPerDay = (data as MerchantEvents['updraft.capacity.declared.v1']).ordersPerDay;
      return;
    case 'updraft.inventory.reported.v1':
      row.stockUnits = (data as MerchantEvents['updraft.inventory.reported.v1']).units;
      return;
    case 'updraft.survey.answered.v1': {
      const { answers } = data as MerchantEvents['updraft.survey.answered.v1'];
      const merged = Object.entries({ ...row.survey, ...answers });
      row.survey = Object.fromEntries(merged.slice(-LIST_MAX));
      return;
    }
    case 'updraft.training.completed.v1':
      row.trainings = remember(
        row.trainings,
        (data as MerchantEvents['updraft.training.completed.v1']).course,
      );
      return;
    case 'updraft.tool.adopted.v1':
      row.tools = remember(row.tools, (data as MerchantEvents['updraft.tool.adopted.v1']).tool);
      return;
    case 'updraft.tool.dropped.v1':
      row.tools = forget(row.tools, (data as MerchantEvents['updraft.tool.dropped.v1']).tool);
      return;
    case 'updraft.violation.recorded.v1': {
      const { violation } = data as MerchantEvents['updraft.violation.recorded.v1'];
      row.violations = remember(row.violations, violation);
      return;
    }
    case 'updraft.violation.cleared.v1': {
      const { violation } = data as MerchantEvents['updraft.violation.cleared.v1'];
      row.violations = forget(row.violations, violation);
      return;
    }
    default:
  }
}

function remember(list: readonly string[], value: string): readonly string[] {
  return list.includes(value) ? list : [...list, value].slice(-LIST_MAX);
}

function forget(list: readonly string[], value: string): readonly string[] {
  return list.includes(value) ? list.filter((each) => each !== value) : list;
}

/** Puts the pair last and drops the oldest beyond the bound. */
export function putBounded<K, V>(map: Map<K, V>, key: K, value: V, sizeMax: number): void {
  map.delete(key);
  map.set(key, value);
  if (map.size > sizeMax) map.delete(map.keys().next().value!);
}

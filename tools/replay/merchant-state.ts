import { byCodeUnit } from '#domain/canonical';
import { DAYS_KEPT } from '#domain/scoring/bucket';
import { FACTS } from '#domain/scoring/fact';
import { openOrdersAt } from '#domain/scoring/open-orders';
import { merchantRowFormat, type MerchantRow } from '#domain/scoring/merchant-row';
import type { ScoringRoot } from '#domain/scoring/root';
import { DAY_MS, formatInstant, localDay } from '#domain/time';
import { openPartitionReplay } from './partition-replay.ts';
import { readBundles, readQuarantine, type RecordSource } from './record-source.ts';

/** What scoring knows of a merchant after the last activity record of its partition. */
export interface MerchantState {
  readonly merchantId: string;
  readonly partition: number;
  /** Position of the last record that was counted in. */
  readonly asOf: string;
  /** Log time there. */
  readonly now: string;
  readonly registeredAt: string | null;
  readonly isClosed: boolean;
  readonly category: string | null;
  readonly country: string | null;
  /** Legal entity that it is linked to. */
  readonly entityId: string | null;
  readonly tiers: {
    readonly [ladder: string]: { readonly tier: string | null; readonly since: string | null };
  };
  readonly declaredPerDay: number | null;
  readonly stockUnits: number | null;
  readonly listings: number | null;
  readonly fans: number | null;
  readonly fansOffSite: number | null;
  readonly depositDueMinor: number | null;
  readonly depositDueBy: string | null;
  readonly openOrders: number;
  readonly overdueOrders: number;
  /** Orders paid and neither shipped nor cancelled, by the day they must leave. */
  readonly openByShipDay: { readonly [day: string]: number };
  readonly trainings: readonly string[];
  readonly enrolled: readonly string[];
  readonly exams: readonly string[];
  readonly certifications: readonly string[];
  readonly tools: readonly string[];
  /** Classes of violations that stand. */
  readonly violations: readonly string[];
  readonly isSearchBlocked: boolean;
  readonly survey: { readonly [question: string]: string };
  /** Largest cumulative exposures reported, by grant. */
  readonly boosts: { readonly [grantId: string]: number };
  /** Facts that are not zero, by local day, ascending; days that no window can reach are left out. */
  readonly days: readonly { readonly day: string; readonly facts: { readonly [fact: string]: number } }[];
}

/**
 * Replays activity through scoring in this process and says what came of it, merchants in byte order within their
 * partition. The truth and not a snapshot: it costs a replay.
 */
export async function* merchantStates(source: RecordSource): AsyncGenerator<MerchantState, void, undefined> {
  const bundles = await readBundles(source);
  const partitions = await source.partitions();
  for (let partition = 0; partition < partitions; partition += 1) {
    const quarantine = await readQuarantine(source, partition);
    const replay = openPartitionReplay({ partition, bundles, quarantine, withAllocator: false });
    for await (const { records } of source.read('activity', partition)) {
      const { stop } = replay.step(records);
      if (stop !== null) throw new Error(`activity stops at ${stop.position}: ${stop.why}`);
    }
    const asOf = replay.asOf();
    if (asOf === null) continue;
    const { root: rootText, rows } = replay.scoringState();
    const root = JSON.parse(rootText) as ScoringRoot;
    const ids = [...rows.keys()].filter((key) => !key.endsWith('#')).sort(byCodeUnit);
    for (const id of ids) {
      const row = merchantRowFormat.decode(id, rows.get(id)!, rows.get(`${id}#`) ?? null);
      yield stateOf(row, root, partition, asOf);
    }
  }
}

function stateOf(row: MerchantRow, root: ScoringRoot, partition: number, asOf: string): MerchantState {
  const today = localDay(root.nowMs, root.zone);
  const open = [...row.open.perDay].filter(([, count]) => count !== 0).sort(([a], [b]) => a - b);
  const orders = openOrdersAt(row.open, today);
  const ladders = Object.entries(row.tiers).sort(([a], [b]) => byCodeUnit(a, b));
  return {
    merchantId: row.id,
    partition,
    asOf,
    now: formatInstant(root.nowMs),
    registeredAt: instantOrNull(row.instants.registered),
    isClosed: row.isClosed,
    category: row.category,
    country: row.country,
    entityId: row.entityId,
    tiers: Object.fromEntries(
      ladders.map(([ladder, { tier, sinceMs }]) => [ladder, { tier, since: instantOrNull(sinceMs) }]),
    ),
    declaredPerDay: row.declaredPerDay,
    stockUnits: row.stockUnits,
    listings: row.listings,
    fans: row.fans,
    fansOffSite: row.fansOffSite,
    depositDueMinor: row.depositDueMinor,
    depositDueBy: instantOrNull(row.depositDueByMs),
    openOrders: orders.open,
    overdueOrders: orders.overdue,
    openByShipDay: Object.fromEntries(open.map(([day, count]) => [dateOf(day), count])),
    trainings: [...row.trainings].sort(byCodeUnit),
    enrolled: [...row.enrolled].sort(byCodeUnit),
    exams: [...row.exams].sort(byCodeUnit),
    certifications: [...row.certifications].sort(byCodeUnit),
    tools: [...row.tools].sort(byCodeUnit),
    violations: [...row.violations].sort(byCodeUnit),
    isSearchBlocked: row.isSearchBlocked,
    survey: row.survey,
    boosts: Object.fromEntries(
      [...row.boosts]
        .sort(([a], [b]) => byCodeUnit(a, b))
        .map(([grant, { exposures }]) => [grant, exposures]),
    ),
    days: daysOf(row, today),
  };
}

function daysOf(row: MerchantRow, today: number): MerchantState['days'] {
  const days = new Map<number, Record<string, number>>();
  for (const [place, column] of row.buckets.columns.entries()) {
    for (const [at, day] of (column?.days ?? []).entries()) {
      const facts = days.get(day) ?? {};
      days.set(day, facts);
      facts[FACTS[place]!] = column!.amounts[at]!;
    }
  }
  return [...days]
    .filter(([day]) => day > today - DAYS_KEPT)
    .sort(([a], [b]) => a - b)
    .map(([day, facts]) => ({ day: dateOf(day), facts }));
}

function dateOf(day: number): string {
  return formatInstant(day * DAY_MS).slice(0, 10);
}

function instantOrNull(ms: number | null): string | null {
  return ms === null ? null : formatInstant(ms);
}

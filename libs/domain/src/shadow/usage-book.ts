import { canonicalJson, type Json } from '../canonical.ts';
import type { Outcome } from '../outputs.ts';
import type { InputRecord } from '../stage/stage.ts';
import type { Told } from './told.ts';

// Gateways report usage of live grants. A shadow has grants of its own: a live grant is paired with the one that the
// shadow has running of the same merchant and programme when the live one is issued, or else with the next that it
// issues while the live one runs. The first report settles it and it is never taken back, so that no exposure counts
// twice; where there is no pair then, the usage of the live grant counts for none. Reports are cumulative: of several
// live grants that are paired with one of the shadow, the sum is reported.

/** The parts of a report that are cumulative. */
const AMOUNTS = ['used', 'exposures', 'clicks', 'orders'] as const;
type Amounts = { [amount in (typeof AMOUNTS)[number]]?: number };

interface Attribution {
  readonly grantId: string;
  /** Of each live grant, the most that was reported. */
  readonly reported: Map<string, Amounts>;
}

export interface UsageBook {
  hearLive(told: Told): void;
  hearShadow(told: Told): void;
  /** The record as the shadow is given it; any other than a report is given as it is. */
  translate(record: InputRecord): InputRecord;
  /** Live grants whose usage counts for a grant of the shadow, and those whose usage counts for none. */
  counts(): { readonly attributed: number; readonly unattributed: number };
}

/** The latest grants of a merchant and programme, while they run. */
interface Latest {
  live: string | null;
  shadow: string | null;
}

const ENDING: readonly Outcome[] = ['expire', 'revoke', 'claw-back', 'settle'];

export function createUsageBook(): UsageBook {
  const places = new Map<string, Latest>();
  /** By live grant that is not settled: its pair so far. */
  const pairs = new Map<string, string | null>();
  /** Grants of the shadow that are not settled. */
  const open = new Set<string>();
  /** By live grant that was reported on; null: for no grant. */
  const attributions = new Map<string, Attribution | null>();
  const byShadowGrant = new Map<string, Attribution>();
  let attributed = 0;
  let unattributed = 0;

  const placeOf = ({ merchant, programme }: Told): Latest => {
    const name = `${programme} ${merchant}`;
    let place = places.get(name);
    if (place === undefined) places.set(name, (place = { live: null, shadow: null }));
    return place;
  };

  const attributionOf = (grantId: string): Attribution | null => {
    const known = attributions.get(grantId);
    if (known !== undefined) return known;
    const pair = pairs.get(grantId);
    // What the live allocator refuses is refused here as well, and needs not be remembered.
    if (pair === undefined) return null;
    if (pair === null || !open.has(pair)) {
      unattributed += 1;
      attributions.set(grantId, null);
      return null;
    }
    attributed += 1;
    const attribution = byShadowGrant.get(pair) ?? { grantId: pair, reported: new Map<string, Amounts>() };
    byShadowGrant.set(pair, attribution);
    attributions.set(grantId, attribution);
    return attribution;
  };

  return {
    hearLive(told) {
      const { grantId, outcome } = told;
      if (grantId === null) return;
      const place = placeOf(told);
      if (outcome === 'issue') {
        place.live = grantId;
        pairs.set(grantId, place.shadow);
      }
      if (place.live === grantId && ENDING.includes(outcome)) place.live = null;
      if (outcome !== 'settle') return;
      pairs.delete(grantId);
      attributions.delete(grantId);
    },
    hearShadow(told) {
      const { grantId, outcome } = told;
      if (grantId === null) return;
      const place = placeOf(told);
      if (outcome === 'issue') {
        place.shadow = grantId;
        open.add(grantId);
        if (place.live !== null && pairs.get(place.live) === null) pairs.set(place.live, grantId);
      }
      if (place.shadow === grantId && ENDING.includes(outcome)) place.shadow = null;
      if (outcome !== 'settle') return;
      open.delete(grantId);
      byShadowGrant.delete(grantId);
    },
    translate(record) {
      const grantId = reportedGrant(record);
      if (grantId === null) return record;
      const attribution = attributionOf(grantId);
      // A name that no grant has: what is refused live is refused here too.
      if (attribution === null) return withData(record, { grantId: `live:${grantId}` });
      const amounts = raise(attribution.reported.get(grantId), record.event.data as Amounts);
      attribution.reported.set(grantId, amounts);
      const isSame = attribution.grantId === grantId && attribution.reported.size === 1;
      return isSame ? record : withData(record, { grantId: attribution.grantId, ...sumOf(attribution) });
    },
    counts: () => ({ attributed, unattributed }),
  };
}

function reportedGrant({ event, quarantined }: InputRecord): string | null {
  const isReport = event.type === 'updraft.boost.delivered.v1' || event.type === 'updraft.grant.used.v1';
  return isReport && quarantined === undefined ? (event.data['grantId'] as string) : null;
}

function raise(before: Amounts = {}, data: Amounts): Amounts {
  const after: Amounts = { ...before };
  for (const amount of AMOUNTS) {
    const said = data[amount];
    if (said !== undefined) after[amount] = Math.max(after[amount] ?? 0, said);
  }
  return after;
}

function sumOf({ reported }: Attribution): Amounts {
  const sum: Amounts = {};
  for (const amounts of reported.values()) {
    for (const amount of AMOUNTS) {
      const said = amounts[amount];
      if (said !== undefined) sum[amount] = Math.min((sum[amount] ?? 0) + said, Number.MAX_SAFE_INTEGER);
    }
  }
  return sum;
}

/** Members that the report does not have are not added: one kind of report has `used`, the other `exposures`. */
function withData(
  record: InputRecord,
  changes: { readonly [member: string]: Json | undefined },
): InputRecord {
  const data = { ...record.event.data };
  for (const [member, value] of Object.entries(changes)) {
    if (data[member] !== undefined) data[member] = value;
  }
  const event = { ...record.event, data };
  return { ...record, event, text: canonicalJson(event as unknown as Json) };
}

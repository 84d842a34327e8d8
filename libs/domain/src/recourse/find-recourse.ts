import { canonicalJson, type Json } from '../canonical.ts';
import { tierOrders, type Bundle } from '../policy/bundle.ts';
import type { Atom } from '../policy/condition.ts';
import { FACT } from '../scoring/fact.ts';
import { liveBundle, type LiveBundle } from '../scoring/live-bundle.ts';
import { lookOnce, type MerchantSnapshot } from '../scoring/look-once.ts';
import { merchantRowFormat, type MerchantRow } from '../scoring/merchant-row.ts';
import type { ScoringRoot } from '../scoring/root.ts';
import { scoringOf } from '../scoring/scoring-machine.ts';
import { watchOf } from '../scoring/verdict.ts';
import type { CloudEvent, Hash } from '../stage/stage.ts';
import { DAY_MS, formatInstant, startOfLocalDay } from '../time.ts';
import { DEEDS, type Deed, type DeedId, type Occasion } from './deed.ts';
import { movedBy } from './moved-by.ts';

// What would make a condition hold, found by doing it: the merchant's row is copied, so many deeds are counted by
// scoring itself, and the condition is asked again. So the number is right by construction, whatever the policy.

/** The smallest number of deeds, or of days that go by, after which a condition is as wanted. */
export interface Remedy {
  readonly deed: DeedId | 'wait-days';
  readonly times: number;
}

const TIMES_MAX = 1_024;
const DAYS_MAX = 60;
const AMOUNT_MINOR = 10_000;
/** What the bundle is called in trials: whether it is the live one makes no difference to them. */
const TRIED = 'tried';

export interface Trials {
  /**
   * Remedies of a condition, those of the fewest deeds first; empty where none of the deeds helps, for example because
   * a training is asked for, which says itself what to do. `wanted` is false for what must no longer hold.
   */
  remediesOf(atom: Atom, wanted?: boolean): readonly Remedy[];
}

/** Trials on one merchant by one bundle, which is made ready once for all of them. */
export function openTrials(snapshot: MerchantSnapshot, bundle: Bundle, hash: Hash): Trials {
  const live = liveBundle(TRIED, bundle);
  const root = JSON.parse(snapshot.root) as ScoringRoot;
  const row = merchantRowFormat.decode(snapshot.merchant, snapshot.body, snapshot.annex);
  const trial: Trial = { snapshot, root, live, hash, occasion: occasionOf(row, root, bundle) };
  const tiers = tierOrders(bundle);
  const places = new Map(bundle.metrics.map(({ id }, at) => [id, at]));
  return {
    remediesOf(atom, wanted = true) {
      const watch = watchOf(atom, (id) => places.get(id)!, tiers);
      return remediesBy(movedBy(atom, bundle), (after) => {
        return watch(lookOnce(snapshotAfter(trial, after), live)) === (wanted ? 't' : 'f');
      });
    },
  };
}

function remediesBy(moved: ReadonlySet<string>, holds: Holds): readonly Remedy[] {
  if (holds({ deed: null, times: 0, days: 0 })) return [];
  const remedies: Remedy[] = [];
  for (const deed of DEEDS) {
    if (!deed.moves.some((each) => moved.has(each))) continue;
    const times = fewest((k) => holds({ deed, times: k, days: 0 }), TIMES_MAX);
    if (times !== null) remedies.push({ deed: deed.id, times });
  }
  const days = fewest((k) => holds({ deed: null, times: 0, days: k }), DAYS_MAX);
  if (days !== null) remedies.push({ deed: 'wait-days', times: days });
  return remedies.sort((a, b) => a.times - b.times);
}

interface After {
  readonly deed: Deed | null;
  readonly times: number;
  readonly days: number;
}
type Holds = (after: After) => boolean;

/** The smallest number of times for which it holds: doubled until it does, then halved. */
function fewest(holds: (times: number) => boolean, timesMax: number): number | null {
  let low = 0;
  let high = 1;
  while (!holds(high)) {
    if (high >= timesMax) return null;
    low = high;
    high = Math.min(high * 2, timesMax);
  }
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (holds(middle)) high = middle;
    else low = middle;
  }
  return high;
}

interface Trial {
  readonly snapshot: MerchantSnapshot;
  readonly root: ScoringRoot;
  readonly live: LiveBundle;
  readonly hash: Hash;
  readonly occasion: Omit<Occasion, 'number'>;
}

/** The snapshot once this was done, counted by scoring. */
function snapshotAfter(trial: Trial, after: After): MerchantSnapshot {
  const { snapshot, root, live, hash } = trial;
  if (after.times === 0 && after.days === 0) return snapshot;
  const { merchant, body, annex } = snapshot;
  const [partition = 0, offset = 0] = root.position ?? [];
  const begin = { ...root, bundleHash: TRIED, catchingUp: false };
  const index = [{ key: merchant, due: null, held: false, waiting: null }];
  const stage = scoringOf(() => live);
  const machine = stage.open(partition, { root: JSON.stringify(begin), index, chunks: [] }, hash);
  machine.addBundle(TRIED, '');
  machine.addRows(
    new Map([
      [merchant, body],
      [`${merchant}#`, annex],
    ] as const),
  );
  let next = offset + 1;
  for (const event of recordsOf(trial, after)) {
    const text = canonicalJson(event as unknown as Json);
    machine.step({ position: [partition, next++], key: event.subject ?? null, text, event });
  }
  const frozen = machine.freeze();
  const rowOf = (key: string): string | null => frozen.rows.find((each) => each.key === key)?.body ?? null;
  return {
    merchant,
    root: frozen.root,
    body: rowOf(merchant) ?? body,
    annex: rowOf(`${merchant}#`) ?? annex,
  };
}

function* recordsOf(
  { snapshot, root, occasion }: Trial,
  { deed, times, days }: After,
): Generator<CloudEvent> {
  for (let number = 0; deed !== null && number < times; number++) {
    const event = deed.event({ ...occasion, number });
    // There is no more of it to do.
    if (event === null) return;
    yield {
      specversion: '1.0',
      id: `recourse-${number}`,
      source: '/recourse',
      type: event.type,
      subject: snapshot.merchant,
      time: formatInstant(root.nowMs),
      data: event.data as unknown as CloudEvent['data'],
    };
  }
  for (let day = 1; day <= days; day++) {
    const atMs = root.nowMs + day * DAY_MS;
    yield {
      specversion: '1.0',
      id: `recourse-tick-${day}`,
      source: '/recourse',
      type: 'updraft.control.tick.v1',
      time: formatInstant(atMs),
      data: { atMs, catchingUp: false },
    };
  }
}

function occasionOf(row: MerchantRow, root: ScoringRoot, { currency }: Bundle): Omit<Occasion, 'number'> {
  const { orders, gmv } = soldIn(row);
  const overdue = [...row.open.perDay]
    .sort(([a], [b]) => a - b)
    .flatMap(([day, count]) =>
      Array.from({ length: Math.max(0, count) }, () => startOfLocalDay(day, root.zone)),
    )
    .filter((shipByMs) => shipByMs + DAY_MS <= root.nowMs);
  return {
    nowMs: root.nowMs,
    currency,
    category: row.category ?? 'general',
    amountMinor: orders === 0 ? AMOUNT_MINOR : Math.floor(gmv / orders),
    overdue,
  };
}

function soldIn({ buckets }: MerchantRow): { readonly orders: number; readonly gmv: number } {
  const sum = (fact: number): number =>
    (buckets.columns[fact]?.amounts ?? []).reduce((total, amount) => total + amount, 0);
  return { orders: sum(FACT.ordersPaid), gmv: sum(FACT.gmvMinor) };
}

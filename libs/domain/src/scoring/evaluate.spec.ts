import fc from 'fast-check';
import { tierOrders, type Bundle } from '../policy/bundle.ts';
import { DAY_MS, HOUR_MS, localDay } from '../time.ts';
import { plainValues, plainWatched } from '../testing/plain-meter.ts';
import { choices, drawn, randomMetrics, TOLD_FACTS, type Choose } from '../testing/random-metrics.ts';
import { addTo } from './add-to.ts';
import { clearBreach, forgetBreaches, recordBreach, remember } from './breach.ts';
import { DAYS_KEPT, dropThrough } from './bucket.ts';
import { noteBuyer } from './buyers.ts';
import { changesSince, saidOf } from './capability-record.ts';
import { evaluateMerchant, type Moment } from './evaluate.ts';
import { FACT } from './fact.ts';
import type { Gauge } from './gauge.ts';
import { liveBundle, type LiveBundle } from './live-bundle.ts';
import { merchantRowFormat, type MerchantRow } from './merchant-row.ts';
import { countOpen } from './open-orders.ts';
import type { ScoringPartition } from './scoring-partition.ts';
import { watchCondition } from './verdict.ts';

// A merchant under random policies: what is kept from look to look must be what is worked out from nothing, and both
// what the plain meters say. And between the looks that a merchant asks for nothing may change.

const BEGIN = 20_000;
/** A zone whose clock moves twice: midnight is not where days of 24 hours would put it. */
const ZONE = [
  { fromMs: 0, offsetMinutes: 60 },
  { fromMs: (BEGIN + 30) * DAY_MS, offsetMinutes: 120 },
  { fromMs: (BEGIN + 90) * DAY_MS, offsetMinutes: 60 },
];
const SEED = 20_261_128;

interface Told {
  readonly bundle: Bundle;
  readonly live: LiveBundle;
  row: MerchantRow;
  nowMs: number;
  canFall: boolean;
  statistics: Record<string, Record<string, { merchants: number; mean: number; cuts: (number | null)[] }>>;
  orders: number;
}

function momentOf(told: Told, nowMs = told.nowMs): Moment {
  return {
    nowMs,
    today: localDay(nowMs, ZONE),
    zone: ZONE,
    canFall: told.canFall,
    activatedMs: BEGIN * DAY_MS,
    factsSince: { 4: BEGIN - 20 },
    statistic: (id, group) => told.statistics[id]?.[group] ?? null,
  };
}

function tell(told: Told, choose: Choose): void {
  const { row } = told;
  const today = localDay(told.nowMs, ZONE);
  const scoring = { today, rows: { touchAnnex: () => undefined } } as unknown as ScoringPartition;
  const day = today - [0, 0, 0, 1, 3, 12, 45, 130, 420, -1][choose(10)]!;
  const add = (fact: number, amount: number): void => addTo(scoring, row, fact, amount, day);
  switch (choose(14)) {
    case 0:
    case 1:
    case 2:
    case 3:
      return add(FACT[TOLD_FACTS[choose(9)]!], [1, 1, 2, 5, 40, Number.MAX_SAFE_INTEGER][choose(6)]!);
    case 4: {
      add(FACT.ordersPaid, 1);
      noteBuyer(row.buyers, `b${choose(40)}`, Math.min(day, today));
      return;
    }
    case 5: {
      const marks = 1 + choose(3);
      if ((marks & 1) !== 0) add(FACT.defectOrders, 1);
      if ((marks & 2) !== 0) add(FACT.disputedOrders, 1);
      row.markedOrders.set(`o${told.orders++}`, { day, buyer: `b${choose(4)}`, marks });
      return;
    }
    case 6: {
      const severity = (['minor', 'general'] as const)[choose(2)]!;
      const violation = `v${1 + choose(2)}`;
      recordBreach(row, { violation, points: choose(9), severity, isSearchBlocked: choose(3) === 0 }, day);
      return;
    }
    case 7:
      return clearBreach(row, { violation: 'v1' });
    case 8:
      return countOpen(row.open, today + choose(6) - 2, 1 - 2 * choose(2));
    case 9:
      return profile(told, choose);
    case 10:
      return states(told, choose);
    case 11: {
      for (const { id, cutsBps } of told.bundle.statistics) {
        const group = ['toys', 'CN', 'all'][choose(3)]!;
        const cuts = cutsBps.map(() => (choose(3) === 0 ? null : choose(30)));
        told.statistics[id] = {
          ...told.statistics[id],
          [group]: { merchants: choose(9), mean: choose(99), cuts },
        };
      }
      return;
    }
    case 12:
      told.canFall = !told.canFall;
      return;
    default:
      return pass(told, choose);
  }
}

function profile({ row, nowMs }: Told, choose: Choose): void {
  const instants = [
    'registered',
    'firstSale',
    'lastSale',
    'lastShipment',
    'lastLive',
    'lastViolation',
  ] as const;
  const lists = ['trainings', 'enrolled', 'exams', 'certifications', 'tools'] as const;
  const list = lists[choose(lists.length)]!;
  switch (choose(6)) {
    case 0:
      row[list] = choose(3) === 0 ? [] : remember(row[list], 't');
      return;
    case 1:
      row.isClosed = !row.isClosed;
      return;
    case 2:
      row.category = [null, 'toys', 'food'][choose(3)]!;
      row.country = [null, 'CN', 'PL'][choose(3)]!;
      return;
    case 3:
      row.survey = { wants: ['yes', 'no'][choose(2)]!, team: ['12', 'two'][choose(2)]! };
      return;
    case 4:
      row.depositDueMinor = choose(500);
      row.depositDueByMs = choose(3) === 0 ? null : nowMs + (choose(20) - 5) * DAY_MS;
      return;
    default:
      row.instants[instants[choose(instants.length)]!] = nowMs - choose(20) * 7 * HOUR_MS + HOUR_MS;
  }
}

function states({ row }: Told, choose: Choose): void {
  const names = ['stockUnits', 'declaredPerDay', 'listings', 'fans', 'fansOffSite'] as const;
  row[names[choose(names.length)]!] = choose(90);
}

/** Time goes on, and some days later what is too old is forgotten, as at a merchant's first event of a day. */
function pass(told: Told, choose: Choose): void {
  told.nowMs += [1, HOUR_MS, 13 * HOUR_MS, DAY_MS, 3 * DAY_MS, 31 * DAY_MS, 120 * DAY_MS][choose(7)]!;
  if (choose(2) === 0) return;
  const moment = momentOf(told);
  lookAt(told, told.row, moment);
  dropThrough(told.row.buckets, moment.today - DAYS_KEPT);
  for (const [id, { day }] of told.row.markedOrders) {
    if (day <= moment.today - DAYS_KEPT) told.row.markedOrders.delete(id);
  }
  forgetBreaches(told.row, moment.today - 800);
}

/** As scoring does it; returns what is seen, and why it is to be said. */
function lookAt({ live }: Told, row: MerchantRow, moment: Moment): { gauge: Gauge; why: readonly string[] } {
  const gauge = evaluateMerchant(row, live, moment);
  const why = row.said === null ? ['first'] : changesSince(row.said, row, live, gauge);
  if (why.length > 0) row.said = saidOf(row, live, gauge, false);
  return { gauge, why };
}

/** The row as a snapshot would bring it back. */
function reloaded(row: MerchantRow): MerchantRow {
  const annex = merchantRowFormat.encodeAnnex!(row);
  return merchantRowFormat.decode(row.id, merchantRowFormat.encode(row), annex);
}

function beginWith(choose: Choose): Told {
  const drawnBundle = randomMetrics(choose, BEGIN);
  const whos = Array.from({ length: 12 }, (_, at) => drawn(choose, drawnBundle.metrics, `who${at}`, true));
  const programmes = whos.map((who) => ({
    who,
    need: null,
    revokeWhen: null,
    clawBackWhen: null,
    stages: [],
    renew: null,
  }));
  const bundle = { ...drawnBundle, programmes: programmes as unknown as Bundle['programmes'] };
  return {
    bundle,
    live: liveBundle('drawn', bundle),
    row: merchantRowFormat.create('m'),
    nowMs: BEGIN * DAY_MS + 9 * HOUR_MS,
    canFall: true,
    statistics: {},
    orders: 0,
  };
}

/** The values that a look shows, and those that the plain meters say. */
function check(told: Told): Gauge {
  const moment = momentOf(told);
  const other = reloaded(told.row);
  const kept = lookAt(told, told.row, moment);
  const anew = lookAt(told, other, moment);
  expect(kept.gauge.values).toEqual(plainValues(told.bundle, told.row, moment));
  expect(anew.gauge.values).toEqual(kept.gauge.values);
  expect(anew.why).toEqual(kept.why);
  expect(anew.gauge.dueMs).toBe(kept.gauge.dueMs);
  expect(anew.gauge.headroomExact).toBe(kept.gauge.headroomExact);
  expect(JSON.parse(merchantRowFormat.encode(other))).toEqual(JSON.parse(merchantRowFormat.encode(told.row)));
  expect(told.row.said!.verdicts).toBe(told.live.watches.map((watch) => watch(kept.gauge)).join(''));
  return kept.gauge;
}

test('what is kept from look to look is what is worked out from nothing, and what the plain meters say', () => {
  fc.assert(
    fc.property(fc.noBias(fc.nat({ max: 2 ** 31 })), (seed) => {
      const choose = choices(seed);
      const told = beginWith(choose);
      for (let step = 0; step < 60; step++) {
        tell(told, choose);
        if (choose(3) > 0) check(told);
        if (choose(12) === 0) told.row = reloaded(told.row);
      }
    }),
    { seed: SEED, numRuns: 25 },
  );
});

test('nothing changes by time before the look that a merchant asks for', () => {
  let waited = 0;
  fc.assert(
    fc.property(fc.noBias(fc.nat({ max: 2 ** 31 })), (seed) => {
      const choose = choices(seed);
      const told = beginWith(choose);
      for (let step = 0; step < 40; step++) {
        tell(told, choose);
        const { dueMs } = check(told);
        const untilMs = Math.min(dueMs ?? Infinity, told.nowMs + 60 * DAY_MS) - 1;
        if (untilMs <= told.nowMs) continue;
        const nowMs = told.nowMs + Math.floor(((1 + choose(4)) * (untilMs - told.nowMs)) / 4);
        waited += 1;
        expect(verdictsAt(told, nowMs)).toEqual(verdictsAt(told, told.nowMs));
        const later = reloaded(told.row);
        expect(lookAt(told, later, momentOf(told, nowMs)).why).toEqual([]);
        expect(standingOf(later)).toEqual(standingOf(told.row));
      }
    }),
    { seed: SEED, numRuns: 20 },
  );
  expect(waited).toBeGreaterThan(200);
});

/** Where it stands, but for when that was last looked at. */
function standingOf({ tiers, held }: MerchantRow): unknown {
  return [
    Object.values(tiers).map((tier) => ({ ...tier, lookedMs: null })),
    Object.values(held).map(({ value }) => value),
  ];
}

/** Verdicts of every condition but those on tiers, by the plain meters; calendars say which period it is. */
function verdictsAt({ bundle, live, row, ...told }: Told, nowMs: number): string[] {
  const moment = momentOf({ bundle, live, row, ...told }, nowMs);
  const values = plainValues(bundle, row, moment);
  const seen = plainWatched(row, values, live.clock(nowMs, ZONE).periods);
  const placeOf = (id: string): number => bundle.metrics.findIndex((metric) => metric.id === id);
  return bundle.programmes.map(({ who }) => watchCondition(who, placeOf, tierOrders(bundle))(seen));
}

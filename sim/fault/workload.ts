import { encodeGenesis, encodePolicyActivated, encodeSettings, encodeTick } from '#contracts/genesis';
import { SHARED, type SharedLog } from '#contracts/logs';
import { partitionOf } from '#contracts/partition';
import { canonicalJson, type Json } from '#domain/canonical';
import { ENGINE } from '#domain/engine';
import { DAY_MS, formatInstant, HOUR_MS } from '#domain/time';
import type { Appended } from '#stream/log';
import type { Chance } from './chance.ts';
import { bundleOf } from './policy.ts';

// A short, dense history: few merchants, hours apart, with everything in it that a stage treats specially.

export const LOG_ID = 'sim';
const START_MS = 1_760_000_000_000;
const MERCHANTS_PER_PARTITION = 3;

export interface Step {
  readonly log: 'activity' | SharedLog;
  readonly partition: number;
  readonly records: readonly Appended[];
}

export interface Workload {
  /** Of activity, and of the treasury's and the census's log each. */
  readonly partitions: number;
  readonly treasuries: number;
  readonly bundles: readonly { readonly hash: string; readonly text: string }[];
  /** What the producers append, in order. */
  readonly steps: readonly Step[];
  /** Equal ticks, sent again each time that everything is at rest: after them nothing may be due any more. */
  readonly lastTicks: readonly Step[];
  readonly endMs: number;
}

export function makeWorkload(
  chance: Chance,
  hash: (text: string) => string,
  partitions: number,
  days: number,
  met: (what: string) => void,
): Workload {
  const bundles = [1, 2].map((edition) => bundleOf(edition, hash));
  const merchants = merchantsOf(partitions);
  const treasuries = 1 + chance.below(2);
  const sizes = { partitions, treasuries };
  const steps: Step[] = [];
  const all = (value: Buffer): void => void steps.push(...everywhere(value, sizes));
  all(
    encodeGenesis({
      logId: LOG_ID,
      ...sizes,
      hashFunction: 'murmur2',
      zone: 'Asia/Shanghai',
      zoneTransitions: [{ fromMs: 0, offsetMinutes: 480 }],
      latenessMs: 2 * DAY_MS,
      futureMs: HOUR_MS / 6,
      nowMs: START_MS,
      engine: ENGINE,
    }),
  );
  activate(steps, chance, bundles[0]!.hash, 1, sizes);
  let nowMs = START_MS;
  let serial = 0;
  for (const merchant of merchants) {
    const partition = partitionOf(merchant, partitions);
    for (const record of beginning(chance, merchant, `b-${serial++}`))
      steps.push({ log: 'activity', partition, records: [record] });
  }
  serial = 0;
  const endMs = START_MS + days * DAY_MS;
  let isSecond = false;
  while (nowMs < endMs) {
    nowMs += (4 + chance.below(9)) * HOUR_MS;
    const catchingUp = chance.of(0.25);
    const tick = encodeTick(LOG_ID, { atMs: nowMs, catchingUp });
    all(tick);
    if (chance.of(0.25)) {
      met('double-tick');
      all(tick);
    }
    if (chance.of(0.05)) {
      met('older-tick');
      all(encodeTick(LOG_ID, { atMs: nowMs - HOUR_MS, catchingUp: false }));
    }
    for (let count = chance.below(merchants.length); count > 0; count--) {
      const merchant = chance.pick(merchants);
      const record = eventRecord(chance, merchant, nowMs, serial++);
      const partition = partitionOf(merchant, partitions);
      steps.push({ log: 'activity', partition, records: chance.of(0.1) ? [record, record] : [record] });
    }
    if (!isSecond && nowMs > START_MS + (days * DAY_MS) / 2) {
      isSecond = true;
      activate(steps, chance, bundles[1]!.hash, 2, sizes);
      all(encodeSettings(LOG_ID, { sequence: 1, mode: 'live' }, nowMs));
    }
  }
  const last = encodeTick(LOG_ID, { atMs: endMs + DAY_MS, catchingUp: false });
  const lastTicks = Array.from({ length: 4 }, () => everywhere(last, sizes)).flat();
  return { ...sizes, bundles, steps, lastTicks, endMs: endMs + DAY_MS };
}

type Sizes = Pick<Workload, 'partitions' | 'treasuries'>;

function everywhere(
  value: Buffer,
  { partitions, treasuries }: Sizes,
  shared: readonly SharedLog[] = SHARED,
): Step[] {
  const to = (log: Step['log'], count: number): Step[] =>
    Array.from({ length: count }, (_, partition) => ({ log, partition, records: [{ key: null, value }] }));
  return [...to('activity', partitions), ...shared.flatMap((log) => to(log, treasuries))];
}

/** Seven of sixteen first, the rest a little later, and some of them twice: a registry that re-sends. */
function activate(steps: Step[], chance: Chance, bundle: string, sequence: number, sizes: Sizes): void {
  const value = encodePolicyActivated(LOG_ID, { sequence, bundle, approvedBy: ['sim'] }, START_MS);
  // The census hears of no activation.
  const all = everywhere(value, sizes, ['treasury']);
  const early = Math.ceil((sizes.partitions * 7) / 16);
  steps.push(...all.slice(0, early), ...all.slice(chance.of(0.5) ? 0 : early));
}

function merchantsOf(partitions: number): string[] {
  const merchants: string[] = [];
  const perPartition = new Array<number>(partitions).fill(0);
  for (let serial = 0; merchants.length < partitions * MERCHANTS_PER_PARTITION; serial++) {
    const merchant = `m-${serial}`;
    const partition = partitionOf(merchant, partitions);
    if (perPartition[partition]! >= MERCHANTS_PER_PARTITION) continue;
    perPartition[partition]! += 1;
    merchants.push(merchant);
  }
  return merchants;
}

/** Most merchants are there from the start, so that even a short history comes to decide something. */
function beginning(chance: Chance, merchant: string, name: string): Appended[] {
  const records: Appended[] = [];
  const add = (share: number, type: string, data: Json): void => {
    const atMs = START_MS - (20 + chance.below(20)) * HOUR_MS;
    if (chance.of(share)) records.push(recordOf(`${name}-${records.length}`, type, merchant, atMs, data));
  };
  add(0.85, 'updraft.merchant.registered.v1', { category: 'tea', country: 'CN', currency: 'CNY' });
  add(0.5, 'updraft.training.completed.v1', { course: 'first-sale' });
  add(0.5, 'updraft.survey.answered.v1', { survey: 's', answers: { wants: 'yes' } });
  add(0.7, 'updraft.capacity.declared.v1', { ordersPerDay: 4 + chance.below(12) });
  add(0.4, 'updraft.order.paid.v1', orderOf(chance, START_MS - DAY_MS, 1));
  add(0.5, 'updraft.order.shipped.v1', orderOf(chance, START_MS - DAY_MS, 1));
  return records;
}

function recordOf(id: string, type: string, merchant: string, atMs: number, data: Json): Appended {
  const event = {
    specversion: '1.0',
    id,
    source: '/sim',
    type,
    subject: merchant,
    time: formatInstant(atMs),
    datacontenttype: 'application/json',
    data,
  };
  return { key: merchant, value: Buffer.from(canonicalJson(event as Json)) };
}

function eventRecord(chance: Chance, merchant: string, nowMs: number, serial: number): Appended {
  const lateMs = chance.of(0.2) ? chance.below(96) * HOUR_MS : chance.below(3_600_000);
  const atMs = chance.of(0.08) ? nowMs + DAY_MS : nowMs - lateMs;
  // Now and then an id of the past with other content: a conflict.
  const id = chance.of(0.1) && serial > 0 ? `e-${chance.below(serial)}` : `e-${serial}`;
  const [type, data] = eventOf(chance, merchant, atMs, serial);
  return recordOf(id, type, merchant, atMs, data);
}

function orderOf(chance: Chance, atMs: number, serial: number): { [key: string]: Json } {
  return {
    orderId: `o-${chance.below(serial + 1)}`,
    orderedAt: formatInstant(atMs - chance.below(48) * HOUR_MS),
    shipBy: formatInstant(atMs + (chance.below(72) - 24) * HOUR_MS),
    amountMinor: 1_000 + chance.below(9_000),
    currency: 'CNY',
    category: 'tea',
    buyer: `b_${'0'.repeat(32)}`,
  };
}

function eventOf(chance: Chance, merchant: string, atMs: number, serial: number): [string, Json] {
  const order = orderOf(chance, atMs, serial);
  const kinds: readonly (readonly [string, Json])[] = [
    ['updraft.merchant.registered.v1', { category: 'tea', country: 'CN', currency: 'CNY' }],
    ['updraft.order.paid.v1', order],
    ['updraft.order.paid.v1', order],
    ['updraft.order.paid.v1', order],
    ['updraft.order.shipped.v1', order],
    ['updraft.order.shipped.v1', order],
    ['updraft.order.shipped.v1', order],
    ['updraft.review.posted.v1', { ...order, stars: 1 + chance.below(5) }],
    ['updraft.order.refunded.v1', { ...order, refundMinor: 500, forQuality: chance.of(0.5) }],
    ['updraft.order.cancelled.v1', { ...order, by: 'merchant', wasShipped: chance.of(0.5) }],
    ['updraft.training.completed.v1', { course: chance.of(0.7) ? 'first-sale' : 'photos' }],
    [
      'updraft.survey.answered.v1',
      { survey: 's', answers: { wants: chance.pick(['yes', 'no', 'not_now']) } },
    ],
    ['updraft.capacity.declared.v1', { ordersPerDay: 1 + chance.below(12) }],
    ['updraft.capacity.declared.v1', { ordersPerDay: 0 }],
    ['updraft.inventory.reported.v1', { units: chance.below(60) }],
    ['updraft.boost.delivered.v1', { grantId: `${partitionText(chance)}`, exposures: chance.below(900) }],
  ];
  if (chance.of(0.02)) return ['updraft.merchant.closed.v1', { reason: merchant }];
  return [...chance.pick(kinds)] as [string, Json];
}

/** A grant id that may well exist: the third or fourth thing an early record led to. */
function partitionText(chance: Chance): string {
  return `${chance.below(2)}/${chance.below(60)}/${chance.below(3)}/${chance.below(2)}`;
}

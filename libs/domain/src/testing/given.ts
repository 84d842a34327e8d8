import { allocator } from '../allocator/allocator-machine.ts';
import type { Purse } from '../allocator/purse.ts';
import { canonicalJson, type Json } from '../canonical.ts';
import type { Controls, ControlType, Genesis, Lease, Tick } from '../controls.ts';
import { ENGINE } from '../engine.ts';
import type { MerchantEvents, MerchantEventType, OrderFacts } from '../events.ts';
import type { DeadLetter, Decision, Grant, LeaseRequest, MerchantCapability } from '../outputs.ts';
import { scoring } from '../scoring/scoring-machine.ts';
import type { CloudEvent, Hash, InputRecord, OutputRecord } from '../stage/stage.ts';
import { DAY_MS, formatInstant, HOUR_MS, MINUTE_MS, parseInstant } from '../time.ts';
import { drive, type Driven } from './drive.ts';
import { createTreasuryLog, TREASURY_CONTROLS, type TreasuryLog } from './treasury-log.ts';

// given(...).when(...).then: one partition of the three stages in memory. Records are written as the log would hold
// them, scoring steps them, and what it says to `capability` is stepped by the allocator at once. What the allocator
// asks of the treasury is stepped there and answered at once, unless a test sends the treasury away.

/** Midnight in Shanghai, so that days are easy to count from. */
export const T0 = parseInstant('2026-10-31T16:00:00.000Z');

export const GENESIS: Genesis = {
  logId: 'test',
  partitions: 1,
  treasuries: 1,
  hashFunction: 'murmur2',
  zone: 'Asia/Shanghai',
  zoneTransitions: [{ fromMs: 0, offsetMinutes: 480 }],
  latenessMs: 7 * DAY_MS,
  futureMs: 5 * MINUTE_MS,
  nowMs: T0,
  engine: ENGINE,
};

export interface Sent {
  readonly id?: string;
  readonly source?: string;
  readonly atMs?: number;
  readonly quarantined?: string;
}

export interface World {
  readonly scoring: Driven;
  readonly allocator: Driven;
  /** Of the workspace, which other partitions may share. */
  readonly treasury: TreasuryLog;
  readonly outputs: OutputRecord[];
  readonly sent: InputRecord[];
  nowMs: number;
  /** Steps a record through both stages; what it caused is returned. */
  step(record: InputRecord): OutputRecord[];
  control<T extends ControlType>(type: T, data: Controls[T], quarantined?: string): OutputRecord[];
  event<T extends MerchantEventType>(
    type: T,
    merchant: string,
    data: MerchantEvents[T],
    sent?: Sent,
  ): OutputRecord[];
  tick(atMs: number, catchingUp?: boolean): OutputRecord[];
  /** Publishes the bundle and activates it; returns its hash. */
  activate(text: string): string;
}

export function given(
  hash: Hash,
  genesis: Partial<Genesis> = {},
  bundles = new Map<string, string>(),
  partition = 0,
  treasury = createTreasuryLog(hash, bundles),
  stage = scoring,
): World {
  let offset = 0;
  let activations = 0;
  const record = (subject: string | null, event: Omit<CloudEvent, 'specversion'>, quarantined?: string) => {
    const whole = { specversion: '1.0', ...event } as CloudEvent;
    const text = canonicalJson(whole as unknown as Json);
    const at = { position: [partition, offset++], key: subject, text, event: whole };
    return quarantined === undefined ? at : { ...at, quarantined };
  };
  const world: World = {
    scoring: drive(stage, hash, bundles, partition),
    allocator: drive(allocator, hash, bundles, partition),
    treasury,
    outputs: [],
    sent: [],
    nowMs: genesis.nowMs ?? T0,
    step(input) {
      world.sent.push(input);
      const caused = [...world.scoring.step(input)];
      for (const output of caused.filter(({ log }) => log === 'capability')) {
        caused.push(...world.allocator.step(asInput(output)));
      }
      world.outputs.push(...caused);
      for (const { log, text } of caused) {
        if (log === 'treasury') treasury.write(JSON.parse(text) as CloudEvent);
      }
      return [...caused, ...treasury.read()];
    },
    control(type, data, quarantined) {
      const event = { id: `c${offset}`, source: '/control', type, time: formatInstant(world.nowMs) };
      const whole = { ...event, data: data as unknown as CloudEvent['data'] };
      if (TREASURY_CONTROLS.includes(type)) treasury.write({ specversion: '1.0', ...whole });
      return world.step(record(null, whole, quarantined));
    },
    event(type, merchant, data, sent = {}) {
      const { id = `e${offset}`, source = '/shop', atMs = world.nowMs, quarantined } = sent;
      const event = { id, source, type, subject: merchant, time: formatInstant(atMs) };
      return world.step(
        record(merchant, { ...event, data: data as unknown as CloudEvent['data'] }, quarantined),
      );
    },
    tick(atMs, catchingUp = false) {
      world.nowMs = Math.max(world.nowMs, atMs);
      return world.control('updraft.control.tick.v1', { atMs, catchingUp } satisfies Tick);
    },
    activate(text) {
      const bundle = hash(text);
      bundles.set(bundle, text);
      activations += 1;
      const activated = { sequence: activations, bundle, approvedBy: ['ann', 'bo'] };
      world.control('updraft.control.policy-activated.v1', activated);
      return bundle;
    },
  };
  treasury.connect(partition, ({ text }) => {
    const { subject = null, ...event } = JSON.parse(text) as CloudEvent;
    return world.step(record(subject, event));
  });
  world.control('updraft.control.genesis.v1', { ...GENESIS, ...genesis });
  return world;
}

/** All partitions of a workspace, with one treasury between them. */
export function givenAll(hash: Hash, partitions: number, genesis: Partial<Genesis> = {}): World[] {
  const bundles = new Map<string, string>();
  const treasury = createTreasuryLog(hash, bundles);
  return Array.from({ length: partitions }, (_, partition) =>
    given(hash, { partitions, ...genesis }, bundles, partition, treasury),
  );
}

/** A published record as the next stage reads it. */
export function asInput(output: OutputRecord): InputRecord {
  const event = JSON.parse(output.text) as CloudEvent;
  return { position: output.position, key: output.key, text: output.text, event };
}

/** The `data` of outputs of one kind, with the merchant it is about. */
function told<T>(outputs: readonly OutputRecord[], type: string): (T & { readonly merchant: string })[] {
  const log = { decision: 'decisions', grant: 'grants', 'dead-letter': 'dead-letters', treasury: 'treasury' }[
    type.split('.')[1]!
  ];
  return outputs
    .filter((output) => output.log === (log ?? 'capability'))
    .map(({ text }) => JSON.parse(text) as CloudEvent)
    .filter((event) => event.type === type)
    .map((event) => ({ ...(event.data as unknown as T), merchant: event.subject ?? '' }));
}

export const decisionsIn = (outputs: readonly OutputRecord[]) =>
  told<Decision>(outputs, 'updraft.decision.v1');
export const grantsIn = (outputs: readonly OutputRecord[]) => told<Grant>(outputs, 'updraft.grant.v1');
export const leasesTo = (world: World) =>
  world.sent
    .filter(({ event }) => event.type === 'updraft.control.lease.v1')
    .map(({ event }) => event.data as unknown as Lease);
export const requestsIn = (outputs: readonly OutputRecord[]) =>
  told<LeaseRequest>(outputs, 'updraft.treasury.request.v1');
export const capabilitiesIn = (outputs: readonly OutputRecord[]) =>
  told<MerchantCapability>(outputs, 'updraft.capability.merchant.v1');
export const deadLettersIn = (outputs: readonly OutputRecord[]) =>
  told<DeadLetter>(outputs, 'updraft.dead-letter.v1');

/** A decision in short: `m1 welcome withhold trained no-headroom`. */
export function inShort(outputs: readonly OutputRecord[]): string[] {
  return decisionsIn(outputs).map(({ merchant, programme, outcome, reasons, grant }) =>
    [merchant, programme, outcome, ...(outcome === 'issue' ? [grant!.size] : reasons)].join(' '),
  );
}

/** What the partition has of each account, and what a merchant has of accounts per legal entity. */
export function pursesOf({ allocator }: World, merchant: string | null = null): Record<string, Purse> {
  allocator.freeze();
  const { root, rows } = allocator.store;
  const body = merchant === null ? root! : rows.get(merchant)!.body;
  return (JSON.parse(body) as { purses: Record<string, Purse> }).purses;
}

/** Facts of an order placed `ageMs` before `atMs`, to be shipped within a day of that. */
export function order(orderId: string, orderedAtMs: number, changes: Partial<OrderFacts> = {}): OrderFacts {
  return {
    orderId,
    orderedAt: formatInstant(orderedAtMs),
    shipBy: formatInstant(orderedAtMs + 24 * HOUR_MS),
    amountMinor: 10_000,
    currency: 'CNY',
    category: 'toys',
    buyer: 'b1',
    ...changes,
  };
}

export const REGISTERED = { category: 'toys', country: 'CN', currency: 'CNY' };

/** A registered merchant that was trained: eligible for the welcome boost of the small bundle. */
export function trained(world: World, merchant: string): OutputRecord[] {
  const known = world.event('updraft.merchant.registered.v1', merchant, REGISTERED);
  return [...known, ...world.event('updraft.training.completed.v1', merchant, { course: 'first-sale' })];
}

/** A registered merchant that sold and shipped two orders: gold, with a headroom of 4 orders a day. */
export function grown(world: World, merchant: string): OutputRecord[] {
  const outputs = world.event('updraft.merchant.registered.v1', merchant, REGISTERED);
  for (const id of ['a', 'b']) {
    const facts = order(`${merchant}/${id}`, world.nowMs);
    outputs.push(...world.event('updraft.order.paid.v1', merchant, facts));
    outputs.push(...world.event('updraft.order.shipped.v1', merchant, facts));
  }
  return outputs;
}

import { canonicalJson, type Json } from '../canonical.ts';
import type { Genesis, Lease } from '../controls.ts';
import { ENGINE } from '../engine.ts';
import type { AccountBalance, LeaseRequest, LeaseReturn } from '../outputs.ts';
import type { Account } from '../policy/bundle.ts';
import type { CloudEvent, Hash, InputRecord, OutputRecord } from '../stage/stage.ts';
import { DAY_MS, formatInstant, MINUTE_MS, parseInstant } from '../time.ts';
import { treasury } from '../treasury/treasury-machine.ts';
import { drive, type Driven } from './drive.ts';

// One treasury partition in memory. Requests and returns are written as allocators write them, numbered; what the
// treasury says to them is returned.

/** Midnight in Shanghai, the first of November 2026, a Sunday. */
export const NOVEMBER = parseInstant('2026-10-31T16:00:00.000Z');

/** A lease and the partition it goes to. */
export interface Told extends Lease {
  readonly partition: number;
}

export interface Asked {
  readonly holder?: string;
  readonly least?: number;
}

export interface TreasuryWorld {
  readonly treasury: Driven;
  readonly outputs: OutputRecord[];
  readonly sent: InputRecord[];
  nowMs: number;
  step(type: string, data: object): Told[];
  ask(partition: number, account: string, need: number, asked?: Asked): Told[];
  giveBack(partition: number, account: string, amount: number, holder?: string): Told[];
  tick(atMs: number): Told[];
  activate(accounts: readonly Account[]): Told[];
  gauge(name: string): number;
}

export interface TreasuryGiven {
  readonly accounts?: readonly Account[];
  readonly partitions?: number;
  readonly partition?: number;
  readonly nowMs?: number;
}

const NO_BALANCE: AccountBalance = {
  leasedIn: 0,
  free: 0,
  held: 0,
  settling: 0,
  spent: 0,
  returned: 0,
  overrun: 0,
  clawedBack: 0,
};

export function givenTreasury(
  hash: Hash,
  { accounts, partitions = 4, partition = 0, nowMs = NOVEMBER }: TreasuryGiven = {},
  bundles = new Map<string, string>(),
): TreasuryWorld {
  let activations = 0;
  const sequences = new Map<string, number>();
  const numbered = (from: number) => {
    const writer = `allocator/${from}`;
    const sequence = (sequences.get(writer) ?? 0) + 1;
    sequences.set(writer, sequence);
    return { writer, sequence, position: `${from}/${sequence}/0/0`, balance: NO_BALANCE };
  };
  const world: TreasuryWorld = {
    treasury: drive(treasury, hash, bundles, partition),
    outputs: [],
    sent: [],
    nowMs,
    step(type, data) {
      const record = inputOf([partition, world.sent.length], type, data, world.nowMs);
      world.sent.push(record);
      const outputs = world.treasury.step(record);
      world.outputs.push(...outputs);
      return toldIn(outputs);
    },
    ask(from, account, need, { holder, least = Math.min(need, 1) } = {}) {
      const asked = { account, holder: holder ?? null, need, least, bundle: '' };
      return world.step('updraft.treasury.request.v1', {
        ...numbered(from),
        ...asked,
      } satisfies LeaseRequest);
    },
    giveBack(from, account, amount, holder) {
      const returned = { account, holder: holder ?? null, amount };
      return world.step('updraft.treasury.return.v1', {
        ...numbered(from),
        ...returned,
      } satisfies LeaseReturn);
    },
    tick(atMs) {
      world.nowMs = Math.max(world.nowMs, atMs);
      return world.step('updraft.control.tick.v1', { atMs, catchingUp: false });
    },
    activate(live) {
      const text = bundleText(live);
      bundles.set(hash(text), text);
      activations += 1;
      const activated = { sequence: activations, bundle: hash(text), approvedBy: ['ann', 'bo'] };
      return world.step('updraft.control.policy-activated.v1', activated);
    },
    gauge: (name) => world.treasury.machine().gauges()[name]!,
  };
  world.step('updraft.control.genesis.v1', genesisOf(partitions, nowMs));
  if (accounts !== undefined) world.activate(accounts);
  return world;
}

export function genesisOf(partitions: number, nowMs: number): Genesis {
  return {
    logId: 'test',
    partitions,
    treasuries: 2,
    hashFunction: 'murmur2',
    zone: 'Asia/Shanghai',
    zoneTransitions: [{ fromMs: 0, offsetMinutes: 480 }],
    latenessMs: 7 * DAY_MS,
    futureMs: 5 * MINUTE_MS,
    nowMs,
    engine: ENGINE,
  };
}

/** An account without periods, owners or anything around it. */
export function accountOf(id: string, total: number, changes: Partial<Account> = {}): Account {
  const names = { en: id };
  const plain = { period: null, within: null, per: null, waitMs: MINUTE_MS, idleMs: MINUTE_MS };
  return { id, names, unit: 'exposures', total, ...plain, ...changes };
}

/** Only what the treasury reads of a bundle. */
function bundleText(accounts: readonly Account[]): string {
  return canonicalJson({ format: 3, id: 'test', accounts, programmes: [] } as unknown as Json);
}

export function inputOf(position: readonly number[], type: string, data: object, atMs: number): InputRecord {
  const id = position.join('/');
  const event = { specversion: '1.0', id, source: '/test', type, time: formatInstant(atMs), data };
  return { position, key: null, text: canonicalJson(event as unknown as Json), event: event as CloudEvent };
}

export function toldIn(outputs: readonly OutputRecord[]): Told[] {
  return outputs.map(({ text, partition }) => {
    const { data } = JSON.parse(text) as CloudEvent;
    return { ...(data as unknown as Lease), partition: partition! };
  });
}

/** Leases in short: `0 growth 50 #3`, `1/m1 relief~e1 20 #1 scarce`; without `#` nobody asked. */
export function leasesInShort(told: readonly Told[]): string[] {
  return told.map(({ partition, holder, account, amount, answers, isScarce }) =>
    [
      holder === null ? partition : `${partition}/${holder}`,
      account,
      amount,
      ...(answers === null ? [] : [`#${answers}`]),
      ...(isScarce ? ['scarce'] : []),
    ].join(' '),
  );
}

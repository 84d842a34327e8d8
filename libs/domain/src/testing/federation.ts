import { allocator } from '../allocator/allocator-machine.ts';
import type { Purse } from '../allocator/purse.ts';
import { byCodeUnit, canonicalJson, type Json } from '../canonical.ts';
import { census } from '../census/census-machine.ts';
import type { Controls, ControlType } from '../controls.ts';
import type { MerchantEvents, MerchantEventType } from '../events.ts';
import type { ScoringRoot } from '../scoring/root.ts';
import { scoring } from '../scoring/scoring-machine.ts';
import type { MerchantCapability } from '../outputs.ts';
import type { CloudEvent, Hash, InputRecord, OutputRecord } from '../stage/stage.ts';
import { formatInstant } from '../time.ts';
import type { InstanceRow } from '../treasury/instance-row.ts';
import { treasury } from '../treasury/treasury-machine.ts';
import { drive, type Driven, type RowStore } from './drive.ts';
import { asInput, GENESIS } from './given.ts';
import { CENSUS_CONTROLS, TREASURY_CONTROLS } from './treasury-log.ts';

// Several partitions, a treasury and a census with logs between them, in memory: each reader is as far behind as the
// test wants, and may fall back to its last snapshot and say again what it said since, as after a crash. What is said
// again must be the same bytes.

/** A stage partition with what it reads: a place in its log, and the snapshot that it would be restored from. */
interface Reader {
  driven: Driven;
  read: number;
  /** How far it ever was. */
  reached: number;
  /** Outputs by position and ordinal, to compare with when they are made again. */
  readonly said: Map<string, string>;
  snapshot: { readonly store: RowStore; readonly read: number } | null;
}

/** Stages that all partitions write to, and that write to all of them; the names of their logs. */
export type Shared = 'treasury' | 'census';

export interface Federation {
  nowMs: number;
  readonly partitions: number;
  /** Everything decided, in the order in which partitions came to it. */
  readonly decisions: { readonly partition: number; readonly event: CloudEvent }[];
  /** The same of what scoring said of merchants. */
  readonly capabilities: (MerchantCapability & { readonly merchant: string })[];
  event<T extends MerchantEventType>(type: T, merchant: string, data: MerchantEvents[T]): void;
  control<T extends ControlType>(type: T, data: Controls[T]): void;
  tick(atMs: number): void;
  activate(text: string): void;
  /** Partition `partition` reads up to `count` records; returns how many it did. */
  run(partition: number, count: number): number;
  /** The same of the treasury, and of the census. */
  runShared(who: Shared, count: number): number;
  /** Everybody reads until nobody has anything left to read. */
  settle(): void;
  freeze(reader: number | Shared): void;
  crash(reader: number | Shared): void;
  /** A record of a shared log, or of a partition's activity, that gets lost or is changed: planted faults. */
  tamper: (log: 'activity' | Shared, text: string) => readonly string[];
  /** How groups stand, as the partition has heard. */
  statistics(partition: number): ScoringRoot['statistics'];
  purses(partition: number): { readonly [instance: string]: Purse };
  /** Of accounts per legal entity, by merchant. */
  ownPurses(partition: number): { readonly [merchant: string]: { readonly [instance: string]: Purse } };
  instances(): readonly InstanceRow[];
  /** Whether somebody crashed and has not come again to where it was: its books are of an earlier time. */
  isBehind(): boolean;
}

export function federation(hash: Hash, partitions: number): Federation {
  const bundles = new Map<string, string>();
  const activity: InputRecord[][] = Array.from({ length: partitions }, () => []);
  const mail: Record<Shared, InputRecord[]> = { treasury: [], census: [] };
  let ids = 0;
  let activations = 0;
  const open = (stage: Parameters<typeof drive>[0], partition: number): Reader => ({
    driven: drive(stage, hash, bundles, partition),
    read: 0,
    reached: 0,
    said: new Map(),
    snapshot: null,
  });
  const stages = activity.map((_, partition) => ({
    scoring: open(scoring, partition),
    allocator: open(allocator, partition),
  }));
  const shared: Record<Shared, Reader> = { treasury: open(treasury, 0), census: open(census, 0) };

  const append = (log: 'activity' | Shared, partition: number, event: CloudEvent): void => {
    for (const text of world.tamper(log, canonicalJson(event as unknown as Json))) {
      const to = log === 'activity' ? activity[partition]! : mail[log];
      const said = JSON.parse(text) as CloudEvent;
      to.push({
        position: [log === 'activity' ? partition : 0, to.length],
        key: said.subject ?? null,
        text,
        event: said,
      });
    }
  };

  /** Steps a record; whatever is said again must be what was said. True for what is new. */
  const step = (reader: Reader, record: InputRecord): readonly OutputRecord[] => {
    const outputs = reader.driven.step(record);
    for (const { log, partition, position, text } of outputs) {
      const name = `${log} ${partition ?? ''} ${position.join('/')}`;
      const before = reader.said.get(name);
      if (before !== undefined && before !== text)
        throw new Error(`said anew otherwise at ${name}: ${text} not ${before}`);
    }
    return outputs;
  };
  const isNew = (reader: Reader, { log, partition, position, text }: OutputRecord): boolean => {
    const name = `${log} ${partition ?? ''} ${position.join('/')}`;
    const has = reader.said.has(name);
    reader.said.set(name, text);
    return !has;
  };

  function stepAllocator(partition: number, record: InputRecord): void {
    const { allocator: reader } = stages[partition]!;
    for (const output of step(reader, record)) {
      const fresh = isNew(reader, output);
      const event = JSON.parse(output.text) as CloudEvent;
      // Logs with several writers get it again; its receiver drops what it has.
      if (output.log === 'treasury') append('treasury', 0, event);
      if (output.log === 'decisions' && fresh) world.decisions.push({ partition, event });
    }
  }

  const world: Federation = {
    nowMs: GENESIS.nowMs,
    partitions,
    decisions: [],
    capabilities: [],
    tamper: (_log, text) => [text],
    event(type, merchant, data) {
      const partition = partitionOfMerchant(merchant, partitions);
      append('activity', partition, {
        specversion: '1.0',
        id: `e${ids++}`,
        source: '/shop',
        type,
        subject: merchant,
        time: formatInstant(world.nowMs),
        data: data as unknown as CloudEvent['data'],
      });
    },
    control(type, data) {
      const event = {
        specversion: '1.0' as const,
        id: `c${ids++}`,
        source: '/control',
        type,
        time: formatInstant(world.nowMs),
        data: data as unknown as CloudEvent['data'],
      };
      for (let partition = 0; partition < partitions; partition++) append('activity', partition, event);
      if (TREASURY_CONTROLS.includes(type)) append('treasury', 0, event);
      if (CENSUS_CONTROLS.includes(type)) append('census', 0, event);
    },
    tick(atMs) {
      world.nowMs = Math.max(world.nowMs, atMs);
      world.control('updraft.control.tick.v1', { atMs, catchingUp: false });
    },
    activate(text) {
      const bundle = hash(text);
      bundles.set(bundle, text);
      activations += 1;
      const activated = { sequence: activations, bundle, approvedBy: ['ann', 'bo'] };
      world.control('updraft.control.policy-activated.v1', activated);
    },
    run(partition, count) {
      const { scoring: reader } = stages[partition]!;
      let done = 0;
      for (; done < count && reader.read < activity[partition]!.length; done++) {
        const record = activity[partition]![reader.read++]!;
        reader.reached = Math.max(reader.reached, reader.read);
        for (const output of step(reader, record)) {
          isNew(reader, output);
          if (output.log === 'census') append('census', 0, JSON.parse(output.text) as CloudEvent);
          if (output.log !== 'capability') continue;
          const input = asInput(output);
          const { type, subject, data } = input.event;
          if (type === 'updraft.capability.merchant.v1')
            world.capabilities.push({ ...(data as unknown as MerchantCapability), merchant: subject! });
          stepAllocator(partition, input);
        }
      }
      return done;
    },
    runShared(who, count) {
      const reader = shared[who];
      let done = 0;
      for (; done < count && reader.read < mail[who].length; done++) {
        const record = mail[who][reader.read++]!;
        reader.reached = Math.max(reader.reached, reader.read);
        for (const output of step(reader, record)) {
          isNew(reader, output);
          append('activity', output.partition!, JSON.parse(output.text) as CloudEvent);
        }
      }
      return done;
    },
    settle() {
      for (let isBusy = true; isBusy;) {
        isBusy = world.runShared('treasury', Infinity) + world.runShared('census', Infinity) > 0;
        for (let partition = 0; partition < partitions; partition++) {
          isBusy = world.run(partition, Infinity) > 0 || isBusy;
        }
      }
    },
    freeze(who) {
      for (const reader of readersOf(who)) {
        reader.driven.freeze();
        const { root, rows, chunks } = reader.driven.store;
        reader.snapshot = { store: { root, rows: new Map(rows), chunks: [...chunks] }, read: reader.read };
      }
    },
    crash(who) {
      for (const reader of readersOf(who)) {
        const { snapshot } = reader;
        if (snapshot === null) continue;
        reader.driven.restart(snapshot.store);
        reader.read = snapshot.read;
      }
    },
    isBehind: () =>
      [...Object.values(shared), ...stages.map(({ scoring: reader }) => reader)].some(
        ({ read, reached }) => read < reached,
      ),
    statistics: (partition) => rootOf<ScoringRoot>(stages[partition]!.scoring.driven).statistics,
    purses: (partition) => rootOf<Pursed>(stages[partition]!.allocator.driven).purses,
    ownPurses(partition) {
      const rows = rowsOf(stages[partition]!.allocator.driven);
      return Object.fromEntries(
        rows.map(({ key, body }) => [
          key,
          (JSON.parse(body) as { purses: { [instance: string]: Purse } }).purses,
        ]),
      );
    },
    instances() {
      return rowsOf(shared.treasury.driven).map(({ key, body }) => ({
        ...(JSON.parse(body) as Omit<InstanceRow, 'id'>),
        id: key,
      }));
    },
  };

  /** Scoring and its allocator crash together: what one said since its snapshot the other reads again. */
  function readersOf(who: number | Shared): readonly Reader[] {
    if (typeof who !== 'number') return [shared[who]];
    const { scoring: first, allocator: second } = stages[who]!;
    return [first, second];
  }

  world.control('updraft.control.genesis.v1', { ...GENESIS, partitions });
  return world;
}

interface Pursed {
  readonly purses: { readonly [instance: string]: Purse };
}

function rootOf<Root>(driven: Driven): Root {
  driven.freeze();
  return JSON.parse(driven.store.root!) as Root;
}

function rowsOf(driven: Driven) {
  driven.freeze();
  return [...driven.store.rows.values()].sort((a, b) => byCodeUnit(a.key, b.key));
}

/** Any function of the id will do here. */
export function partitionOfMerchant(merchant: string, partitions: number): number {
  return Number(/\d+$/.exec(merchant)?.[0] ?? 0) % partitions;
}

import { census } from '../census/census-machine.ts';
import type { Statistics } from '../controls.ts';
import type { CensusCounted, CensusValue } from '../census/census-record.ts';
import type { CloudEvent, Hash, OutputRecord } from '../stage/stage.ts';
import { drive, type Driven } from './drive.ts';
import { genesisOf, inputOf, NOVEMBER } from './treasury-world.ts';

// One census partition in memory. Values are written as scoring writes them, numbered and with the one before; what the
// census publishes is returned.

/** Statistics and the partition they go to. */
export interface Published extends Statistics {
  readonly partition: number;
}

export interface CensusWorld {
  readonly census: Driven;
  nowMs: number;
  activation: number;
  step(type: string, data: object): Published[];
  /** A merchant of partition `from` has this value now. */
  say(
    merchant: string,
    value: number | null,
    said?: { from?: number; group?: string; statistic?: string },
  ): Published[];
  /** Partition `from` has said everything. */
  counted(from: number, statistics?: CensusCounted['statistics']): Published[];
  tick(atMs: number): Published[];
  gauge(name: string): number;
}

/** What every world counts where a test names nothing else. */
export const ORDERS: CensusCounted['statistics'] = [{ id: 'orders~category', cutsBps: [4_000] }];

export function givenCensus(hash: Hash, partitions = 2): CensusWorld {
  const sequences = new Map<number, number>();
  const before = new Map<string, number | null>();
  let offset = 0;
  const numbered = (from: number) => {
    const sequence = (sequences.get(from) ?? 0) + 1;
    sequences.set(from, sequence);
    const { activation } = world;
    const position = `${from}/${sequence}/0`;
    return { writer: `scoring/${from}`, sequence, position, bundle: `bundle ${activation}`, activation };
  };
  const world: CensusWorld = {
    census: drive(census, hash, new Map(), 0),
    nowMs: NOVEMBER,
    activation: 1,
    step: (type, data) => publishedIn(world.census.step(inputOf([0, offset++], type, data, world.nowMs))),
    say(merchant, value, { from = 0, group = 'toys', statistic = 'orders~category' } = {}) {
      const name = `${world.activation} ${statistic} ${group} ${merchant}`;
      const said: CensusValue = {
        ...numbered(from),
        statistic,
        group,
        merchant,
        before: before.get(name) ?? null,
        value,
      };
      before.set(name, value);
      return world.step('updraft.census.value.v1', said);
    },
    counted: (from, statistics = ORDERS) =>
      world.step('updraft.census.counted.v1', { ...numbered(from), statistics } satisfies CensusCounted),
    tick(atMs) {
      world.nowMs = Math.max(world.nowMs, atMs);
      return world.step('updraft.control.tick.v1', { atMs, catchingUp: false });
    },
    gauge: (name) => world.census.machine().gauges()[name]!,
  };
  world.step('updraft.control.genesis.v1', genesisOf(partitions, NOVEMBER));
  return world;
}

function publishedIn(outputs: readonly OutputRecord[]): Published[] {
  return outputs.map(({ text, partition }) => {
    const { data } = JSON.parse(text) as CloudEvent;
    return { ...(data as unknown as Statistics), partition: partition! };
  });
}

/** In short, as one partition hears it: `orders~category toys 3 mean 2 40% 3`. */
export function publishedInShort(published: readonly Published[], partition = 0): string[] {
  return published
    .filter((each) => each.partition === partition)
    .map(({ statistic, group, merchants, mean, cuts }) =>
      [
        `${statistic} ${group} ${merchants} mean ${mean}`,
        ...cuts.map(({ atBps, value }) => `${atBps / 100}% ${value}`),
      ].join(' '),
    );
}

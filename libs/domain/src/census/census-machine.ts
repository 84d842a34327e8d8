import type { Genesis, Settings, Tick } from '../controls.ts';
import { ENGINE } from '../engine.ts';
import type { CensusCounted, CensusValue } from './census-record.ts';
import {
  advanceSweeps,
  DUE_ITEMS_PER_EVENT,
  DUE_ITEMS_PER_TICK,
  keysOf,
  rememberShare,
  shareOf,
  type Share,
} from '../stage/due-work.ts';
import { checkBegun, isFirstGenesis } from '../stage/first-genesis.ts';
import { createMerchantRows } from '../stage/merchant-rows.ts';
import type {
  InputRecord,
  OutputRecord,
  PartitionMachine,
  Restored,
  StageDefinition,
} from '../stage/stage.ts';
import type { CensusPartition } from './census-partition.ts';
import { groupRowFormat } from './group-row.ts';
import { publishGroup } from './publish.ts';
import {
  applySettings,
  beginWith,
  emptyCensusRoot,
  isAgreed,
  startPublishSweep,
  turnDay,
  type CensusRoot,
} from './root.ts';
import { keyOfValue, takeCounted, takeValue } from './take.ts';

// Census: what merchants' metrics are in, how they stand in their group out. Scoring says a value with the one that it
// said before, so that a group needs to know only how often each value occurs. At midnight, and when every partition
// has counted under a new bundle, the groups that changed are published to all partitions. Which bundle that is and
// what it asks for stands in what scoring says: the census reads no policies and hears of no activation.

export const census: StageDefinition = {
  name: 'census',
  input: 'census',
  output: null,
  format: 1,
  open: openCensus,
};

function openCensus(partition: number, restored: Restored | null): PartitionMachine {
  const machine: CensusPartition = {
    partition,
    root: restored === null ? emptyCensusRoot() : (JSON.parse(restored.root) as CensusRoot),
    rows: createMerchantRows(groupRowFormat, restored?.index),
    outputs: [],
    position: [],
  };
  const { root, rows } = machine;
  const shares = rememberShare((record) => shareFor(machine, record));
  return {
    engine: ENGINE,
    position: () => root.position,
    foresee: (record) => rows.missing([], groupOfRecord(record)),
    plan: (record) => rows.missing(keysOf(shares.of(record)), groupOfRecord(record)),
    needsBundle: () => null,
    addBundle: () => {},
    addRows: (found) => rows.add(found),
    step: (record) => step(machine, record, shares.take(record)),
    liveBundle: () => root.bundle?.bundle ?? null,
    gauges: () => ({
      nowMs: root.nowMs,
      groups: rows.ids.size,
      statistics: root.sent.reduce((sum, sent) => sum + sent, 0),
      isCounting: root.bundle === null || isAgreed(root) ? 0 : 1,
      rowsLoaded: rows.loadedRows(),
      bundleSequence: root.bundle?.activation ?? 0,
    }),
    dirtyBytes: () => rows.dirtyBytes(),
    dirtyRows: () => rows.dirtyRows(),
    freeze: () => ({ root: JSON.stringify(root), rows: rows.freeze(), chunks: [], droppedHours: [] }),
    thawed: () => rows.thawed(),
    evict: (rowsMax) => rows.evict(rowsMax),
    rows: () => rows.all(),
  };
}

function step(machine: CensusPartition, record: InputRecord, share: Share): readonly OutputRecord[] {
  const { root } = machine;
  const { position } = record;
  machine.outputs = [];
  machine.position = position;
  checkBegun(root.genesis, record);
  advanceSweeps(root.sweeps, share);
  apply(machine, record);
  for (const key of keysOf(share)) publishGroup(machine, key);
  startPublishSweep(root);
  root.position = position;
  return machine.outputs;
}

function apply(machine: CensusPartition, { event: { type, data }, position }: InputRecord): void {
  const { root } = machine;
  switch (type) {
    case 'updraft.control.genesis.v1':
      if (isFirstGenesis(root.genesis, data as unknown as Genesis, position)) {
        beginWith(root, data as unknown as Genesis);
      }
      return;
    case 'updraft.control.tick.v1':
      root.nowMs = Math.max(root.nowMs, (data as unknown as Tick).atMs);
      turnDay(root);
      return;
    case 'updraft.control.settings.v1': {
      const settings = data as unknown as Settings;
      if (settings.sequence > root.settingsSequence) applySettings(root, settings);
      return;
    }
    case 'updraft.census.value.v1':
      takeValue(machine, data as unknown as CensusValue);
      return;
    case 'updraft.census.counted.v1':
      takeCounted(machine, data as unknown as CensusCounted);
      return;
    default:
      throw new Error(`unknown record ${type} in the census log`);
  }
}

/** Null for what is about no group. */
function groupOfRecord({ event: { type, data } }: InputRecord): string | null {
  return type === 'updraft.census.value.v1' ? keyOfValue(data as unknown as CensusValue) : null;
}

function shareFor({ root, rows }: CensusPartition, record: InputRecord): Share {
  const { type, data } = record.event;
  const moves = type === 'updraft.control.tick.v1' && (data as unknown as Tick).atMs >= root.nowMs;
  return shareOf(rows, root.sweeps, {
    nowMs: root.nowMs,
    catchingUp: false,
    subject: groupOfRecord(record),
    itemsMax: moves ? DUE_ITEMS_PER_TICK : DUE_ITEMS_PER_EVENT,
  });
}

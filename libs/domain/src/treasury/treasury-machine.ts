import type { Genesis, PolicyActivated, Settings, Tick } from '../controls.ts';
import { ENGINE } from '../engine.ts';
import { parseBundle } from '../policy/compile.ts';
import {
  advanceSweeps,
  DUE_ITEMS_PER_EVENT,
  DUE_ITEMS_PER_TICK,
  rememberShare,
  shareOf,
  type Share,
} from '../stage/due-work.ts';
import { createMerchantRows } from '../stage/merchant-rows.ts';
import { checkBegun, isFirstGenesis } from '../stage/first-genesis.ts';
import type {
  InputRecord,
  OutputRecord,
  PartitionMachine,
  Restored,
  StageDefinition,
} from '../stage/stage.ts';
import { takeRequest, takeReturn } from './take.ts';
import { instanceRowFormat } from './instance-row.ts';
import { instanceOf, missingRows, visitsOf } from './load.ts';
import { visit } from './look.ts';
import { applySettings, beginWith, emptyTreasuryRoot, startLookSweep, type TreasuryRoot } from './root.ts';
import type { TreasuryPartition } from './treasury-partition.ts';

// Treasury: requests and returns in, leases out. It holds what no partition holds of the accounts. Its input has
// several writers, so the order in which they arrive is accidental; but it is logged, and everything follows from it.

export const treasury: StageDefinition = {
  name: 'treasury',
  input: 'treasury',
  output: null,
  format: 1,
  open: openTreasury,
};

function openTreasury(partition: number, restored: Restored | null): PartitionMachine {
  const machine: TreasuryPartition = {
    partition,
    root: restored === null ? emptyTreasuryRoot() : (JSON.parse(restored.root) as TreasuryRoot),
    rows: createMerchantRows(instanceRowFormat, restored?.index),
    bundles: new Map(),
    outputs: [],
    position: [],
  };
  const { root, rows, bundles } = machine;
  const shares = rememberShare((record) => shareFor(machine, record));
  return {
    engine: ENGINE,
    position: () => root.position,
    foresee: (record) => rows.missing([], instanceOf(record)),
    plan: (record) => missingRows(machine, record, shares.of(record)),
    needsBundle({ event: { type, data } }) {
      const { sequence, bundle } = data as unknown as PolicyActivated;
      const isActivation = type === 'updraft.control.policy-activated.v1';
      // A repeat changes nothing: it is stepped with the live bundle, like any other record.
      const wanted = isActivation && sequence > root.bundleSequence ? bundle : root.bundleHash;
      return wanted === null || bundles.has(wanted) ? null : wanted;
    },
    addBundle: (name, text) => void bundles.set(name, parseBundle(text)),
    addRows: (found) => rows.add(found),
    step: (record) => step(machine, record, shares.take(record)),
    liveBundle: () => root.bundleHash,
    gauges: () => ({
      nowMs: root.nowMs,
      accounts: rows.ids.size,
      waiting: root.waiting,
      leases: root.sent.reduce((sum, sent) => sum + sent, 0),
      scarce: root.scarce,
      rowsLoaded: rows.loadedRows(),
      timers: rows.timers.size,
      bundleSequence: root.bundleSequence,
    }),
    dirtyBytes: () => rows.dirtyBytes(),
    dirtyRows: () => rows.dirtyRows(),
    freeze: () => ({ root: JSON.stringify(root), rows: rows.freeze(), chunks: [], droppedHours: [] }),
    thawed: () => rows.thawed(),
    evict: (rowsMax) => rows.evict(rowsMax),
    rows: () => rows.all(),
  };
}

function step(machine: TreasuryPartition, record: InputRecord, share: Share): readonly OutputRecord[] {
  const { root } = machine;
  const { event, position } = record;
  machine.outputs = [];
  machine.position = position;
  checkBegun(root.genesis, record);
  const { own, others } = visitsOf(machine, record, share);
  advanceSweeps(root.sweeps, share);
  if (own === null) applyControl(machine, record);
  else {
    const isTaken =
      event.type === 'updraft.treasury.request.v1' ? takeRequest(machine, event) : takeReturn(machine, event);
    if (isTaken) visit(machine, own);
  }
  for (const each of others) visit(machine, each);
  startLookSweep(root);
  root.position = position;
  return machine.outputs;
}

function applyControl(machine: TreasuryPartition, { event: { type, data }, position }: InputRecord): void {
  const { root } = machine;
  switch (type) {
    case 'updraft.control.genesis.v1':
      if (isFirstGenesis(root.genesis, data as unknown as Genesis, position)) {
        beginWith(root, data as unknown as Genesis);
      }
      return;
    case 'updraft.control.tick.v1': {
      const tick = data as unknown as Tick;
      root.nowMs = Math.max(root.nowMs, tick.atMs);
      return;
    }
    case 'updraft.control.settings.v1': {
      const settings = data as unknown as Settings;
      if (settings.sequence > root.settingsSequence) applySettings(root, settings);
      return;
    }
    case 'updraft.control.policy-activated.v1': {
      const { sequence, bundle } = data as unknown as PolicyActivated;
      if (sequence <= root.bundleSequence) return;
      root.bundleHash = bundle;
      root.bundleSequence = sequence;
      root.sweeps.activation = { number: root.sweeps.activation.number + 1, cursor: '' };
      return;
    }
    default:
      throw new Error(`unknown record ${type} in the treasury log`);
  }
}

function shareFor({ root, rows }: TreasuryPartition, record: InputRecord): Share {
  const { type, data } = record.event;
  const tick = type === 'updraft.control.tick.v1' ? (data as unknown as Tick) : null;
  const moves = tick !== null && tick.atMs >= root.nowMs;
  return shareOf(rows, root.sweeps, {
    nowMs: moves ? tick.atMs : root.nowMs,
    catchingUp: false,
    subject: instanceOf(record),
    itemsMax: moves ? DUE_ITEMS_PER_TICK : DUE_ITEMS_PER_EVENT,
  });
}

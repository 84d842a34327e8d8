import type { Genesis, PolicyActivated, Tick } from '../controls.ts';
import { ENGINE } from '../engine.ts';
import type { ForwardedControl, MerchantCapability, Usage } from '../outputs.ts';
import { tierOrder, type Bundle } from '../policy/bundle.ts';
import { parseBundle } from '../policy/compile.ts';
import {
  advanceSweeps,
  DUE_ITEMS_PER_EVENT,
  DUE_ITEMS_PER_TICK,
  keysOf,
  rememberShare,
  shareOf,
  type Share,
} from '../stage/due-work.ts';
import { createMerchantRows } from '../stage/merchant-rows.ts';
import type {
  Hash,
  InputRecord,
  OutputRecord,
  PartitionMachine,
  Restored,
  StageDefinition,
} from '../stage/stage.ts';
import { openAccount, setShare, shareOfTotal } from './account.ts';
import { emptyAllocatorRoot, type Allocation, type AllocatorRoot } from './allocation.ts';
import { applicantRowFormat } from './applicant-row.ts';
import { applyUsage, considerMerchant } from './consider.ts';

// Allocator: capability in, decisions and grants out. It reads nothing but capability records, in which scoring
// forwards ticks, activations and usage in place and in order.

export const allocator: StageDefinition = {
  name: 'allocator',
  input: 'capability',
  output: 'decisions',
  format: 2,
  open: openAllocator,
};

interface Machine extends Allocation {
  readonly partition: number;
  readonly bundles: Map<string, Bundle>;
}

function openAllocator(partition: number, restored: Restored | null, hash: Hash): PartitionMachine {
  const machine: Machine = {
    partition,
    root: restored === null ? emptyAllocatorRoot() : (JSON.parse(restored.root) as AllocatorRoot),
    rows: createMerchantRows(applicantRowFormat, restored?.index),
    hash,
    bundle: null,
    tiers: [],
    bundles: new Map(),
    outputs: [],
    ordinal: 0,
    cause: { position: '', eventId: '', type: '', hash: '' },
    inputPosition: [],
  };
  const { root, rows } = machine;
  const shares = rememberShare((record) => shareFor(machine, record));
  return {
    engine: ENGINE,
    position: () => root.position,
    foresee: (record) => rows.missing([], record.event.subject ?? null),
    plan: (record) => rows.missing(keysOf(shares.of(record)), record.event.subject ?? null),
    needsBundle(record) {
      const activated = controlOf(record, 'updraft.control.policy-activated.v1') as PolicyActivated | null;
      const wanted = activated?.bundle ?? root.bundleHash;
      return wanted === null || machine.bundles.has(wanted) ? null : wanted;
    },
    addBundle: (name, text) => void machine.bundles.set(name, parseBundle(text)),
    addRows: (found) => rows.add(found),
    step: (record) => step(machine, record, shares.take(record)),
    liveBundle: () => root.bundleHash,
    gauges: () => ({
      nowMs: root.nowMs,
      catchingUp: root.catchingUp ? 1 : 0,
      merchants: rows.ids.size,
      rowsLoaded: rows.loadedRows(),
      timers: rows.timers.size,
      held: rows.held.size,
      decisions: root.sequence,
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

function step(machine: Machine, record: InputRecord, share: Share): readonly OutputRecord[] {
  const { root, rows } = machine;
  const { type, data, subject } = record.event;
  machine.outputs = [];
  machine.ordinal = 0;
  machine.inputPosition = record.position;
  machine.cause = (data as unknown as MerchantCapability).cause;
  decideBy(machine);
  advanceSweeps(root.sweeps, share);
  if (type === 'updraft.capability.control.v1') onControl(machine, data as unknown as ForwardedControl);
  else {
    const row = rows.get(subject!);
    if (row.capability === null) row.activation = root.sweeps['activation']!.number;
    const dueMs = rows.due(row.id);
    const isSwept = row.activation < root.sweeps['activation']!.number;
    if (isSwept || (dueMs !== null && dueMs <= root.nowMs)) considerMerchant(machine, row);
    if (type === 'updraft.capability.usage.v1') {
      const usage = data as unknown as Usage;
      applyUsage(machine, row, usage.grantId, usage.exposures);
    } else row.capability = data as unknown as MerchantCapability;
    considerMerchant(machine, row);
  }
  runShare(machine, share);
  startBudgetSweep(root);
  root.position = record.position;
  return machine.outputs;
}

function onControl(machine: Machine, forwarded: ForwardedControl): void {
  const { root } = machine;
  switch (forwarded.type) {
    case 'updraft.control.genesis.v1': {
      const genesis = forwarded.control as unknown as Genesis;
      if (genesis.engine !== ENGINE)
        throw new Error(`genesis is of engine ${genesis.engine}, this is ${ENGINE}`);
      root.logId = genesis.logId;
      root.partitions = genesis.partitions;
      root.nowMs = genesis.nowMs;
      return;
    }
    case 'updraft.control.tick.v1': {
      const tick = forwarded.control as unknown as Tick;
      root.nowMs = tick.atMs;
      root.catchingUp = tick.catchingUp;
      root.activityHash = forwarded.activityHash ?? root.activityHash;
      return;
    }
    case 'updraft.control.policy-activated.v1':
      activate(machine, forwarded.control as unknown as PolicyActivated);
      return;
    case 'updraft.control.settings.v1':
    case 'updraft.control.quarantined.v1':
      return;
    default:
      throw new Error(`unknown forwarded control ${forwarded.type}`);
  }
}

function activate(machine: Machine, activated: PolicyActivated): void {
  const { root, partition } = machine;
  root.bundleHash = activated.bundle;
  root.bundleSequence = activated.sequence;
  decideBy(machine);
  for (const { id, total } of machine.bundle!.accounts) {
    const share = shareOfTotal(total, root.partitions, partition);
    root.accounts[id] = setShare(root.accounts[id] ?? openAccount(), share);
  }
  root.sweeps['activation'] = { number: root.sweeps['activation']!.number + 1, cursor: '' };
}

/** The live bundle, from the record on that activated it. */
function decideBy(machine: Machine): void {
  const { root, bundles } = machine;
  const live = root.bundleHash === null ? null : (bundles.get(root.bundleHash) ?? null);
  if (live === machine.bundle) return;
  machine.bundle = live;
  machine.tiers = live === null ? [] : tierOrder(live);
}

function runShare(machine: Machine, share: Share): void {
  const { root, rows } = machine;
  for (const key of share.timers) {
    const dueMs = rows.due(key);
    if (dueMs !== null && dueMs <= root.nowMs) considerMerchant(machine, rows.get(key));
  }
  for (const key of share.held) if (rows.held.has(key)) considerMerchant(machine, rows.get(key));
  for (const { keys } of share.sweeps) for (const key of keys) considerMerchant(machine, rows.get(key));
}

/** One budget sweep at a time, so that late ids are not starved by funds that keep coming free. */
function startBudgetSweep(root: AllocatorRoot): void {
  const sweep = root.sweeps['budget']!;
  if (!root.isBudgetFreed || sweep.cursor !== null) return;
  root.sweeps['budget'] = { number: sweep.number + 1, cursor: '' };
  root.isBudgetFreed = false;
  root.isBudgetWanted = false;
}

function shareFor(machine: Machine, record: InputRecord): Share {
  const { root, rows } = machine;
  const tick = controlOf(record, 'updraft.control.tick.v1') as Tick | null;
  return shareOf(rows, root.sweeps, {
    nowMs: tick?.atMs ?? root.nowMs,
    catchingUp: tick?.catchingUp ?? root.catchingUp,
    subject: record.event.subject ?? null,
    itemsMax: tick === null ? DUE_ITEMS_PER_EVENT : DUE_ITEMS_PER_TICK,
  });
}

function controlOf(record: InputRecord, type: string): object | null {
  if (record.event.type !== 'updraft.capability.control.v1') return null;
  const forwarded = record.event.data as unknown as ForwardedControl;
  return forwarded.type === type ? (forwarded.control as object) : null;
}

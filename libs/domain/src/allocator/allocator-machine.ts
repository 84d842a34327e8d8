import type { Genesis, Lease, PolicyActivated, Settings, Stop, Tick } from '../controls.ts';
import { ENGINE } from '../engine.ts';
import type { ForwardedControl, MerchantCapability, Usage } from '../outputs.ts';
import type { Bundle } from '../policy/bundle.ts';
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
import { checkEngine } from '../stage/first-genesis.ts';
import { createMerchantRows } from '../stage/merchant-rows.ts';
import type {
  Hash,
  InputRecord,
  OutputRecord,
  PartitionMachine,
  Restored,
  StageDefinition,
} from '../stage/stage.ts';
import { emptyAllocatorRoot, type Allocation, type AllocatorRoot } from './allocation.ts';
import { applicantRowFormat, type ApplicantRow } from './applicant-row.ts';
import { considerMerchant } from './consider.ts';
import { indexOf } from './policy-index.ts';
import { causesOf, touchedBy, type Touch } from './touched.ts';
import { askForShares, balanceBooks, takeLease, turnPeriods } from './treasury-mail.ts';
import { applyUsage } from './usage.ts';
import { startWaitingSweep } from './waiting-sweep.ts';

// Allocator: capability in, decisions and grants out. It reads nothing but capability records, in which scoring
// forwards ticks, activations and usage in place and in order.

export const allocator: StageDefinition = allocatorOf(touchedBy);

/** `touch` is another one only where a test has everything decided on again. */
export function allocatorOf(touch: Touch): StageDefinition {
  return {
    name: 'allocator',
    input: 'capability',
    output: 'decisions',
    format: 4,
    open: (partition, restored, hash) => openAllocator(partition, restored, hash, touch),
  };
}

const NOTHING_NEW: readonly string[] = [];

interface Machine extends Allocation {
  readonly bundles: Map<string, Bundle>;
  /** The record at work is a tick. */
  isTick: boolean;
}

function openAllocator(
  partition: number,
  restored: Restored | null,
  hash: Hash,
  touch: Touch,
): PartitionMachine {
  const machine: Machine = {
    partition,
    root: restored === null ? emptyAllocatorRoot() : (JSON.parse(restored.root) as AllocatorRoot),
    rows: createMerchantRows(applicantRowFormat, restored?.index),
    hash,
    touch,
    bundle: null,
    policy: indexOf(null),
    bundles: new Map(),
    outputs: [],
    ordinal: 0,
    cause: { position: '', eventId: '', type: '', hash: '' },
    frame: null,
    inputPosition: [],
    moved: new Set(),
    isServing: false,
    isTick: false,
  };
  const { root, rows } = machine;
  const shares = rememberShare((record) => shareFor(machine, record));
  return {
    engine: ENGINE,
    position: () => root.position,
    foresee: (record) => rows.missing([], record.event.subject ?? null),
    plan: (record) => {
      const lease = controlOf(record, 'updraft.control.lease.v1') as Lease | null;
      return rows.missing(keysOf(shares.of(record)), lease?.holder ?? record.event.subject ?? null);
    },
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
      waiting: rows.waiting.size,
      stopSequence: root.stopSequence,
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
  machine.isTick = false;
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
    if (isSwept(machine, row) || (dueMs !== null && dueMs <= root.nowMs)) lookAgain(machine, row);
    const heardBefore = row.capability;
    let used: number | null = null;
    if (type === 'updraft.capability.usage.v1') used = applyUsage(machine, row, data as unknown as Usage);
    else row.capability = data as unknown as MerchantCapability;
    considerMerchant(machine, row, causesOf(root.bundleHash, heardBefore, row.capability), used);
  }
  runShare(machine, share);
  startWaitingSweep(machine);
  balanceBooks(machine, machine.isTick);
  root.position = record.position;
  return machine.outputs;
}

function onControl(machine: Machine, forwarded: ForwardedControl): void {
  const { root } = machine;
  switch (forwarded.type) {
    case 'updraft.control.genesis.v1': {
      const genesis = forwarded.control as unknown as Genesis;
      checkEngine(genesis);
      root.logId = genesis.logId;
      root.treasuries = genesis.treasuries;
      root.zone = genesis.zoneTransitions;
      root.partitions = genesis.partitions;
      root.nowMs = genesis.nowMs;
      return;
    }
    case 'updraft.control.tick.v1': {
      const tick = forwarded.control as unknown as Tick;
      root.nowMs = tick.atMs;
      root.catchingUp = tick.catchingUp;
      root.activityHash = forwarded.activityHash ?? root.activityHash;
      machine.isTick = true;
      turnPeriods(machine);
      return;
    }
    case 'updraft.control.policy-activated.v1':
      activate(machine, forwarded.control as unknown as PolicyActivated);
      return;
    case 'updraft.control.lease.v1':
      onLease(machine, forwarded.control as unknown as Lease);
      return;
    case 'updraft.control.stop.v1':
      onStop(machine, forwarded.control as unknown as Stop);
      return;
    case 'updraft.control.settings.v1':
      root.zone = (forwarded.control as unknown as Settings).zoneTransitions ?? root.zone;
      return;
    case 'updraft.control.quarantined.v1':
      return;
    default:
      throw new Error(`unknown forwarded control ${forwarded.type}`);
  }
}

function activate(machine: Machine, activated: PolicyActivated): void {
  const { root } = machine;
  root.bundleHash = activated.bundle;
  root.bundleSequence = activated.sequence;
  decideBy(machine);
  turnPeriods(machine);
  askForShares(machine);
  lookAtEverybody(root);
}

/** A lease for the partition is money for those who wait; one for a merchant is its own. */
function onLease(machine: Machine, lease: Lease): void {
  const { root, rows } = machine;
  if (lease.holder === null) {
    takeLease(machine, root.purses, lease);
    machine.moved.add(lease.account);
    if (lease.amount > 0) root.isFunded = true;
    return;
  }
  const row = rows.get(lease.holder);
  takeLease(machine, row.purses, lease);
  lookAgain(machine, row);
}

/** Those who wait are told that they wait for something else now, and afterwards everybody is looked at again. */
function onStop(machine: Machine, { sequence, scope, isStopped }: Stop): void {
  const { root } = machine;
  root.stopSequence = sequence;
  const others = root.stops.filter((each) => each !== scope);
  root.stops = isStopped ? [...others, scope] : others;
  lookAtEverybody(root);
}

function lookAtEverybody(root: AllocatorRoot): void {
  root.sweeps['activation'] = { number: root.sweeps['activation']!.number + 1, cursor: '' };
}

/** The live bundle, from the record on that activated it. */
function decideBy(machine: Machine): void {
  const { root, bundles } = machine;
  const live = root.bundleHash === null ? null : (bundles.get(root.bundleHash) ?? null);
  if (live === machine.bundle) return;
  machine.bundle = live;
  machine.policy = indexOf(live);
}

/** An activation, a stop or a resumption concerns the merchant, who was not looked at since. */
function isSwept({ root }: Machine, row: ApplicantRow): boolean {
  return row.activation < root.sweeps['activation']!.number;
}

/** Nothing new is known of the merchant: time passed, or money came. */
function lookAgain(machine: Machine, row: ApplicantRow): void {
  considerMerchant(machine, row, isSwept(machine, row) ? null : NOTHING_NEW);
}

function runShare(machine: Machine, share: Share): void {
  const { root, rows } = machine;
  for (const key of share.timers) {
    const dueMs = rows.due(key);
    if (dueMs !== null && dueMs <= root.nowMs) lookAgain(machine, rows.get(key));
  }
  for (const key of share.held) if (rows.held.has(key)) lookAgain(machine, rows.get(key));
  for (const { kind, keys } of share.sweeps) {
    machine.isServing = kind === 'waiting';
    for (const key of keys) lookAgain(machine, rows.get(key));
  }
  machine.isServing = false;
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

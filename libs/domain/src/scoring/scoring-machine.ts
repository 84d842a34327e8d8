import type { Json } from '../canonical.ts';
import type { Genesis, Lease, PolicyActivated, Settings, Statistics, Stop, Tick } from '../controls.ts';
import { ENGINE } from '../engine.ts';
import { parseBundle } from '../policy/compile.ts';
import {
  advanceSweeps,
  DUE_ITEMS_PER_EVENT,
  DUE_ITEMS_PER_TICK,
  keysOf,
  NO_SHARE,
  rememberShare,
  shareOf,
  type Share,
} from '../stage/due-work.ts';
import { createMerchantRows } from '../stage/merchant-rows.ts';
import { checkBegun, isFirstGenesis } from '../stage/first-genesis.ts';
import { formatPosition } from '../stage/position.ts';
import type {
  Hash,
  InputRecord,
  OutputRecord,
  PartitionMachine,
  Restored,
  StageDefinition,
} from '../stage/stage.ts';
import { localDay } from '../time.ts';
import { addToChain, closeLink } from './activity-chain.ts';
import { keepStatistics, sendLetters, takeStatistics, tellCounted } from './census-mail.ts';
import { countEvent } from './count-event.ts';
import { createDedupe } from './dedupe.ts';
import { liveBundle, type LiveBundle } from './live-bundle.ts';
import { merchantRowFormat } from './merchant-row.ts';
import {
  applySettings,
  beginWith,
  emptyRoot,
  moveHorizon,
  takeLease,
  takeStop,
  type ScoringRoot,
} from './root.ts';
import { forward, isSwept, look, refuse, type ScoringPartition } from './scoring-partition.ts';

// Scoring: activity in, capability out. One record after the other: decide whether it counts, add its facts, look at
// the merchant, and say what a decision could depend on. Then a bounded share of what is due for others.

export const scoring: StageDefinition = scoringOf((hash, text) => liveBundle(hash, parseBundle(text)));

/** How a bundle is made ready: vectors put values in place of what is measured, and trials have theirs ready. */
export type MakeLive = (hash: string, text: string) => LiveBundle;

export function scoringOf(makeLive: MakeLive): StageDefinition {
  return {
    name: 'scoring',
    input: 'activity',
    output: 'capability',
    format: 4,
    open: (partition, restored, hash) => openScoring(partition, restored, hash, makeLive),
  };
}

function openScoring(
  partition: number,
  restored: Restored | null,
  hash: Hash,
  makeLive: MakeLive,
): PartitionMachine {
  const machine: ScoringPartition = {
    partition,
    root: restored === null ? emptyRoot() : (JSON.parse(restored.root) as ScoringRoot),
    rows: createMerchantRows(merchantRowFormat, restored?.index),
    dedupe: createDedupe(restored?.chunks ?? []),
    bundles: new Map(),
    hash,
    counts: { events: 0, duplicates: 0, conflicts: 0, late: 0, future: 0 },
    outputs: [],
    letters: [],
    ordinal: 0,
    record: NO_RECORD,
    recordHash: '',
    cause: null,
    today: 0,
  };
  const { root, rows, dedupe, bundles } = machine;
  const shares = rememberShare((record) => shareFor(machine, record));
  dedupe.expireBefore(root.horizonMs);
  machine.today = localDay(root.nowMs, root.zone);
  return {
    engine: ENGINE,
    position: () => root.position,
    foresee: (record) => rows.missing([], record.event.subject ?? null),
    plan: (record) =>
      record.quarantined === undefined
        ? rows.missing(keysOf(shares.of(record)), record.event.subject ?? null)
        : [],
    needsBundle(record) {
      // What is quarantined is not stepped: an activation of a bundle that does not exist can be passed in this way.
      if (record.quarantined !== undefined) return null;
      const { type, data } = record.event;
      const isActivation = type === 'updraft.control.policy-activated.v1';
      const { sequence, bundle } = data as unknown as PolicyActivated;
      // A repeat changes nothing: it is stepped with the live bundle, like any other record.
      const wanted = isActivation && sequence > root.bundleSequence ? bundle : root.bundleHash;
      return wanted === null || bundles.has(wanted) ? null : wanted;
    },
    addBundle: (name, text) => void bundles.set(name, makeLive(name, text)),
    addRows: (found) => rows.add(found),
    step: (record) =>
      step(machine, record, record.quarantined === undefined ? shares.take(record) : NO_SHARE),
    liveBundle: () => root.bundleHash,
    gauges: () => gaugesOf(machine),
    dirtyBytes: () => rows.dirtyBytes() + dedupe.pendingBytes(),
    dirtyRows: () => rows.dirtyRows(),
    freeze() {
      const { chunks, droppedHours } = dedupe.freeze();
      return { root: JSON.stringify(root), rows: rows.freeze(), chunks, droppedHours };
    },
    thawed: () => rows.thawed(),
    evict: (rowsMax) => rows.evict(rowsMax),
    rows: () => rows.all(),
  };
}

const NO_RECORD: InputRecord = {
  position: [],
  key: null,
  text: '',
  event: { specversion: '1.0', id: '', source: '', type: '', time: '', data: {} },
};

function step(machine: ScoringPartition, record: InputRecord, share: Share): readonly OutputRecord[] {
  const { root, hash } = machine;
  const { event, position } = record;
  machine.outputs = [];
  machine.ordinal = 0;
  machine.record = record;
  machine.recordHash = hash(record.text);
  machine.cause = null;
  addToChain(root, position[1]!, record.key, machine.recordHash, hash);
  checkBegun(root.genesis, record);
  if (record.quarantined !== undefined) {
    const { quarantined: reason } = record;
    refuse(machine, record, 'quarantined', reason);
    forward(machine, 'updraft.control.quarantined.v1', { position: formatPosition(position), reason });
  } else {
    advanceSweeps(root.sweeps, share);
    if (event.subject === undefined) applyControl(machine, record);
    else countEvent(machine, record);
    runShare(machine, share);
    tellCounted(machine);
    sendLetters(machine);
  }
  root.position = position;
  return machine.outputs;
}

function applyControl(machine: ScoringPartition, record: InputRecord): void {
  const { root, dedupe } = machine;
  const { type, data } = record.event;
  switch (type) {
    case 'updraft.control.genesis.v1':
      applyGenesis(machine, data as Json, data as unknown as Genesis);
      return;
    case 'updraft.control.tick.v1': {
      const tick = data as unknown as Tick;
      if (tick.atMs < root.nowMs) return;
      root.nowMs = tick.atMs;
      root.catchingUp = tick.catchingUp;
      moveHorizon(root);
      dedupe.expireBefore(root.horizonMs);
      machine.today = localDay(root.nowMs, root.zone);
      forward(machine, type, data as Json, closeLink(root, machine.hash));
      return;
    }
    case 'updraft.control.settings.v1': {
      const settings = data as unknown as Settings;
      if (settings.sequence <= root.settingsSequence) return;
      applySettings(root, settings);
      machine.today = localDay(root.nowMs, root.zone);
      dedupe.expireBefore(root.horizonMs);
      forward(machine, type, data as Json);
      return;
    }
    case 'updraft.control.policy-activated.v1': {
      const activated = data as unknown as PolicyActivated;
      if (activated.sequence <= root.bundleSequence) return;
      root.bundleHash = activated.bundle;
      root.bundleSequence = activated.sequence;
      root.activatedMs = root.nowMs;
      root.sweeps['activation'] = { number: root.sweeps['activation']!.number + 1, cursor: '' };
      keepStatistics(root, machine.bundles.get(activated.bundle)!.statistics);
      forward(machine, type, data as Json);
      return;
    }
    case 'updraft.control.lease.v1':
      if (takeLease(root, data as unknown as Lease)) forward(machine, type, data as Json);
      return;
    case 'updraft.control.statistics.v1':
      takeStatistics(root, data as unknown as Statistics);
      return;
    case 'updraft.control.stop.v1':
      if (takeStop(root, data as unknown as Stop)) forward(machine, type, data as Json);
      return;
    default:
      throw new Error(`unknown control record ${type}`);
  }
}

function applyGenesis(machine: ScoringPartition, data: Json, genesis: Genesis): void {
  const { root } = machine;
  if (!isFirstGenesis(root.genesis, genesis, machine.record.position)) return;
  beginWith(root, genesis);
  machine.today = localDay(root.nowMs, root.zone);
  forward(machine, machine.record.event.type, data);
}

function runShare(machine: ScoringPartition, share: Share): void {
  const { root, rows } = machine;
  for (const key of share.timers) {
    const dueMs = rows.due(key);
    if (dueMs !== null && dueMs <= root.nowMs) look(machine, rows.get(key));
  }
  for (const key of share.held) if (rows.held.has(key)) look(machine, rows.get(key));
  for (const { keys } of share.sweeps) {
    for (const key of keys) {
      const row = rows.get(key);
      if (isSwept(machine, row)) look(machine, row);
    }
  }
}

function shareFor({ root, rows }: ScoringPartition, record: InputRecord): Share {
  const { type, data, subject } = record.event;
  const tick = type === 'updraft.control.tick.v1' ? (data as unknown as Tick) : null;
  const moves = tick !== null && tick.atMs >= root.nowMs;
  return shareOf(rows, root.sweeps, {
    nowMs: moves ? tick.atMs : root.nowMs,
    catchingUp: moves ? tick.catchingUp : root.catchingUp,
    subject: subject ?? null,
    itemsMax: moves ? DUE_ITEMS_PER_TICK : DUE_ITEMS_PER_EVENT,
  });
}

function gaugesOf({ root, rows, dedupe, counts }: ScoringPartition): Record<string, number> {
  return {
    ...counts,
    nowMs: root.nowMs,
    catchingUp: root.catchingUp ? 1 : 0,
    merchants: rows.ids.size,
    rowsLoaded: rows.loadedRows(),
    timers: rows.timers.size,
    held: rows.held.size,
    dedupeIds: dedupe.size,
    bundleSequence: root.bundleSequence,
    settingsSequence: root.settingsSequence,
    stopSequence: root.stopSequence,
    isLive: root.mode === 'live' ? 1 : 0,
  };
}

import type { Genesis, Settings, ZoneTransition } from '../controls.ts';
import type { CensusCounted } from './census-record.ts';
import type { Sweep } from '../stage/due-work.ts';
import type { Position } from '../stage/position.ts';
import { localDay } from '../time.ts';

/** What the census keeps of its partition besides the groups. */
export interface CensusRoot {
  /** Position of the last record stepped; null before genesis. */
  position: Position | null;
  genesis: Genesis | null;
  nowMs: number;
  zone: readonly ZoneTransition[];
  settingsSequence: number;
  /** Local day of log time up to whose midnight was published. */
  day: number;
  /** Last sequence taken of each writer. */
  readonly taken: { [writer: string]: number };
  /** Last sequence sent to each activity partition. */
  sent: number[];
  /** Of each writer, the newest activation under which it has said the values of all its merchants. */
  readonly counted: { [writer: string]: number };
  /** The newest of these, with what it asks for. */
  bundle: Pick<CensusCounted, 'activation' | 'bundle' | 'statistics'> | null;
  /** `publish`: groups that changed are published. */
  readonly sweeps: Record<'publish', Sweep>;
  /** The groups are to be published once more when the sweep that runs is over. */
  isPublishWanted: boolean;
}

export function emptyCensusRoot(): CensusRoot {
  return {
    position: null,
    genesis: null,
    nowMs: 0,
    zone: [],
    settingsSequence: 0,
    day: 0,
    taken: {},
    sent: [],
    counted: {},
    bundle: null,
    sweeps: { publish: { number: 0, cursor: null } },
    isPublishWanted: false,
  };
}

export function beginWith(root: CensusRoot, genesis: Genesis): void {
  root.genesis = genesis;
  root.nowMs = genesis.nowMs;
  root.zone = genesis.zoneTransitions;
  root.day = localDay(root.nowMs, root.zone);
  root.sent = Array.from({ length: genesis.partitions }, () => 0);
}

export function applySettings(root: CensusRoot, { sequence, zoneTransitions }: Settings): void {
  root.settingsSequence = sequence;
  root.zone = zoneTransitions ?? root.zone;
  turnDay(root);
}

/** Midnight came: what changed since the last one is published. */
export function turnDay(root: CensusRoot): void {
  const today = localDay(root.nowMs, root.zone);
  if (today <= root.day) return;
  root.day = today;
  root.isPublishWanted = true;
}

/** Whether every partition has counted by the newest bundle: before that, merchants are few. */
export function isAgreed({ genesis, bundle, counted }: CensusRoot): boolean {
  if (bundle === null) return false;
  for (let partition = 0; partition < genesis!.partitions; partition++) {
    if (counted[`scoring/${partition}`] !== bundle.activation) return false;
  }
  return true;
}

/** One at a time, so that late groups are not starved. */
export function startPublishSweep(root: CensusRoot): void {
  const { publish } = root.sweeps;
  if (!root.isPublishWanted || publish.cursor !== null) return;
  root.isPublishWanted = false;
  // What waits for the last partition is published when that has counted.
  if (isAgreed(root)) root.sweeps.publish = { number: publish.number + 1, cursor: '' };
}

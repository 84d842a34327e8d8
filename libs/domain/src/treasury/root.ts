import type { Genesis, Settings, ZoneTransition } from '../controls.ts';
import type { Sweep } from '../stage/due-work.ts';
import type { Position } from '../stage/position.ts';

/** What the treasury keeps of its partition besides the account instances. */
export interface TreasuryRoot {
  /** Position of the last record stepped; null before genesis. */
  position: Position | null;
  genesis: Genesis | null;
  nowMs: number;
  zone: readonly ZoneTransition[];
  settingsSequence: number;
  bundleHash: string | null;
  bundleSequence: number;
  /** Last sequence taken of each writer. */
  readonly taken: { [writer: string]: number };
  /** Last sequence sent to each activity partition. */
  sent: number[];
  /** `activation`: totals of a new bundle. `look`: what changed around instances is told to their holders. */
  readonly sweeps: Record<'activation' | 'look', Sweep>;
  /** The instances are to be looked at once more when the sweep that runs is over. */
  isLookWanted: boolean;
  /** Requests that wait, of all instances. */
  waiting: number;
  /** Instances of which little is left. */
  scarce: number;
}

export function emptyTreasuryRoot(): TreasuryRoot {
  return {
    position: null,
    genesis: null,
    nowMs: 0,
    zone: [],
    settingsSequence: 0,
    bundleHash: null,
    bundleSequence: 0,
    taken: {},
    sent: [],
    sweeps: { activation: { number: 0, cursor: null }, look: { number: 0, cursor: null } },
    isLookWanted: false,
    waiting: 0,
    scarce: 0,
  };
}

export function beginWith(root: TreasuryRoot, genesis: Genesis): void {
  root.genesis = genesis;
  root.nowMs = genesis.nowMs;
  root.zone = genesis.zoneTransitions;
  root.sent = Array.from({ length: genesis.partitions }, () => 0);
}

/** Periods end when the zone says so: another zone may have closed some that requests wait for. */
export function applySettings(root: TreasuryRoot, { sequence, zoneTransitions }: Settings): void {
  root.settingsSequence = sequence;
  if (zoneTransitions === undefined) return;
  root.zone = zoneTransitions;
  root.isLookWanted = true;
}

/** One at a time, so that late instances are not starved by what keeps changing around others. */
export function startLookSweep(root: TreasuryRoot): void {
  const { look } = root.sweeps;
  if (!root.isLookWanted || look.cursor !== null) return;
  root.sweeps.look = { number: look.number + 1, cursor: '' };
  root.isLookWanted = false;
}

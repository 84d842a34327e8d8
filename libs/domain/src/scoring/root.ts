import type { Genesis, Lease, Settings, Stop, ZoneTransition } from '../controls.ts';
import type { Position } from '../stage/position.ts';
import type { FactsSince } from './coverage.ts';
import type { GroupStatistic } from './merchant-now.ts';
import type { Sweep } from '../stage/due-work.ts';

/** What scoring keeps of its partition besides the merchants. */
export interface ScoringRoot {
  /** Position of the last record stepped; null before genesis. */
  position: Position | null;
  genesis: Genesis | null;
  nowMs: number;
  catchingUp: boolean;
  latenessMs: number;
  futureMs: number;
  /**
   * Events that occurred before this are too late: log time less the lateness limit, and never again earlier, because
   * ids from before it are forgotten and a repeat could not be told from a first delivery.
   */
  horizonMs: number;
  zone: readonly ZoneTransition[];
  mode: 'history' | 'live';
  settingsSequence: number;
  bundleHash: string | null;
  bundleSequence: number;
  /** When the live bundle went live, ms UTC of log time. */
  activatedMs: number;
  /** Empty where the workspace is not older than the facts: those of an older engine are not read. */
  factsSince: FactsSince;
  /** What the census said last, by statistic and group. */
  statistics: Record<string, Record<string, GroupStatistic>>;
  /** The shares of which the cuts of a statistic are. */
  shares: Record<string, readonly number[]>;
  /** Last sequence taken from each treasury partition, by writer. */
  leases: Record<string, number>;
  /** The same of each census partition. */
  censuses: Record<string, number>;
  /** Last sequence sent to each census partition. */
  toldCensus: number[];
  /** Number of the last activation whose sweep is over and of which the census was told. */
  countedSequence: number;
  stopSequence: number;
  /** Chain of SHA-256 over the activity records of all closed links, hex (activity-chain.ts). */
  activityHash: string;
  /** The records of the link that is still open. */
  activityLink: string;
  activityLinkRecords: number;
  /** Last sequence written to dead-letters. */
  deadLetters: number;
  sweeps: Record<string, Sweep>;
}

export function emptyRoot(): ScoringRoot {
  return {
    position: null,
    genesis: null,
    nowMs: 0,
    catchingUp: false,
    latenessMs: 0,
    futureMs: 0,
    horizonMs: 0,
    zone: [],
    mode: 'history',
    settingsSequence: 0,
    bundleHash: null,
    bundleSequence: 0,
    activatedMs: 0,
    factsSince: {},
    statistics: {},
    shares: {},
    leases: {},
    censuses: {},
    toldCensus: [],
    countedSequence: 0,
    stopSequence: 0,
    activityHash: '',
    activityLink: '',
    activityLinkRecords: 0,
    deadLetters: 0,
    sweeps: { activation: { number: 0, cursor: null }, statistics: { number: 0, cursor: null } },
  };
}

export function beginWith(root: ScoringRoot, genesis: Genesis): void {
  root.genesis = genesis;
  root.nowMs = genesis.nowMs;
  root.latenessMs = genesis.latenessMs;
  root.futureMs = genesis.futureMs;
  root.zone = genesis.zoneTransitions;
  moveHorizon(root);
}

export function applySettings(root: ScoringRoot, settings: Settings): void {
  root.settingsSequence = settings.sequence;
  root.latenessMs = settings.latenessMs ?? root.latenessMs;
  root.futureMs = settings.futureMs ?? root.futureMs;
  root.zone = settings.zoneTransitions ?? root.zone;
  root.mode = settings.mode ?? root.mode;
  moveHorizon(root);
}

/** Whether the lease is the next of its writer; a repeat is not. Throws where one is missing: units would be lost. */
export function takeLease(root: ScoringRoot, { writer, sequence }: Lease): boolean {
  const last = root.leases[writer] ?? 0;
  if (sequence <= last) return false;
  if (sequence > last + 1)
    throw new Error(`lease ${sequence} of ${writer} came after ${last}: some are missing`);
  root.leases[writer] = sequence;
  return true;
}

/** Whether the stop is newer than what is known; a repeat is not. */
export function takeStop(root: ScoringRoot, { sequence }: Stop): boolean {
  if (sequence <= root.stopSequence) return false;
  root.stopSequence = sequence;
  return true;
}

/** After time or the lateness limit changed. A raised limit takes effect as time goes on. */
export function moveHorizon(root: ScoringRoot): void {
  root.horizonMs = Math.max(root.horizonMs, root.nowMs - root.latenessMs);
}

// Control records: everything besides merchant events that can change an outcome. They stand in the activity log
// with key null, and scoring forwards them in place and in order.

/** One change of a zone's offset from UTC: from `fromMs` on, local time = UTC + `offsetMinutes`. */
export interface ZoneTransition {
  readonly fromMs: number;
  readonly offsetMinutes: number;
}

/** The first record of every partition. A different second one pauses the partition; an equal one is a no-op. */
export interface Genesis {
  readonly logId: string;
  readonly partitions: number;
  readonly hashFunction: 'murmur2';
  /** IANA name, for people; the transitions are what counts. The first one applies since ever. */
  readonly zone: string;
  readonly zoneTransitions: readonly ZoneTransition[];
  /** Lateness limit and dedupe horizon in one: how long before `now` an event may have occurred, ms. */
  readonly latenessMs: number;
  /** How far after `now` an event may claim to have occurred, ms. */
  readonly futureMs: number;
  /** First `now` of the partition, ms UTC. */
  readonly nowMs: number;
  readonly engine: number;
}

/** Time passes. Older than `now`: no-op. Equal: runs another share of due work. */
export interface Tick {
  readonly atMs: number;
  /** What is adverse to a merchant is held while this is true (ARCHITECTURE, section 3). */
  readonly catchingUp: boolean;
}

/** A later change of the settings of genesis. `sequence` counts from 1; lower or equal ones are no-ops. */
export interface Settings {
  readonly sequence: number;
  readonly latenessMs?: number;
  readonly futureMs?: number;
  readonly zoneTransitions?: readonly ZoneTransition[];
  /** `history` until an import or demo has caught up with the wall clock, then `live`. */
  readonly mode?: 'history' | 'live';
}

/** The bundle with this hash is live from here on. Re-sent until every partition confirms; repeats are no-ops. */
export interface PolicyActivated {
  readonly sequence: number;
  readonly bundle: string;
  readonly approvedBy: readonly string[];
}

export interface Controls {
  'updraft.control.genesis.v1': Genesis;
  'updraft.control.tick.v1': Tick;
  'updraft.control.settings.v1': Settings;
  'updraft.control.policy-activated.v1': PolicyActivated;
}

export type ControlType = keyof Controls;

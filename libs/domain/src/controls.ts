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
  /**
   * Partitions of the treasury log and of the census log each: an account's is murmur2 of the outermost account's id
   * modulo this, a group's that of its name and its statistic's.
   */
  readonly treasuries: number;
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

/**
 * The treasury leases units of an account to a holder, or says how the account stands. `(writer, sequence)` is
 * contiguous per partition: the receiver takes exactly the next one.
 */
export interface Lease {
  /** `treasury/1`. */
  readonly writer: string;
  readonly sequence: number;
  /** Instance of the account: `growth`, `growth@2026-11-01`, `relief~entity-91@2026-09-01`. */
  readonly account: string;
  /** Merchant whose purse it is, for accounts per entity; null: the partition's. */
  readonly holder: string | null;
  readonly amount: number;
  /** Sequence of the request that this answers; null for what nobody asked. */
  readonly answers: number | null;
  /** Little is left: exactly what is needed is leased, and whoever has something free gives it back at once. */
  readonly isScarce: boolean;
}

/**
 * How the merchants of a group stand, said by the census at midnight where it changed and once all partitions have
 * counted under a new bundle. `(writer, sequence)` is contiguous per partition, as with leases.
 */
export interface Statistics {
  /** `census/0`. */
  readonly writer: string;
  readonly sequence: number;
  /** Of the bundle under which the merchants were counted. */
  readonly activation: number;
  readonly bundle: string;
  /** `<metric>~<grouping>`. */
  readonly statistic: string;
  /** The category or country, `all` of everybody. */
  readonly group: string;
  /** Registered, not closed, and assessed. */
  readonly merchants: number;
  /** Rounded down, in the metric's unit; null while there is nobody. */
  readonly mean: number | null;
  /** `value`: the smallest integer below which at least the share `atBps` of the merchants lie; null: nobody. */
  readonly cuts: readonly { readonly atBps: number; readonly value: number | null }[];
}

/** Pauses or resumes issuing. A repeat, and a lower sequence, is a no-op. One person stops, two resume. */
export interface Stop {
  readonly sequence: number;
  /** `all`, `programme:<id>`, `account:<id>`. */
  readonly scope: string;
  readonly isStopped: boolean;
  readonly by: readonly string[];
  readonly reason: string;
}

export interface Controls {
  'updraft.control.genesis.v1': Genesis;
  'updraft.control.tick.v1': Tick;
  'updraft.control.settings.v1': Settings;
  'updraft.control.policy-activated.v1': PolicyActivated;
  'updraft.control.lease.v1': Lease;
  'updraft.control.statistics.v1': Statistics;
  'updraft.control.stop.v1': Stop;
}

export type ControlType = keyof Controls;

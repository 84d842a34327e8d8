// What one process takes at once. All of it is bounded, so that a flood is answered and not suffered.

export interface DoorLimits {
  /** Requests that were let in and whose events are not acknowledged yet. */
  readonly requestsInFlightMax: number;
  /** Bytes of the bodies of those requests. */
  readonly bytesInFlightMax: number;
  /** How long a request waits for the log before it is answered 503, ms. Its bytes stay counted meanwhile. */
  readonly ackWaitMsMax: number;
}

export const DOOR_LIMITS: DoorLimits = {
  requestsInFlightMax: 512,
  bytesInFlightMax: 64 * 1024 * 1024,
  ackWaitMsMax: 10_000,
};

export const BATCH_EVENTS_MAX = 1_000;
export const BATCH_BYTES_MAX = 4 * 1024 * 1024;
/** A single event's body; larger than a canonical event may be, because white space costs nothing. */
export const SINGLE_BYTES_MAX = 256 * 1024;

/** After a flood: the next moment may do. */
export const RETRY_AFTER_FLOOD_S = 1;
/** While the log is away: a broker's restart takes this long. */
export const RETRY_AFTER_OUTAGE_S = 5;

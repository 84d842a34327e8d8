import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Admit, type Admitted, makeAdmit, type Refused } from '#contracts/admit';
import type { Problem as FieldProblem } from '#contracts/problem-list';
import { callerOf, type TokenRecord } from '#contracts/tokens';
import { UnavailableError, type Appended, type LogWriter } from '#stream/log';
import type { Health } from '#telemetry/health';
import { problem, ProblemError } from '#telemetry/problem';
import type { Traces } from '#telemetry/trace';
import { activityRecords } from './activity-records.ts';
import { bytesMax, type ContentMode, contentModeOf } from './cloudevents-http.ts';
import { type DoorLimits, RETRY_AFTER_FLOOD_S, RETRY_AFTER_OUTAGE_S } from './door-limits.ts';
import { InFlight, type Slot } from './in-flight.ts';
import type { IngestMetrics } from './ingest-metrics.ts';
import { traceAcknowledged } from './ingest-trace.ts';

// The door between strangers and the activity log. `enter` decides on the headers alone whether a request is let
// in; `accept` validates its events and answers only after the log has acknowledged every one that was admitted.
// The door keeps no state beyond what is under way: a producer that got no answer sends again, and scoring counts
// the event once.

/** A request that was let in. */
export interface Visit {
  readonly mode: ContentMode;
  readonly slot: Slot;
  readonly receivedAtMs: number;
}

export interface EventResult {
  readonly index: number;
  /** The event's id where it has a valid one. */
  readonly id: string | null;
  readonly status: 'accepted' | 'refused';
  readonly problems?: readonly FieldProblem[];
}

export interface DoorOptions {
  readonly partitions: number;
  readonly pseudonymKey: Uint8Array;
  readonly limits: DoorLimits;
  readonly tokens: readonly TokenRecord[];
  readonly writer: LogWriter;
  readonly metrics: IngestMetrics;
  readonly health: Health;
  /** Why nothing is taken in now; null: it is. */
  readonly closedBecause: () => string | null;
  readonly traces: Traces | null;
}

const HEALTH_CHECK = 'ingest log';

export class Door {
  readonly #inFlight: InFlight;
  readonly #admit: Admit;
  readonly #options: DoorOptions;
  readonly #visits = new WeakMap<IncomingMessage, Visit>();
  readonly #unanswered = new Set<ServerResponse>();
  #isClosing = false;

  constructor(options: DoorOptions) {
    this.#options = options;
    this.#admit = makeAdmit({ partitions: options.partitions, pseudonymKey: options.pseudonymKey });
    this.#inFlight = new InFlight(options.limits, (requests, bytes) => {
      options.metrics.inFlightRequests.set(requests);
      options.metrics.inFlightBytes.set(bytes);
    });
    options.health.set(HEALTH_CHECK, true);
  }

  /** Lets a request in, or throws the problem that turns it away. No byte of the body was read yet. */
  enter(request: IncomingMessage, response: ServerResponse): void {
    try {
      this.#authorise(request.headers.authorization);
      const mode = contentModeOf(request.headers);
      const slot = this.#slotFor(mode, request.headers['content-length']);
      this.#unanswered.add(response);
      response.once('close', () => {
        this.#unanswered.delete(response);
        slot.release();
      });
      this.#visits.set(request, { mode, slot, receivedAtMs: Date.now() });
    } catch (error) {
      if (error instanceof ProblemError) this.turnedAway(error.problem.status);
      throw error;
    }
  }

  visitOf(request: IncomingMessage): Visit {
    const visit = this.#visits.get(request);
    if (visit === undefined) throw new Error('a request came past the door');
    return visit;
  }

  turnedAway(status: number): void {
    this.#options.metrics.turnedAway.inc({ status: String(status) });
  }

  /** Results in the order of the events. Resolves after the acknowledgement; throws 503 when there is none. */
  async accept(visit: Visit, events: readonly unknown[]): Promise<readonly EventResult[]> {
    const outcomes = events.map(this.#admit);
    const admitted = outcomes.filter((outcome): outcome is Admitted => outcome.admitted);
    if (admitted.length > 0) await this.#append(visit.slot, admitted);
    const { traces } = this.#options;
    if (traces) traceAcknowledged(traces, 'http', visit.receivedAtMs, events, outcomes);
    const { accepted, refused } = this.#options.metrics;
    for (const outcome of outcomes) {
      if (outcome.admitted) accepted.inc({ type: outcome.type });
      else refused.inc({ type: outcome.type ?? 'unknown', reason: outcome.reason });
    }
    return outcomes.map(resultOf);
  }

  /** From now on nothing more is let in; what is inside goes on. */
  close(): void {
    this.#isClosing = true;
    this.#options.health.set(HEALTH_CHECK, false, 'shutting down');
    // A connection that stays open after its answer would keep the server from closing for a minute.
    for (const response of this.#unanswered) {
      if (!response.headersSent) response.setHeader('connection', 'close');
    }
  }

  #authorise(authorization: string | undefined): void {
    const caller = callerOf(this.#options.tokens, authorization);
    if (caller === null) {
      const detail = 'a bearer token is needed: Authorization: Bearer TOKEN';
      throw new ProblemError(problem(401, detail), { 'www-authenticate': 'Bearer' });
    }
    if (caller.role !== 'producer') {
      throw new ProblemError(problem(403, `role ${caller.role} may not send events; role producer may`));
    }
  }

  #slotFor(mode: ContentMode, contentLength: string | undefined): Slot {
    const limit = bytesMax(mode);
    // A body of unannounced length may turn out as long as is allowed.
    const bytes = contentLength === undefined ? limit : Number(contentLength);
    if (bytes > limit) {
      throw new ProblemError(
        problem(413, `a body of ${bytes} bytes is too large; at most ${limit} are taken`),
      );
    }
    if (this.#isClosing) throw unavailable('this process is shutting down');
    const closed = this.#options.closedBecause();
    if (closed !== null) throw unavailable(closed);
    if (this.#inFlight.isStalled()) throw unavailable('the log does not acknowledge');
    const slot = this.#inFlight.enter(bytes);
    if (slot === null) {
      const detail = 'too much is in flight in this process; send again a little later';
      throw new ProblemError(problem(429, detail), { 'retry-after': String(RETRY_AFTER_FLOOD_S) });
    }
    return slot;
  }

  async #append(slot: Slot, admitted: readonly Admitted[]): Promise<void> {
    const { writer, metrics, limits } = this.#options;
    const stopTimer = metrics.ackSeconds.startTimer();
    slot.hold();
    // All are awaited even when one fails: the slot is free when nothing of this request is under way.
    const acknowledged = Promise.allSettled(
      [...activityRecords(admitted)].map(([partition, records]) => append(writer, partition, records)),
    ).finally(() => slot.release());
    const outcomes = await withinMs(acknowledged, limits.ackWaitMsMax);
    if (outcomes === null) {
      this.#watch(acknowledged);
      throw unavailable(`the log did not acknowledge within ${limits.ackWaitMsMax} ms`);
    }
    const failed = outcomes.find((outcome) => outcome.status === 'rejected');
    if (failed === undefined) {
      stopTimer();
      return;
    }
    if (failed.reason instanceof UnavailableError) throw unavailable('the log is unavailable');
    throw failed.reason;
  }

  #watch(acknowledged: Promise<unknown>): void {
    const { health } = this.#options;
    health.set(HEALTH_CHECK, false, 'the log does not acknowledge');
    this.#inFlight.overdue(acknowledged);
    void acknowledged.then(() => {
      if (!this.#inFlight.isStalled() && !this.#isClosing) health.set(HEALTH_CHECK, true);
    });
  }
}

/** A writer that throws instead of rejecting is a failure like any other. */
async function append(writer: LogWriter, partition: number, records: readonly Appended[]): Promise<void> {
  await writer.append('activity', partition, records);
}

function resultOf(outcome: Admitted | Refused, index: number): EventResult {
  if (outcome.admitted) return { index, id: outcome.id, status: 'accepted' };
  return { index, id: outcome.id, status: 'refused', problems: outcome.problems };
}

function unavailable(detail: string): ProblemError {
  const retryAfter = { 'retry-after': String(RETRY_AFTER_OUTAGE_S) };
  return new ProblemError(problem(503, `${detail}; nothing is lost by sending again`), retryAfter);
}

async function withinMs<Value>(promise: Promise<Value>, waitMs: number): Promise<Value | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), waitMs);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

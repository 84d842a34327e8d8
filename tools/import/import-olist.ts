import { localDay, startOfLocalDay } from '#domain/time';
import { makeAdmit, type Admitted } from '#contracts/admit';
import type { Logs } from '#stream/log';
import { openHistory, type History } from '#sim/marketplace/history';
import { OLIST_ZONE } from './olist-field.ts';
import { olistEvents, type LeadChoice, type OlistEvents } from './olist-events.ts';
import { readOlist, type OlistRows, type Refusal } from './olist-rows.ts';

// The import, day by day of the market: the events of the day, the ticks that are due, and once the log has
// acknowledged them the number of events so far. Interrupted, it begins again with the day it was in; what
// the log holds already is deduplicated there, because the ids are the same and the clock has not moved
// beyond that day.

/** How far an earlier import of the same files came. Belongs to the workspace that it was written into. */
export interface ImportState {
  /** Events acknowledged; 0 for files never seen. */
  read(fileHash: string): Promise<number>;
  write(fileHash: string, acknowledged: number): Promise<void>;
}

export interface ImportProgress {
  readonly done: number;
  readonly total: number;
  readonly atMs: number;
}

export interface OlistImport {
  readonly dir: string;
  readonly logs: Logs;
  readonly pseudonymKey: Uint8Array;
  readonly workspaceState: ImportState;
  /** Default `won`. */
  readonly leads?: LeadChoice;
  readonly ticksPerBoundary?: number;
  readonly onProgress?: (progress: ImportProgress) => void;
}

export interface ImportSummary {
  readonly rowsRead: OlistRows['rowsRead'];
  readonly merchants: OlistEvents['merchants'];
  readonly orders: number;
  readonly leadsWithoutDeal: number;
  readonly oddities: OlistEvents['oddities'];
  /** Events that passed the door, by type. */
  readonly accepted: ReadonlyMap<string, number>;
  /** Rows and events that did not, with the rule they broke. */
  readonly refused: readonly Refusal[];
  readonly eventsSent: number;
  /** Events that an earlier run of the same files had already sent. */
  readonly eventsSkipped: number;
  readonly ticksSent: number;
  readonly fileHash: string;
}

export async function importOlist(options: OlistImport): Promise<ImportSummary> {
  const rows = await readOlist(options.dir);
  const merged = olistEvents(rows, options.leads ?? 'won');
  const history = await openHistory({
    logs: options.logs,
    writer: 'import-olist',
    tellsShared: false,
    ...(options.ticksPerBoundary === undefined ? {} : { ticksPerBoundary: options.ticksPerBoundary }),
  });
  try {
    const { accepted, refused } = admitAll(merged, history.genesis.partitions, options.pseudonymKey);
    checkClock(history, accepted);
    const importId = `${rows.fileHash}:${options.leads ?? 'won'}`;
    const eventsSkipped = await sendDays(history, accepted, importId, options);
    const { events: eventsSent, ticks: ticksSent } = history.written();
    return {
      rowsRead: rows.rowsRead,
      merchants: merged.merchants,
      orders: merged.orders,
      leadsWithoutDeal: merged.leadsWithoutDeal,
      oddities: merged.oddities,
      accepted: countByType(accepted),
      refused: [...rows.refused, ...refused],
      eventsSent,
      eventsSkipped,
      ticksSent,
      fileHash: rows.fileHash,
    };
  } finally {
    await history.close();
  }
}

/** What a workspace for this import must begin with, for whoever writes its genesis. */
export async function olistGenesis(dir: string): Promise<{ readonly zone: string; readonly nowMs: number }> {
  const first = olistEvents(await readOlist(dir), 'all').events[0];
  if (first === undefined) throw new Error(`${dir}: must hold at least one event`);
  return { zone: OLIST_ZONE, nowMs: first.atMs };
}

interface Accepted {
  readonly atMs: number;
  readonly admitted: Admitted;
}

function admitAll(
  { events }: OlistEvents,
  partitions: number,
  pseudonymKey: Uint8Array,
): { readonly accepted: readonly Accepted[]; readonly refused: readonly Refusal[] } {
  const admit = makeAdmit({ partitions, pseudonymKey });
  const accepted: Accepted[] = [];
  const refused: Refusal[] = [];
  for (const { atMs, event } of events) {
    const outcome = admit(event);
    if (outcome.admitted) accepted.push({ atMs, admitted: outcome });
    else refused.push({ where: `event ${event.id}`, ...outcome.problems[0]! });
  }
  return { accepted, refused };
}

/** A workspace whose clock is past the history would only make dead letters of it. */
function checkClock(history: History, accepted: readonly Accepted[]): void {
  const { nowMs, zone } = history.genesis;
  const first = accepted[0];
  if (first !== undefined && nowMs > first.atMs) {
    const [now, begin] = [nowMs, first.atMs].map((ms) => new Date(ms).toISOString());
    throw new Error(`genesis: nowMs is ${now}, must not be after the first event at ${begin}`);
  }
  if (zone !== OLIST_ZONE) throw new Error(`genesis: zone is ${zone}, must be ${OLIST_ZONE} for these files`);
}

/** Returns how many events were acknowledged before. */
async function sendDays(
  history: History,
  accepted: readonly Accepted[],
  importId: string,
  options: OlistImport,
): Promise<number> {
  const { workspaceState, onProgress } = options;
  const zone = history.genesis.zoneTransitions;
  const acknowledged = Math.min(await workspaceState.read(importId), accepted.length);
  let done = 0;
  let skipped = 0;
  while (done < accepted.length) {
    const day = localDay(accepted[done]!.atMs, zone);
    for (; done < accepted.length && localDay(accepted[done]!.atMs, zone) === day; done += 1) {
      history.event(accepted[done]!.admitted, accepted[done]!.atMs);
    }
    const dayEndMs = startOfLocalDay(day + 1, zone);
    history.advance(dayEndMs);
    // A day counts as done with its last event and its closing ticks.
    if (done <= acknowledged) {
      history.skip();
      skipped = done;
    } else {
      await history.flush();
      await workspaceState.write(importId, done);
    }
    onProgress?.({ done, total: accepted.length, atMs: dayEndMs });
  }
  return skipped;
}

function countByType(accepted: readonly Accepted[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { admitted } of accepted) counts.set(admitted.type, (counts.get(admitted.type) ?? 0) + 1);
  return counts;
}

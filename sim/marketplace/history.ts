import type { Genesis } from '#domain/controls';
import { DUE_ITEMS_PER_TICK } from '#domain/stage/due-work';
import { localDay, startOfLocalDay } from '#domain/time';
import type { Admitted } from '#contracts/admit';
import { decode } from '#contracts/codec';
import { encodeSettings, encodeTick } from '#contracts/genesis';
import { SHARED } from '#contracts/logs';
import type { Appended, Logs } from '#stream/log';

// History goes into activity with ticks of its own: live there is a ticker, here nobody else moves the
// clock. A tick is written only where something is due: at each midnight of the market zone, as often as
// the work of a day's boundary needs, and before an event that would otherwise lie in the future. Treasury and
// census are told the time as well, once each time.

/** Records per append: small enough for every transport, large enough to be cheap. */
const APPEND_RECORDS_MAX = 500;
/** Half of what a tick may do goes to timers; it alone must cover every merchant once. */
const TIMERS_PER_TICK = DUE_ITEMS_PER_TICK / 2;

export interface History {
  readonly genesis: Genesis;
  /** Time of the last tick, written or still waiting. */
  nowMs(): number;
  /** Puts an event behind whatever ticks are due before it. Arrivals must not go back in time. */
  event(admitted: Pick<Admitted, 'partition' | 'merchantId' | 'value'>, arrivedAtMs: number): void;
  /** Time passes: the midnights in between, then one tick at `atMs` itself. */
  advance(atMs: number): void;
  /** From here on a ticker moves the clock. */
  goLive(): void;
  /** Writes what is waiting; resolves when the log has acknowledged it. */
  flush(): Promise<void>;
  /** Forgets what is waiting, because an earlier run wrote it. Time has passed all the same. */
  skip(): void;
  written(): { readonly events: number; readonly ticks: number };
  close(): Promise<void>;
}

export interface HistoryOptions {
  readonly logs: Logs;
  /** Name of the writer, for the transport. */
  readonly writer: string;
  /** Equal ticks at a midnight; by default as many as the merchants seen so far in the partition need. */
  readonly ticksPerBoundary?: number;
  /**
   * False where history is written far ahead of whoever reads it: a treasury that knew the time would close periods
   * before anybody asks for their money, and a census would publish before anybody was counted. Default true.
   */
  readonly tellsShared?: boolean;
}

export async function openHistory(options: HistoryOptions): Promise<History> {
  const genesis = await readGenesis(options.logs);
  const { logId, partitions, treasuries, zoneTransitions, futureMs } = genesis;
  const writer = options.logs.writer(options.writer);
  const merchants = Array.from({ length: partitions }, () => new Set<string>());
  let waiting = emptyPartitions(partitions);
  /** The same for every partition of the shared logs. */
  let forShared: Appended[] = [];
  const counts = { events: 0, ticks: 0 };
  let pending = { events: 0, ticks: 0 };
  let nowMs = genesis.nowMs;

  const tick = (atMs: number, timesIn: (partition: number) => number): void => {
    const value = encodeTick(logId, { atMs, catchingUp: false });
    waiting.forEach((records, partition) => {
      const times = timesIn(partition);
      for (let sent = 0; sent < times; sent += 1) records.push({ key: null, value });
      pending.ticks += times;
    });
    if (options.tellsShared !== false) forShared.push({ key: null, value });
    nowMs = atMs;
  };
  const crossMidnights = (atMs: number): void => {
    const lastDay = localDay(atMs, zoneTransitions);
    for (let day = localDay(nowMs, zoneTransitions) + 1; day <= lastDay; day += 1) {
      tick(startOfLocalDay(day, zoneTransitions), (partition) => {
        return options.ticksPerBoundary ?? 1 + Math.ceil(merchants[partition]!.size / TIMERS_PER_TICK);
      });
    }
  };

  const skip = (): void => {
    waiting = emptyPartitions(partitions);
    forShared = [];
    pending = { events: 0, ticks: 0 };
  };

  return {
    genesis,
    nowMs: () => nowMs,
    event({ partition, merchantId, value }, arrivedAtMs) {
      crossMidnights(arrivedAtMs);
      if (arrivedAtMs > nowMs + futureMs) tick(arrivedAtMs, () => 1);
      merchants[partition]!.add(merchantId);
      waiting[partition]!.push({ key: merchantId, value });
      pending.events += 1;
    },
    advance(atMs) {
      crossMidnights(atMs);
      if (atMs > nowMs) tick(atMs, () => 1);
    },
    goLive() {
      const value = encodeSettings(logId, { sequence: 1, mode: 'live' }, nowMs);
      for (const records of [...waiting, forShared]) records.push({ key: null, value });
    },
    skip,
    async flush() {
      const shared = Array.from({ length: treasuries }, () => forShared);
      const full = { activity: waiting, treasury: shared, census: shared };
      const { events, ticks } = pending;
      skip();
      const appends = (['activity', ...SHARED] as const).flatMap((log) =>
        full[log].flatMap((records, partition) =>
          slices(records).map((slice) => writer.append(log, partition, slice)),
        ),
      );
      await Promise.all(appends);
      counts.events += events;
      counts.ticks += ticks;
    },
    written: () => ({ ...counts }),
    close: () => writer.close(),
  };
}

/** The genesis that every partition of activity begins with. */
export async function readGenesis(logs: Logs): Promise<Genesis> {
  for await (const batch of logs.read('activity', 0, 0)) {
    const first = batch.records[0];
    if (first === undefined) continue;
    const event = decode(first.value);
    if (event.type !== 'updraft.control.genesis.v1') break;
    return event.data as unknown as Genesis;
  }
  throw new Error('activity, partition 0: must begin with a genesis record; create the workspace first');
}

function emptyPartitions(partitions: number): Appended[][] {
  return Array.from({ length: partitions }, () => []);
}

/** Appends of one partition keep the order in which they were called. */
function slices(records: readonly Appended[]): Appended[][] {
  const parts: Appended[][] = [];
  for (let from = 0; from < records.length; from += APPEND_RECORDS_MAX) {
    parts.push(records.slice(from, from + APPEND_RECORDS_MAX));
  }
  return parts;
}

import { parsePosition } from '#domain/stage/position';
import type { SnapshotStore } from '#store/snapshot-store';
import type { LogRecord, Logs } from '#stream/log';
import type { Clock } from '../clock.ts';
import { openCursor, type LogCursor } from './log-cursor.ts';
import type { ActivityForShadow } from './shadow-message.ts';

// What a shadow is given to read. It never runs ahead of the live allocator: records are given up to where the
// allocator's snapshot stands, because every live decision that comes from them is published by then. So each batch
// brings all live decisions that come from it.

export interface FeedPorts {
  readonly logs: Logs;
  readonly store: SnapshotStore;
  readonly clock: Clock;
}

export interface ShadowFeed {
  /** Waits until there is something. Null: nobody wants it any more. Rejects when log or store are away. */
  next(partition: number, isWanted: () => boolean): Promise<ActivityForShadow | null>;
  close(): Promise<void>;
}

const RECORDS_MAX = 2_000;
/** How often it looks how far the allocators are, ms. */
const LOOK_EVERY_MS = 1_000;

interface PartitionFeed {
  readonly activity: LogCursor;
  readonly decisions: LogCursor;
  readonly quarantine: LogCursor;
  readonly passedOver: Map<string, string>;
}

export function openShadowFeed({ logs, store, clock }: FeedPorts): ShadowFeed {
  const feeds = new Map<number, PartitionFeed>();
  let looked: { readonly atMs: number; readonly ends: ReadonlyMap<number, number> } | null = null;

  const feedOf = (partition: number): PartitionFeed => {
    let feed = feeds.get(partition);
    if (feed === undefined) {
      const open = (log: string): LogCursor => openCursor(logs, log, partition);
      feed = {
        activity: open('activity'),
        decisions: open('decisions'),
        quarantine: open('quarantine'),
        passedOver: new Map(),
      };
      feeds.set(partition, feed);
    }
    return feed;
  };
  /** By partition the first offset of activity that the live allocator may not have decided on. */
  const endOf = async (partition: number): Promise<number> => {
    if (looked === null || clock.now() - looked.atMs >= LOOK_EVERY_MS) {
      looked = { atMs: clock.now(), ends: await readEnds(store) };
    }
    return looked.ends.get(partition) ?? 0;
  };

  return {
    async next(partition, isWanted) {
      const feed = feedOf(partition);
      while (isWanted()) {
        const end = await endOf(partition);
        const records = await takeBefore(feed.activity, end);
        const last = records.at(-1);
        if (last === undefined) {
          await clock.sleep(LOOK_EVERY_MS);
          continue;
        }
        const decisions = await decisionsThrough(feed.decisions, last.offset);
        await readQuarantine(feed);
        return { kind: 'activity', partition, records, decisions, quarantine: feed.passedOver };
      }
      return null;
    },
    async close() {
      for (const { activity, decisions, quarantine } of feeds.values()) {
        for (const cursor of [activity, decisions, quarantine]) await cursor.close();
      }
    },
  };
}

/** The record at the snapshot's own position may have led to more than the snapshot covers. */
async function readEnds(store: SnapshotStore): Promise<ReadonlyMap<number, number>> {
  const ends = new Map<number, number>();
  for (const { stage, partition, snapshot } of await store.heads()) {
    if (stage === 'allocator' && snapshot !== null)
      ends.set(partition, parsePosition(snapshot.mark.position)[1]!);
  }
  return ends;
}

async function takeBefore(cursor: LogCursor, end: number): Promise<LogRecord[]> {
  const records: LogRecord[] = [];
  while (records.length < RECORDS_MAX) {
    const next = await cursor.peek();
    if (next === null || next.offset >= end) break;
    records.push(cursor.take());
  }
  return records;
}

async function decisionsThrough(cursor: LogCursor, offset: number): Promise<string[]> {
  const decisions: string[] = [];
  for (;;) {
    const next = await cursor.peek();
    if (next === null) return decisions;
    const text = next.value.toString('utf8');
    if (activityOffsetOf(text) > offset) return decisions;
    cursor.take();
    decisions.push(text);
  }
}

/** The id of a decision is its position, and the last member of that name: no text within quotes looks like one. */
function activityOffsetOf(text: string): number {
  const mark = '"id":"';
  const from = text.lastIndexOf(mark) + mark.length;
  return parsePosition(text.slice(from, text.indexOf('"', from)))[1]!;
}

async function readQuarantine({ quarantine, passedOver }: PartitionFeed): Promise<void> {
  for (;;) {
    const next = await quarantine.peek();
    if (next === null) return;
    quarantine.take();
    const { data } = JSON.parse(next.value.toString('utf8')) as {
      data: { readonly position: string; readonly reason: string };
    };
    passedOver.set(data.position, data.reason);
  }
}

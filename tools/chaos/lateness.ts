import { setTimeout as sleep } from 'node:timers/promises';
import { parsePosition } from '#domain/stage/position';
import { UnavailableError, type Logs } from '#stream/log';
import { distributionOf, type Distribution } from './distribution.ts';
import { positionIn } from './partition-watch.ts';

/** How late decisions are, seen from outside: from their cause standing in activity to them being readable. */
export interface LatenessWatch {
  /** The latest one of the last look that saw any, ms. */
  latest(): number;
  /** Ends it; of all decisions that came since the watch began, ms. */
  stop(): Promise<Distribution>;
}

const LOOK_MS = 100;

interface Sample {
  readonly atMs: number;
  readonly ends: readonly number[];
}

/** Times are those of looks: a decision is at most one look later than told. */
export async function watchLateness(logs: Logs): Promise<LatenessWatch> {
  const next = [...(await logs.endOffsets('decisions'))];
  const samples: Sample[] = [{ atMs: performance.now(), ends: await logs.endOffsets('activity') }];
  const late: number[] = [];
  let latest = Infinity;
  let isWanted = true;

  async function look(): Promise<void> {
    samples.push({ atMs: performance.now(), ends: await logs.endOffsets('activity') });
    const seen: number[] = [];
    for (const partition of next.keys()) {
      for await (const { records, nextOffset } of logs.read('decisions', partition, next[partition]!)) {
        const now = performance.now();
        for (const { value } of records) {
          const offset = parsePosition(positionIn(value))[1]!;
          const appended = samples.find(({ ends }) => ends[partition]! > offset);
          // What stood there before the first look may be of any age.
          if (appended !== undefined && appended !== samples[0]) seen.push(now - appended.atMs);
        }
        next[partition] = nextOffset;
      }
    }
    if (seen.length > 0) latest = Math.max(...seen);
    late.push(...seen);
  }

  async function watch(): Promise<void> {
    while (isWanted) {
      await look().catch((error: unknown) => {
        if (!(error instanceof UnavailableError)) throw error;
      });
      await sleep(LOOK_MS);
    }
  }

  const watching = watch();
  return {
    latest: () => latest,
    async stop() {
      isWanted = false;
      await watching;
      return distributionOf(late);
    },
  };
}

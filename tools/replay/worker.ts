import { once } from 'node:events';
import { readFrames, type Frame } from './frame.ts';
import type { ActivityRecord, LogReplay } from './driven-stage.ts';
import { openPartitionReplay } from './partition-replay.ts';
import { openSharedReplay } from './shared-replay.ts';
import { tryEscape } from './try-escape.ts';
import { doneFrame, helloFrame, jsonOf, KIND, producedFrames, readBundle, readRecords } from './wire.ts';
import { steppedFrame, stoppedFrame, type OpenPartition } from './wire.ts';

// A replay worker: a process that re-executes one partition after the other and reaches nothing but its pipes. It
// ends when its standard input does.

async function write(frame: Buffer): Promise<void> {
  if (!process.stdout.write(frame)) await once(process.stdout, 'drain');
}

async function work(frames: AsyncIterable<Frame>): Promise<void> {
  const bundles = new Map<string, string>();
  let batchRecords = 0;
  let own = 0;
  let replay: LogReplay | null = null;
  /** Of the batch that is going on, what was stepped already, and what of the last frame was not yet. */
  let stepped = 0;
  let records: ActivityRecord[] = [];

  const step = async (isBatchEnd: boolean): Promise<void> => {
    const piece = records;
    records = [];
    stepped = isBatchEnd ? 0 : stepped + piece.length;
    // A partition that stopped is read to its end without being stepped, so that the pipe stays in step.
    if (replay === null) return;
    const { outputs, stop } = replay.step(piece, isBatchEnd);
    for (const frame of producedFrames(outputs, own)) await write(frame);
    if (stop === null) await write(steppedFrame(piece.length));
    else {
      replay = null;
      await write(stoppedFrame(stop));
    }
  };

  for await (const frame of frames) {
    switch (frame.kind) {
      case KIND.bundle: {
        const { hash, text } = readBundle(frame);
        bundles.set(hash, text);
        break;
      }
      case KIND.open: {
        const { input, partition, quarantine, ...open } = jsonOf(frame) as OpenPartition;
        batchRecords = open.batchRecords;
        own = partition;
        replay =
          input === 'activity'
            ? openPartitionReplay({ partition, bundles, quarantine })
            : openSharedReplay(input, { partition, bundles });
        break;
      }
      case KIND.records:
        for (const record of readRecords(frame)) {
          records.push(record);
          if (stepped + records.length >= batchRecords) await step(true);
        }
        // What came is worked on at once: the reader compares meanwhile. Where a batch ends is another matter.
        if (records.length > 0) await step(false);
        break;
      case KIND.end:
        await step(true);
        await write(doneFrame({ asOf: replay?.asOf() ?? null }));
        replay = null;
        break;
      default:
        throw new Error(`a frame of kind ${frame.kind} means nothing to a worker`);
    }
  }
}

await write(helloFrame(tryEscape()));
await work(readFrames(process.stdin));

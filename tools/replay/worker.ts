import { once } from 'node:events';
import { readFrames, type Frame } from './frame.ts';
import { openPartitionReplay, type ActivityRecord } from './partition-replay.ts';
import type { PartitionReplay } from './partition-replay.ts';
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
  let replay: PartitionReplay | null = null;
  let batch: ActivityRecord[] = [];

  const step = async (): Promise<void> => {
    const records = batch;
    batch = [];
    // A partition that stopped is read to its end without being stepped, so that the pipe stays in step.
    if (replay === null) return;
    const { outputs, stop } = replay.step(records);
    for (const frame of producedFrames(outputs)) await write(frame);
    if (stop === null) await write(steppedFrame(records.length));
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
        const open = jsonOf(frame) as OpenPartition;
        batchRecords = open.batchRecords;
        replay = openPartitionReplay({ partition: open.partition, bundles, quarantine: open.quarantine });
        break;
      }
      case KIND.records:
        for (const record of readRecords(frame)) {
          batch.push(record);
          if (batch.length >= batchRecords) await step();
        }
        break;
      case KIND.end:
        await step();
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

import { once } from 'node:events';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { readFrames, type Frame } from './frame.ts';
import { startWorkerProcess, type Isolation } from './isolation.ts';
import type { Quarantined, Stop } from './driven-stage.ts';
import type { RawBatch } from './record-source.ts';
import { bundleFrame, endFrame, jsonOf, KIND, openFrame, readProduced, recordsFrame } from './wire.ts';
import type { Hello, ProducedRecord, ReplayedLog } from './wire.ts';

/** The reader's end of one worker process. */
export interface ReplayWorker {
  readonly hello: Hello;
  /** Feeds a partition and hands out what the worker says about it, in order. */
  run(partition: PartitionFeed, on: WorkerEvents): Promise<void>;
  close(): void;
}

export interface PartitionFeed {
  readonly input: ReplayedLog;
  readonly partition: number;
  readonly batchRecords: number;
  readonly quarantine: readonly Quarantined[];
  /** Canonical text by hash. */
  readonly bundles: ReadonlyMap<string, string>;
  readonly records: AsyncIterable<RawBatch>;
}

export interface WorkerEvents {
  produced(record: ProducedRecord): Promise<void>;
  stepped(records: number): void;
  stopped(stop: Stop): void;
}

/** Of one frame of records on the pipe: enough to keep the worker busy, little enough to keep memory flat. */
const FRAME_RECORDS_MAX = 1_000;
const STDERR_CHARS_KEPT = 4_000;

export async function openReplayWorker(isolation: Isolation): Promise<ReplayWorker> {
  const child = startWorkerProcess(isolation);
  const exit = watchExit(child);
  const frames = readFrames(child.stdout as AsyncIterable<Buffer>);
  const next = async (): Promise<Frame> => {
    const { value, done } = await frames.next();
    if (done !== true) return value;
    throw new Error(`a replay worker ended: ${await exit.reason}`);
  };
  const send = async (frame: Buffer): Promise<void> => {
    if (child.stdin.write(frame)) return;
    await Promise.race([once(child.stdin, 'drain'), exit.reason]);
  };

  const close = (): void => void child.kill('SIGKILL');

  try {
    const hello = jsonOf(await next()) as Hello;
    if (!hello.isClosed) throw new Error(`a replay worker could reach out by ${hello.leaks.join(', ')}`);
    if (isolation.hasNamespace && hello.interfaces > 0) {
      throw new Error(`a replay worker has ${hello.interfaces} network interfaces in a namespace of its own`);
    }
    return {
      hello,
      run: (feed, on) => runPartition(feed, on, { send, next, close }),
      close,
    };
  } catch (error) {
    close();
    throw error;
  }
}

interface Pipe {
  send(frame: Buffer): Promise<void>;
  next(): Promise<Frame>;
  close(): void;
}

async function runPartition(feed: PartitionFeed, on: WorkerEvents, pipe: Pipe): Promise<void> {
  const { send, next, close } = pipe;
  let isOver = false;
  const feeding = async (): Promise<void> => {
    const { input, partition, batchRecords, quarantine } = feed;
    for (const [hash, text] of feed.bundles) await send(bundleFrame(hash, text));
    await send(openFrame({ input, partition, batchRecords, quarantine }));
    for await (const { records } of feed.records) {
      for (let from = 0; from < records.length && !isOver; from += FRAME_RECORDS_MAX) {
        await send(recordsFrame(records.slice(from, from + FRAME_RECORDS_MAX)));
      }
      if (isOver) return;
    }
    await send(endFrame());
  };
  const draining = async (): Promise<void> => {
    try {
      for (;;) {
        const frame = await next();
        if (frame.kind === KIND.done) return;
        if (frame.kind === KIND.stepped) on.stepped(jsonOf(frame) as number);
        else if (frame.kind === KIND.stopped) on.stopped(jsonOf(frame) as Stop);
        else for (const record of readProduced(frame)) await on.produced(record);
      }
    } finally {
      isOver = true;
    }
  };
  const closeOnError = async (side: Promise<void>): Promise<void> => {
    try {
      await side;
    } catch (error) {
      // Out of step with us the worker is of no more use, and without it the other side comes to its end too.
      close();
      throw error;
    }
  };
  const sides = await Promise.allSettled([closeOnError(draining()), closeOnError(feeding())]);
  for (const side of sides) if (side.status === 'rejected') throw side.reason;
}

function watchExit(child: ChildProcessWithoutNullStreams): { readonly reason: Promise<string> } {
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => {
    stderr = (stderr + chunk.toString('utf8')).slice(-STDERR_CHARS_KEPT);
  });
  // A worker that is gone is told by its exit; writing to it then fails as well and says less.
  child.stdin.on('error', () => undefined);
  const reason = new Promise<string>((resolve) => {
    child.on('error', (error) => resolve(error.message));
    child.on('close', (code, signal) => resolve(`${signal ?? `exit code ${code}`} ${stderr.trim()}`));
  });
  return { reason };
}

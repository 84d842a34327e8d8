import type { SharedLog } from '#contracts/logs';
import type { OutputRecord } from '#domain/stage/stage';
import { formatPosition } from '#domain/stage/position';
import { encodeFrame, FieldReader, FieldWriter, jsonFrame, type Frame } from './frame.ts';
import type { ActivityRecord, Quarantined, Stop } from './driven-stage.ts';

// What the reader process and its workers say to each other.

/** The logs that are replayed: what everything else comes from. */
export type ReplayedLog = 'activity' | SharedLog;

/** A partition begins. */
export interface OpenPartition {
  /** Of activity, scoring and the allocator are re-executed; of `treasury` and `census`, the stage of that name. */
  readonly input: ReplayedLog;
  readonly partition: number;
  readonly batchRecords: number;
  readonly quarantine: readonly Quarantined[];
}

/** The first thing a worker says: what it found when it tried to get out. */
export interface Hello {
  /** Connecting, binding, resolving and starting a process all failed. */
  readonly isClosed: boolean;
  /** What did not fail, for the error message. */
  readonly leaks: readonly string[];
  /** Network interfaces that are up; 0 in a network namespace of its own. */
  readonly interfaces: number;
}

export interface Done {
  readonly asOf: string | null;
}

/** An output as it crosses the pipe: bytes, so that they are compared as they are. */
export interface ProducedRecord {
  readonly log: OutputRecord['log'];
  /** Where it goes: of logs that several partitions write to another one than that which was replayed. */
  readonly partition: number;
  readonly position: string;
  readonly key: string | null;
  readonly value: Buffer;
}

export const KIND = {
  bundle: 'B',
  open: 'O',
  records: 'R',
  end: 'E',
  hello: 'H',
  produced: 'P',
  stepped: 'S',
  done: 'D',
  stopped: 'X',
} as const;

/** A frame of outputs is sent when it has grown to this size. */
const PRODUCED_BYTES_TARGET = 256 * 1024;

export const openFrame = (open: OpenPartition): Buffer => jsonFrame(KIND.open, open);
export const helloFrame = (hello: Hello): Buffer => jsonFrame(KIND.hello, hello);
export const doneFrame = (done: Done): Buffer => jsonFrame(KIND.done, done);
export const stoppedFrame = (stop: Stop): Buffer => jsonFrame(KIND.stopped, stop);
export const steppedFrame = (records: number): Buffer => jsonFrame(KIND.stepped, records);
export const endFrame = (): Buffer => encodeFrame(KIND.end, Buffer.alloc(0));

export function jsonOf(frame: Frame): unknown {
  return JSON.parse(frame.body.toString('utf8'));
}

export function bundleFrame(hash: string, text: string): Buffer {
  const writer = new FieldWriter();
  writer.put(hash);
  writer.put(text);
  return encodeFrame(KIND.bundle, writer.take());
}

export function readBundle(frame: Frame): { readonly hash: string; readonly text: string } {
  const reader = new FieldReader(frame.body);
  return { hash: reader.text()!, text: reader.text()! };
}

/** Of one batch, whose offsets follow each other. */
export function recordsFrame(records: readonly ActivityRecord[]): Buffer {
  const writer = new FieldWriter();
  for (const { offset, key, value } of records) {
    writer.put(String(offset));
    writer.put(key);
    writer.put(value);
  }
  return encodeFrame(KIND.records, writer.take());
}

export function* readRecords(frame: Frame): Generator<ActivityRecord, void, undefined> {
  const reader = new FieldReader(frame.body);
  while (!reader.isAtEnd) {
    yield { offset: Number(reader.text()), key: reader.text(), value: reader.bytes()! };
  }
}

export function* producedFrames(
  outputs: readonly OutputRecord[],
  own: number,
): Generator<Buffer, void, undefined> {
  const writer = new FieldWriter();
  for (const { log, partition = own, position, key, text } of outputs) {
    writer.put(log);
    writer.put(String(partition));
    writer.put(formatPosition(position));
    writer.put(key);
    writer.put(text);
    if (writer.size >= PRODUCED_BYTES_TARGET) yield encodeFrame(KIND.produced, writer.take());
  }
  if (writer.size > 0) yield encodeFrame(KIND.produced, writer.take());
}

export function* readProduced(frame: Frame): Generator<ProducedRecord, void, undefined> {
  const reader = new FieldReader(frame.body);
  while (!reader.isAtEnd) {
    yield {
      log: reader.text() as OutputRecord['log'],
      partition: Number(reader.text()),
      position: reader.text()!,
      key: reader.text(),
      value: reader.bytes()!,
    };
  }
}

import { createHash } from 'node:crypto';
import { canonicalJson, type Json } from '#domain/canonical';
import type { Problem } from './problem-list.ts';
import type { InboundDeadLetter, InboundReason } from './records/letter-records.ts';

/** What the platform wrote into its topic and the door refuses. */
export interface RefusedRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  /** The record's own time, Unix ms. */
  readonly timestampMs: number;
  readonly value: Buffer | null;
  readonly reason: InboundReason;
  readonly problems: readonly Problem[];
}

/**
 * Bytes of the value that a dead letter holds: in base64, with all the rest, it must fit one send of every transport,
 * while the platform's topic may take records of any size. The hash and the length are of the whole.
 */
export const LETTER_BYTES_MAX = 512 * 1024;
const TYPE = 'updraft.dead-letter.inbound.v1';
/** What Date can tell: a record's time is whatever its producer said. */
const TIME_MS_MAX = 8_640_000_000_000_000;

/** The canonical bytes of an inbound dead letter: the same record refused again is the same letter. */
export function encodeInboundLetter(record: RefusedRecord): Buffer {
  const { topic, partition, offset, value, reason, problems } = record;
  const writer = `inbound/${partition}`;
  const sequence = offset + 1;
  const data: InboundDeadLetter = {
    writer,
    sequence,
    topic,
    position: `${partition}/${offset}`,
    reason,
    problems: problems.map(inUtf8),
    bytes: {
      base64: (value ?? Buffer.alloc(0)).subarray(0, LETTER_BYTES_MAX).toString('base64'),
      length: value?.length ?? 0,
      sha256: value === null ? null : createHash('sha256').update(value).digest('hex'),
    },
  };
  return Buffer.from(
    canonicalJson({
      specversion: '1.0',
      id: `${writer}/${sequence}`,
      source: '/updraft/ingest',
      type: TYPE,
      time: instantOf(record.timestampMs),
      datacontenttype: 'application/json',
      data: data as unknown as Json,
    }),
  );
}

/** A field's name may hold half a character, and a quoted text may be cut within one: UTF-8 has no form for that. */
function inUtf8({ field, value, rule }: Problem): Problem {
  const told = (text: string): string => Buffer.from(text).toString('utf8');
  return { field: told(field), value: told(value), rule: told(rule) };
}

function instantOf(timestampMs: number): string {
  const isTellable = Number.isSafeInteger(timestampMs) && timestampMs >= 0 && timestampMs <= TIME_MS_MAX;
  const at = new Date(isTellable ? timestampMs : 0).toISOString();
  // Years beyond 9999 have another form, which no reader of ours takes.
  return at.length === '2026-11-11T00:00:00.000Z'.length ? at : new Date(0).toISOString();
}

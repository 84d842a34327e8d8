import type { DeadLetter } from '#domain/outputs';
import {
  count,
  hash,
  list,
  object,
  oneOf,
  orNull,
  position,
  text,
  type RecordContract,
} from './record-schema.ts';

// What does not count: records that scoring turned down, and those that ingest refused of the platform's own topic.

/** Why the door refuses a record of the platform's topic; `malformed`: it is no CloudEvent in JSON at all. */
export const INBOUND_REASONS = [
  'malformed',
  'envelope',
  'unknown-type',
  'unknown-version',
  'payload',
  'oversize',
] as const;
export type InboundReason = (typeof INBOUND_REASONS)[number];

/** `updraft.dead-letter.inbound.v1`. Written by ingest, at least once. */
export interface InboundDeadLetter {
  /** `inbound/2`: the partition of the platform's topic. */
  readonly writer: string;
  /** Offset in that partition plus one: it rises, with gaps. */
  readonly sequence: number;
  readonly topic: string;
  /** Partition and offset in the platform's topic. */
  readonly position: string;
  readonly reason: InboundReason;
  /** What is wrong, by field; values are shortened. */
  readonly problems: readonly { readonly field: string; readonly value: string; readonly rule: string }[];
  readonly bytes: {
    /** The value as it came, or its beginning where it is very long. */
    readonly base64: string;
    readonly length: number;
    /** Of the whole value; null where there was none (a tombstone). */
    readonly sha256: string | null;
  };
}

export interface LetterRecords {
  'updraft.dead-letter.v1': DeadLetter;
  'updraft.dead-letter.inbound.v1': InboundDeadLetter;
}

export const LETTER_RECORDS: { readonly [Type in keyof LetterRecords]: RecordContract<LetterRecords[Type]> } =
  {
    'updraft.dead-letter.v1': {
      description: 'A record that did not count, with the rule that decided so and the record itself.',
      schema: object({
        writer: text,
        sequence: count,
        position,
        reason: oneOf('too-late', 'from-the-future', 'conflict', 'quarantined'),
        detail: text,
        eventId: text,
        source: text,
        record: text,
      }),
      example: {
        writer: 'scoring/3',
        sequence: 4,
        position: '3/18850/0',
        reason: 'too-late',
        detail: 'occurred 691200000 ms before now; the limit is 604800000 ms',
        eventId: 'order-7-paid',
        source: '/marketplace/orders',
        record: '{"id":"order-7-paid"}',
      },
    },
    'updraft.dead-letter.inbound.v1': {
      description:
        "A record of the platform's topic that was refused at the door, with what is wrong with it.",
      schema: object({
        writer: text,
        sequence: count,
        topic: text,
        position,
        reason: oneOf(...INBOUND_REASONS),
        problems: list(object({ field: text, value: text, rule: text })),
        bytes: object({ base64: text, length: count, sha256: orNull(hash) }),
      }),
      example: {
        writer: 'inbound/2',
        sequence: 4_712,
        topic: 'marketplace.events',
        position: '2/4711',
        reason: 'payload',
        problems: [{ field: '/data/amountMinor', value: '-5', rule: 'must not be less than 0' }],
        bytes: { base64: 'eyJpZCI6Im9yZGVyLTctcGFpZCJ9', length: 21, sha256: 'ab'.repeat(32) },
      },
    },
  };

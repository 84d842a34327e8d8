import type { ForwardedControl, MerchantCapability, Usage } from '#domain/outputs';
import { BUNDLE, cause, CAUSE, orders, ORDERS } from './evidence.ts';
import { CENSUS_RECORDS, type CensusRecords } from './census-records.ts';
import { GRANT_RECORDS, type GrantRecords } from './grant-records.ts';
import { anything, count, flag, hash, integer, list, mapOf, object } from './record-schema.ts';
import { oneOf, orNull, position, text } from './record-schema.ts';
import { LETTER_RECORDS, type LetterRecords } from './letter-records.ts';
import { TREASURY_RECORDS, type TreasuryRecords } from './treasury-records.ts';
import type { RecordContract } from './record-schema.ts';

// What the stages write for others to read: the capability, decisions, grants, treasury, census, dead-letters and
// quarantine logs.

/**
 * `updraft.quarantine.entry.v1`: the record at `position` of the stage's input is not stepped but becomes a dead
 * letter. Written by the owner of the partition, paused at exactly that position; two people stand behind it.
 */
export interface QuarantineEntry {
  readonly stage: 'scoring' | 'allocator';
  readonly position: string;
  /** SHA-256 of the record's value, hex: the entry is about this record and no other. */
  readonly recordHash: string;
  readonly reason: string;
  readonly requestedBy: string;
  readonly approvedBy: string;
}

export interface OutputRecords extends GrantRecords, TreasuryRecords, CensusRecords, LetterRecords {
  'updraft.capability.merchant.v1': MerchantCapability;
  'updraft.capability.usage.v1': Usage;
  'updraft.capability.control.v1': ForwardedControl;
  'updraft.quarantine.entry.v1': QuarantineEntry;
}

const merchant: RecordContract<MerchantCapability> = {
  description: 'What scoring knows of a merchant, said when a decision could depend on it.',
  schema: object({
    position,
    cause,
    bundle: text,
    isKnown: flag,
    isClosed: flag,
    category: orNull(text),
    country: orNull(text),
    entityId: orNull(text),
    tier: orNull(text),
    projectedTier: orNull(text),
    score: orNull(integer),
    ladders: mapOf(object({ tier: orNull(text), projected: orNull(text), isWarned: flag })),
    isSearchBlocked: flag,
    headroom: integer,
    headroomExact: integer,
    orders,
    trainings: list(text),
    enrolled: list(text),
    exams: list(text),
    certifications: list(text),
    tools: list(text),
    violations: list(text),
    survey: mapOf(text),
    metrics: mapOf(orNull(integer)),
    grains: mapOf(integer),
    periods: list(text),
    why: { ...list(text), minItems: 1 },
  }),
  example: {
    position: '3/18842/0',
    cause: CAUSE,
    bundle: BUNDLE,
    isKnown: true,
    isClosed: false,
    category: 'home.kitchen',
    country: 'CN',
    entityId: 'entity-91',
    tier: 'growing',
    projectedTier: 'growing',
    score: 7_150,
    ladders: { capability: { tier: 'growing', projected: 'growing', isWarned: false } },
    isSearchBlocked: false,
    headroom: 40,
    headroomExact: 44,
    orders: ORDERS,
    trainings: ['dispatch-on-time'],
    enrolled: [],
    exams: [],
    certifications: ['business-licence'],
    tools: ['auto-reply'],
    violations: [],
    survey: { wants_traffic: 'yes' },
    metrics: { orders_30d: 310, late_dispatch_bps: 120, rating_mean_milli: null },
    grains: {},
    periods: [],
    why: ['verdict:on-time', 'grain:headroom'],
  },
};

/** The records of the output logs, by CloudEvents type. */
export const OUTPUT_RECORDS: { readonly [Type in keyof OutputRecords]: RecordContract<OutputRecords[Type]> } =
  {
    'updraft.capability.merchant.v1': merchant,
    'updraft.capability.usage.v1': {
      description: 'A report of what a grant has used, forwarded in place.',
      schema: object({ position, cause, grantId: text, used: count, clicks: count, orders: count }),
      example: {
        position: '3/18842/0',
        cause: CAUSE,
        grantId: 'g:3/18842/0/0',
        used: 5_000,
        clicks: 140,
        orders: 6,
      },
    },
    'updraft.capability.control.v1': {
      description:
        'A control record forwarded in place; in ticks with the running hash of the activity before it.',
      schema: object({ position, cause, type: text, control: anything, activityHash: hash }, [
        'activityHash',
      ]),
      example: {
        position: '3/18843/0',
        cause: {
          ...CAUSE,
          position: '3/18843',
          eventId: 'tick-1794355201000',
          type: 'updraft.control.tick.v1',
        },
        type: 'updraft.control.tick.v1',
        control: { atMs: 1_794_355_201_000, catchingUp: false },
        activityHash: 'ac'.repeat(32),
      },
    },
    ...GRANT_RECORDS,
    ...TREASURY_RECORDS,
    ...CENSUS_RECORDS,
    ...LETTER_RECORDS,
    'updraft.quarantine.entry.v1': {
      description:
        'A record that stopped its partition and is to be passed over, by two people and for a reason.',
      schema: object({
        stage: oneOf('scoring', 'allocator'),
        position,
        recordHash: hash,
        reason: text,
        requestedBy: text,
        approvedBy: text,
      }),
      example: {
        stage: 'scoring',
        position: '3/18860',
        recordHash: 'ef'.repeat(32),
        reason: 'a survey answer that the engine cannot step, see incident 12',
        requestedBy: 'lin',
        approvedBy: 'wang',
      },
    },
  };

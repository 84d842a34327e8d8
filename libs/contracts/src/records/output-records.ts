import type {
  Decision,
  ForwardedControl,
  Grant,
  GrantTerms,
  MerchantCapability,
  Usage,
} from '#domain/outputs';
import { anything, count, flag, hash, instant, integer, list, mapOf, object } from './record-schema.ts';
import { oneOf, orNull, position, text } from './record-schema.ts';
import { LETTER_RECORDS, type LetterRecords } from './letter-records.ts';
import type { RecordContract } from './record-schema.ts';

// What the stages write for others to read: the capability, decisions, grants, dead-letters and quarantine logs.

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

export interface OutputRecords extends LetterRecords {
  'updraft.capability.merchant.v1': MerchantCapability;
  'updraft.capability.usage.v1': Usage;
  'updraft.capability.control.v1': ForwardedControl;
  'updraft.decision.v1': Decision;
  'updraft.grant.v1': Grant;
  'updraft.quarantine.entry.v1': QuarantineEntry;
}

const CAUSE = {
  position: '3/18842',
  eventId: 'order-42-paid',
  type: 'updraft.order.paid.v1',
  hash: 'ca'.repeat(32),
};
const BUNDLE = 'c0de'.repeat(16);
const ORDERS = { open: 12, overdue: 1 };
const TERMS: GrantTerms = {
  grantId: 'g:3/18842/0/0',
  kind: 'traffic',
  size: 20_000,
  maximum: 30_000,
  validFrom: '2026-11-11T10:00:00.000Z',
  validUntil: '2026-11-18T10:00:00.000Z',
};

const cause = object({ position, eventId: text, type: text, hash });
const orders = object({ open: count, overdue: count });
const score = { type: 'integer', minimum: 0, maximum: 10_000 };
const terms = {
  grantId: text,
  kind: oneOf('traffic', 'tool', 'service', 'value-added'),
  size: count,
  maximum: count,
  validFrom: instant,
  validUntil: instant,
};
const balance = object({
  leasedIn: count,
  free: count,
  held: count,
  settling: count,
  spent: count,
  returned: count,
  overrun: count,
});
const condition = object({
  id: text,
  what: text,
  op: text,
  line: anything,
  value: anything,
  margin: orNull(integer),
  verdict: oneOf('true', 'false', 'not-assessed'),
  asOf: position,
});

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
    tier: orNull(text),
    projectedTier: orNull(text),
    scoreBps: orNull(score),
    headroom: integer,
    headroomExact: integer,
    orders,
    trainings: list(text),
    tools: list(text),
    survey: mapOf(text),
    metrics: mapOf(orNull(integer)),
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
    tier: 'growing',
    projectedTier: 'growing',
    scoreBps: 7_150,
    headroom: 40,
    headroomExact: 44,
    orders: ORDERS,
    trainings: ['dispatch-on-time'],
    tools: ['auto-reply'],
    survey: { wants_traffic: 'yes' },
    metrics: { orders_30d: 310, late_dispatch_bps: 120, rating_mean_milli: null },
    why: ['verdict:on-time', 'grain:headroom'],
  },
};

const decision: RecordContract<Decision> = {
  description:
    'One decision about one merchant and programme, with all it rests on, chained to the one before.',
  schema: object({
    position,
    sequence: count,
    outcome: oneOf('issue', 'withhold', 'renew', 'shrink', 'grow', 'revoke', 'expire', 'correct'),
    programme: text,
    bundle: text,
    engine: { type: 'integer', minimum: 1 },
    logId: text,
    cause,
    activityHash: text,
    tier: orNull(text),
    conditions: list(condition),
    reasons: list(text),
    capacity: orNull(object({ headroom: integer, orders })),
    budget: orNull(object({ account: text, unit: text, before: balance, after: balance })),
    grant: orNull(object(terms)),
    previousHash: text,
    hash,
  }),
  example: {
    position: '3/18842/0/0',
    sequence: 77,
    outcome: 'issue',
    programme: 'growth-boost',
    bundle: BUNDLE,
    engine: 1,
    logId: 'b0b5c2f4',
    cause: CAUSE,
    activityHash: 'ac'.repeat(32),
    tier: 'growing',
    conditions: [
      {
        id: 'on-time',
        what: 'metric:late_dispatch_bps',
        op: '<=',
        line: 300,
        value: 120,
        margin: 180,
        verdict: 'true',
        asOf: '3/18842/0',
      },
    ],
    reasons: [],
    capacity: { headroom: 40, orders: ORDERS },
    budget: {
      account: 'traffic-2026-11',
      unit: 'exposures',
      before: {
        leasedIn: 500_000,
        free: 480_000,
        held: 20_000,
        settling: 0,
        spent: 0,
        returned: 0,
        overrun: 0,
      },
      after: {
        leasedIn: 500_000,
        free: 460_000,
        held: 40_000,
        settling: 0,
        spent: 0,
        returned: 0,
        overrun: 0,
      },
    },
    grant: TERMS,
    previousHash: 'ab'.repeat(32),
    hash: 'cd'.repeat(32),
  },
};

/** The records of the output logs, by CloudEvents type. */
export const OUTPUT_RECORDS: { readonly [Type in keyof OutputRecords]: RecordContract<OutputRecords[Type]> } =
  {
    'updraft.capability.merchant.v1': merchant,
    'updraft.capability.usage.v1': {
      description: 'A report of what a grant has used, forwarded in place.',
      schema: object({ position, cause, grantId: text, exposures: count }),
      example: { position: '3/18842/0', cause: CAUSE, grantId: TERMS.grantId, exposures: 5_000 },
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
    'updraft.decision.v1': decision,
    'updraft.grant.v1': {
      description: 'A grant as it stands; gateways end it themselves at the end of its validity.',
      schema: object({
        ...terms,
        position,
        programme: text,
        status: oneOf('active', 'shrunk', 'expired', 'revoked'),
        decision: position,
      }),
      example: {
        ...TERMS,
        position: '3/18842/0/1',
        programme: 'growth-boost',
        status: 'active',
        decision: '3/18842/0/0',
      },
    },
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

import type { BudgetEvidence, Decision, Grant, GrantTerms } from '#domain/outputs';
import { balance, balanceHolding, BUNDLE, cause, CAUSE, orders, ORDERS } from './evidence.ts';
import { anything, count, hash, instant, integer, list, object } from './record-schema.ts';
import { oneOf, orNull, position, text, type RecordContract } from './record-schema.ts';

// What the allocator writes of grants: the decisions about them, and how they stand.

export interface GrantRecords {
  'updraft.decision.v1': Decision;
  'updraft.grant.v1': Grant;
}

/** What a grant gives: one of these, by the one member that it has. */
const benefit = {
  anyOf: [
    object({ boost: object({ weightBps: count }) }),
    object({ guarantee: object({ weightBps: count, maximumBps: count }) }),
    object({ credit: object({ for: text }) }),
    object({ access: { ...list(text), minItems: 1 } }),
    object({ quota: object({ ordersPerDay: count, listings: count }, ['ordersPerDay', 'listings']) }),
    object({ service: object({ what: text, course: text }, ['course']) }),
    object({ feeRelief: object({ rateBps: count }) }),
    object({ branding: object({ package: text }) }),
    object({ orderCap: object({ ordersPerDay: count }) }),
    object({ settlement: object({ days: count }) }),
    object({ delisting: object({ scope: text }) }),
  ],
};

const terms = {
  grantId: text,
  kind: oneOf('traffic', 'tool', 'service', 'value-added', 'limit'),
  benefit,
  account: orNull(text),
  size: count,
  maximum: count,
  stage: orNull(text),
  weightBps: orNull(count),
  validFrom: instant,
  validUntil: instant,
};

const TERMS: GrantTerms = {
  grantId: 'g:3/18842/0/0',
  kind: 'traffic',
  benefit: { boost: { weightBps: 15_000 } },
  account: 'growth@2026-11-01',
  size: 20_000,
  maximum: 30_000,
  stage: null,
  weightBps: 15_000,
  validFrom: '2026-11-11T10:00:00.000Z',
  validUntil: '2026-11-18T10:00:00.000Z',
};

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

const budget = object(
  { account: text, holder: text, unit: text, before: balance, after: balance, refillsAt: instant },
  ['holder', 'refillsAt'],
);

const BUDGET: BudgetEvidence = {
  account: 'growth@2026-11-01',
  unit: 'exposures',
  before: balanceHolding(20_000),
  after: balanceHolding(40_000),
};

const OUTCOMES: Readonly<Record<Decision['outcome'], true>> = {
  issue: true,
  withhold: true,
  wait: true,
  offer: true,
  forfeit: true,
  advance: true,
  renew: true,
  shrink: true,
  grow: true,
  pace: true,
  warn: true,
  clear: true,
  revoke: true,
  'claw-back': true,
  expire: true,
  settle: true,
  'refuse-usage': true,
  correct: true,
};

const STATUSES: Readonly<Record<Grant['status'], true>> = {
  active: true,
  shrunk: true,
  grown: true,
  expired: true,
  'used-up': true,
  revoked: true,
  'clawed-back': true,
  settled: true,
};

const decision: RecordContract<Decision> = {
  description:
    'One decision about one merchant and programme, with all it rests on, chained to the one before.',
  schema: object({
    position,
    sequence: count,
    outcome: oneOf(...Object.keys(OUTCOMES)),
    programme: text,
    bundle: text,
    engine: { type: 'integer', minimum: 1 },
    logId: text,
    cause,
    activityHash: text,
    tier: orNull(text),
    conditions: list(condition),
    reasons: list(text),
    until: orNull(instant),
    capacity: orNull(object({ headroom: integer, orders })),
    budget: orNull(budget),
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
    engine: 3,
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
    until: null,
    capacity: { headroom: 40, orders: ORDERS },
    budget: BUDGET,
    grant: TERMS,
    previousHash: 'ab'.repeat(32),
    hash: 'cd'.repeat(32),
  },
};

export const GRANT_RECORDS: { readonly [Type in keyof GrantRecords]: RecordContract<GrantRecords[Type]> } = {
  'updraft.decision.v1': decision,
  'updraft.grant.v1': {
    description: 'A grant as it stands; gateways end it themselves at the end of its validity.',
    schema: object({
      ...terms,
      position,
      programme: text,
      status: oneOf(...Object.keys(STATUSES)),
      effects: list(text),
      decision: position,
    }),
    example: {
      ...TERMS,
      position: '3/18842/0/1',
      programme: 'growth-boost',
      status: 'active',
      effects: [],
      decision: '3/18842/0/0',
    },
  },
};

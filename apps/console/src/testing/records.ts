import { encodeInboundLetter } from '#contracts/inbound-letter';
import { createHash } from 'node:crypto';
import { decisionHash } from '#domain/allocator/allocation';
import type {
  AccountBalance,
  DeadLetter,
  Decision,
  Grant,
  GrantTerms,
  MerchantCapability,
} from '#domain/outputs';
import { writeEvent } from '#domain/stage/write-event';

// Records as the stages write them, for tests: the smallest that are whole.

const LOG_ID = 'log-1';
export const START_MS = Date.UTC(2026, 10, 11, 8);

export interface DecisionText {
  readonly text: string;
  readonly decision: Decision;
}

/** Writes the chained decisions of one partition. */
export class DecisionChain {
  private sequence = 0;
  private head = '';

  constructor(private readonly partition: number) {}

  next(
    some: Partial<Decision> = {},
    subject = 'm-1',
    timeMs = START_MS + this.sequence * 1_000,
  ): DecisionText {
    const sequence = this.sequence + 1;
    const position = `${this.partition}/${sequence * 10}/0/0`;
    const bare: Decision = {
      position,
      sequence,
      outcome: 'issue',
      programme: 'growth-boost',
      bundle: 'b'.repeat(64),
      engine: 1,
      logId: LOG_ID,
      cause: causeAt(`${this.partition}/${sequence * 10}`),
      activityHash: 'a'.repeat(64),
      tier: 'silver',
      conditions: [],
      reasons: [],
      until: null,
      capacity: { headroom: 40, orders: { open: 12, overdue: 2 } },
      budget: null,
      grant: null,
      ...some,
      previousHash: some.previousHash ?? this.head,
      hash: NO_HASH,
    };
    const unsigned = eventText('allocator', 'updraft.decision.v1', subject, position, timeMs, bare);
    const hash = some.hash ?? decisionHash(unsigned, sha256);
    const text = eventText('allocator', 'updraft.decision.v1', subject, position, timeMs, { ...bare, hash });
    this.sequence = bare.sequence;
    this.head = hash;
    return { text, decision: { ...bare, hash } };
  }
}

/** Where the hash of a decision will be, in what it is made over. */
const NO_HASH = '0'.repeat(64);

export function grantTerms(some: Partial<GrantTerms> = {}): GrantTerms {
  return {
    grantId: '3/10/0/0',
    kind: 'traffic',
    benefit: { boost: { weightBps: 15_000 } },
    account: 'traffic@2026-11-01',
    size: 500,
    maximum: 500,
    stage: null,
    weightBps: 15_000,
    validFrom: '2026-11-11T08:00:00.000Z',
    validUntil: '2026-11-18T08:00:00.000Z',
    ...some,
  };
}

export function balance(some: Partial<AccountBalance> = {}): AccountBalance {
  return {
    leasedIn: 10_000,
    free: 9_000,
    held: 1_000,
    settling: 0,
    spent: 0,
    returned: 0,
    overrun: 0,
    clawedBack: 0,
    ...some,
  };
}

export function grantText(
  grantId: string,
  position: string,
  some: Partial<Grant> = {},
  subject = 'm-1',
): string {
  const grant: Grant = {
    ...grantTerms({ grantId }),
    position,
    programme: 'growth-boost',
    status: 'active',
    effects: [],
    decision: position,
    ...some,
  };
  return eventText('allocator', 'updraft.grant.v1', subject, position, START_MS, grant);
}

export function capabilityText(
  merchant: string,
  position: string,
  some: Partial<MerchantCapability> = {},
): string {
  const capability: MerchantCapability = {
    position,
    cause: causeAt(position),
    bundle: 'b'.repeat(64),
    isKnown: true,
    isClosed: false,
    category: 'toys',
    country: 'CN',
    entityId: null,
    tier: 'silver',
    projectedTier: 'silver',
    score: 6_200,
    ladders: { capability: { tier: 'silver', projected: 'silver', isWarned: false } },
    isSearchBlocked: false,
    headroom: 40,
    headroomExact: 43,
    orders: { open: 12, overdue: 2 },
    trainings: [],
    enrolled: [],
    exams: [],
    certifications: [],
    tools: [],
    violations: [],
    survey: {},
    metrics: {},
    grains: {},
    periods: [],
    why: ['tier:capability'],
    ...some,
  };
  return eventText('scoring', 'updraft.capability.merchant.v1', merchant, position, START_MS, capability);
}

export function tickText(position: string, atMs: number): string {
  return eventText('scoring', 'updraft.capability.control.v1', null, position, atMs, {
    position,
    cause: causeAt(position),
    type: 'updraft.control.tick.v1',
    control: { atMs, catchingUp: false },
    activityHash: 'a'.repeat(64),
  });
}

/** What ingest makes of a record of the platform's topic that it refuses. */
export function inboundLetterText(offset: number): string {
  return encodeInboundLetter({
    topic: 'marketplace.events',
    partition: 7,
    offset,
    timestampMs: START_MS + offset,
    value: Buffer.from('{"id":'),
    reason: 'malformed',
    problems: [{ field: '', value: 'the value', rule: 'must be JSON' }],
  }).toString('utf8');
}

export function deadLetterText(partition: number, sequence: number, some: Partial<DeadLetter> = {}): string {
  const writer = some.writer ?? `scoring/${partition}`;
  const letter: DeadLetter = {
    writer,
    sequence,
    position: `${partition}/${sequence}`,
    reason: 'too-late',
    detail: 'occurred 8 days before now; the limit is 7 days',
    eventId: `e-${sequence}`,
    source: '/shop',
    record: '{}',
    ...some,
  };
  return eventText(
    'scoring',
    'updraft.dead-letter.v1',
    'm-1',
    `${writer}/${sequence}`,
    START_MS + sequence,
    letter,
  );
}

export function eventText(
  stage: string,
  type: string,
  subject: string | null,
  id: string,
  timeMs: number,
  data: object,
): string {
  return writeEvent({ id, source: `/updraft/${LOG_ID}/${stage}`, type, subject, timeMs, data });
}

export function causeAt(position: string): Decision['cause'] {
  return { position, eventId: `e-${position}`, type: 'updraft.order.paid.v1', hash: sha256(position) };
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

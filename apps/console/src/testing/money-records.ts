import type { Genesis, Lease, Stop } from '#domain/controls';
import type { BudgetEvidence, LeaseRequest, LeaseReturn, Usage } from '#domain/outputs';
import { balance, causeAt, eventText, START_MS } from './records.ts';

// Records about money as the stages write them, for tests.

export const ACCOUNT = 'traffic@2026-11-01';

/** Evidence that moves nothing unless `after` says so. */
export function budget(some: Partial<BudgetEvidence> = {}): BudgetEvidence {
  return { account: ACCOUNT, unit: 'exposures', before: balance(), after: balance(), ...some };
}

export function requestText(
  sequence: number,
  position: string,
  some: Partial<LeaseRequest> = {},
  atMs = START_MS,
): string {
  const request: LeaseRequest = {
    writer: `allocator/${partitionOf(position)}`,
    sequence,
    position,
    account: ACCOUNT,
    holder: null,
    need: 500,
    least: 100,
    bundle: 'b'.repeat(64),
    balance: balance(),
    ...some,
  };
  return eventText('allocator', 'updraft.treasury.request.v1', null, position, atMs, request);
}

export function returnText(
  sequence: number,
  position: string,
  some: Partial<LeaseReturn> = {},
  atMs = START_MS,
): string {
  const given: LeaseReturn = {
    writer: `allocator/${partitionOf(position)}`,
    sequence,
    position,
    account: ACCOUNT,
    holder: null,
    amount: 100,
    balance: balance({ free: 8_900, returned: 100 }),
    ...some,
  };
  return eventText('allocator', 'updraft.treasury.return.v1', null, position, atMs, given);
}

/** A lease as scoring forwards it. */
export function leaseText(position: string, some: Partial<Lease> = {}, atMs = START_MS): string {
  const lease: Lease = {
    writer: 'treasury/0',
    sequence: 1,
    account: ACCOUNT,
    holder: null,
    amount: 10_000,
    answers: null,
    isScarce: false,
    ...some,
  };
  return controlText(position, 'updraft.control.lease.v1', lease, atMs);
}

/** Genesis as scoring forwards it: the market is in Shanghai. */
export function genesisText(position: string): string {
  const genesis: Genesis = {
    logId: 'log-1',
    partitions: 2,
    treasuries: 2,
    hashFunction: 'murmur2',
    zone: 'Asia/Shanghai',
    zoneTransitions: [{ fromMs: 0, offsetMinutes: 480 }],
    latenessMs: 604_800_000,
    futureMs: 600_000,
    nowMs: START_MS,
    engine: 1,
  };
  return controlText(position, 'updraft.control.genesis.v1', genesis, START_MS);
}

export function activationText(position: string, bundle = 'b'.repeat(64), sequence = 1): string {
  const activated = { sequence, bundle, approvedBy: ['lin', 'wang'] };
  return controlText(position, 'updraft.control.policy-activated.v1', activated, START_MS);
}

export function stopText(position: string, stop: Partial<Stop>, atMs = START_MS): string {
  const whole: Stop = { sequence: 1, scope: 'all', isStopped: true, by: ['lin'], reason: 'spec', ...stop };
  return controlText(position, 'updraft.control.stop.v1', whole, atMs);
}

export function usageText(position: string, some: Partial<Usage> = {}, merchant = 'm-1'): string {
  const usage: Usage = {
    position,
    cause: causeAt(position),
    grantId: '0/10/0/0',
    used: 200,
    clicks: 20,
    orders: 2,
    ...some,
  };
  return eventText('scoring', 'updraft.capability.usage.v1', merchant, position, START_MS, usage);
}

function controlText(position: string, type: string, control: object, atMs: number): string {
  const forwarded = { position, cause: causeAt(position), type, control };
  return eventText('scoring', 'updraft.capability.control.v1', null, position, atMs, forwarded);
}

function partitionOf(position: string): string {
  return position.split('/')[0]!;
}

import { encodePolicyActivated } from '#contracts/genesis';
import type { Genesis, PolicyActivated } from '#domain/controls';
import { treasuryOf } from '#domain/policy/account-instance';
import type { Account, Bundle } from '#domain/policy/bundle';
import { parseBundle } from '#domain/policy/compile';
import type { LogWriter } from '#stream/log';
import { readFacts, sendUntilConfirmed, type ControlPorts, type Facts } from './until-confirmed.ts';

/** The stages whose snapshots say which bundle is live. */
export const ACTIVATION_READERS = ['scoring', 'treasury'] as const;

/** The bundle would move an account to another partition of the treasury, away from its books. */
export class MovedAccountError extends Error {
  override readonly name = 'MovedAccountError';
}

/**
 * Puts the compiled bundle into the policies log, unless it stands there. Content before its activation. Refuses one
 * that nests an account so that another partition of the treasury would keep its books than did under earlier ones.
 */
export async function publishBundle(
  { logs, writer, treasuries }: Pick<ControlPorts, 'logs' | 'writer' | 'treasuries'>,
  hash: string,
  text: string,
): Promise<void> {
  const { accounts } = parseBundle(text);
  for await (const batch of logs.read('policies', 0, 0)) {
    for (const { key, value } of batch.records) {
      if (key === hash) return;
      refuseMoves(parseBundle(value.toString('utf8')).accounts, accounts, treasuries);
    }
  }
  await writer.append('policies', 0, [{ key: hash, value: Buffer.from(text) }]);
}

function refuseMoves(before: readonly Account[], after: readonly Account[], treasuries: number): void {
  for (const { id } of after) {
    if (before.every((account) => account.id !== id)) continue;
    const from = treasuryOf(before, id, treasuries);
    const to = treasuryOf(after, id, treasuries);
    if (from === to) continue;
    throw new MovedAccountError(
      `account ${id}: within what it is now, partition ${to} of the treasury would keep its books, and ` +
        `partition ${from} has kept them so far; give the account another id`,
    );
  }
}

export interface Activation {
  readonly bundle: string;
  readonly approvedBy: readonly string[];
  /** The number under which it must be sent as far as the facts go. */
  readonly sequence: (facts: readonly Facts[]) => number;
}

/**
 * Sends an activation of a published bundle to every partition of activity and of the treasury log, and again until
 * all confirm (a snapshot of their stage names the sequence), or nobody wants it. `onProgress` is told "7 of 16".
 */
export function sendActivation(
  ports: ControlPorts,
  { bundle, approvedBy, sequence }: Activation,
  onProgress: (confirmed: number, all: number) => void,
  isWanted: () => boolean | Promise<boolean>,
): Promise<void> {
  return sendUntilConfirmed(ports, {
    readers: ACTIVATION_READERS,
    fact: 'bundleSequence',
    sequence,
    encode: (number) =>
      encodePolicyActivated(ports.logId, { sequence: number, bundle, approvedBy }, ports.wallClock()),
    onProgress,
    isWanted,
  });
}

/** Writes an activation into a workspace whose history brings its own ticks, to everybody who reads one. */
export async function appendActivation(
  writer: LogWriter,
  { logId, partitions, treasuries, nowMs }: Genesis,
  activation: PolicyActivated,
): Promise<void> {
  const record = { key: null, value: encodePolicyActivated(logId, activation, nowMs) };
  const places = [
    ...Array.from({ length: partitions }, (_, partition) => ['activity', partition] as const),
    ...Array.from({ length: treasuries }, (_, partition) => ['treasury', partition] as const),
  ];
  for (const [log, partition] of places) await writer.append(log, partition, [record]);
}

/** Whether any partition has confirmed a bundle, whichever. */
export async function hasLiveBundle(ports: Pick<ControlPorts, 'store'>): Promise<boolean> {
  return (await readFacts(ports, ['scoring'])).some((each) => Number(each['bundleSequence'] ?? 0) > 0);
}

/** The bundle that was activated last, as far as partitions have confirmed; null while the log has none. */
export async function readLiveBundle(ports: Pick<ControlPorts, 'logs' | 'store'>): Promise<Bundle | null> {
  const facts = await readFacts(ports, ['scoring']);
  const newest = newestSequence(facts);
  if (newest === 0) return null;
  const hash = facts.find((each) => each['bundleSequence'] === newest)!['bundle'];
  for await (const batch of ports.logs.read('policies', 0, 0)) {
    const found = batch.records.find(({ key }) => key === hash);
    if (found !== undefined) return parseBundle(found.value.toString('utf8'));
  }
  return null;
}

/** The highest number that any partition has confirmed; 0 where none was activated. */
export function newestSequence(facts: readonly Facts[]): number {
  return Math.max(0, ...facts.map((each) => Number(each['bundleSequence'] ?? 0)));
}

/** `sequence`, unless partitions know it as another bundle's or know a higher one: then the one after all of them. */
export function sequenceFor(bundle: string, sequence: number, facts: readonly Facts[]): number {
  const newest = newestSequence(facts);
  if (newest < sequence) return sequence;
  const there = facts.filter((each) => each['bundleSequence'] === newest);
  return newest === sequence && there.every((each) => each['bundle'] === bundle) ? sequence : newest + 1;
}

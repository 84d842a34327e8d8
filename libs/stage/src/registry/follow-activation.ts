import {
  lastPolicyActivation,
  lockPolicyActivations,
  pendingPolicyActivation,
  renumberPolicyActivation,
  type PolicyActivation,
} from '#store/policy/policy-activations';
import type { Sql } from '#store/sql';
import { ACTIVATION_READERS, sendActivation, sequenceFor } from '../activation.ts';
import { readFacts, type Facts } from '../until-confirmed.ts';
import { goLive } from './go-live.ts';
import type { RegistryPorts } from './registry-ports.ts';

/** How often one who doesn't send looks whether it is done. */
const LOOK_MS = 500;

export type Followed = 'confirmed' | 'superseded' | 'left';

/**
 * Sees an activation through: sends it until every partition has confirmed, or, while somebody else has the lease,
 * watches. Resolves with what became of it; `left`: nobody wants to wait any longer, and others go on.
 */
export async function followActivation(
  ports: RegistryPorts,
  activation: PolicyActivation,
  onProgress: (confirmed: number, all: number) => void,
  isWanted: () => boolean = () => true,
): Promise<Followed> {
  const { database, lease, clock } = ports;
  if (activation.state === 'confirmed') {
    onProgress(placesOf(ports), placesOf(ports));
    return 'confirmed';
  }
  try {
    while (isWanted()) {
      const pending = await pendingPolicyActivation(database);
      if (pending?.id !== activation.id) return await whatBecameOf(database, activation);
      if (await lease.keep()) {
        await send(ports, pending, onProgress, isWanted);
      } else {
        onProgress(await confirmationsOf(ports, pending), placesOf(ports));
        await clock.sleep(LOOK_MS);
      }
    }
    return 'left';
  } finally {
    await lease.drop();
  }
}

/** Partitions whose stages say that this bundle is live in them. */
export async function confirmationsOf(
  ports: Pick<RegistryPorts, 'store'>,
  { hash, sequence }: Pick<PolicyActivation, 'hash' | 'sequence'>,
): Promise<number> {
  const facts = await readFacts(ports, ACTIVATION_READERS);
  return facts.filter((each) => each['bundle'] === hash && Number(each['bundleSequence'] ?? 0) >= sequence)
    .length;
}

export function placesOf({
  partitions,
  treasuries,
}: Pick<RegistryPorts, 'partitions' | 'treasuries'>): number {
  return partitions + treasuries;
}

async function send(
  ports: RegistryPorts,
  pending: PolicyActivation,
  onProgress: (confirmed: number, all: number) => void,
  isWanted: () => boolean,
): Promise<void> {
  const { database, lease } = ports;
  const { id, hash, approvedBy } = pending;
  let written = pending.sequence;
  let sequence = written;
  let isConfirmed = false;
  const next = (facts: readonly Facts[]): number => (sequence = sequenceFor(hash, sequence, facts));
  await sendActivation(
    ports,
    { bundle: hash, approvedBy, sequence: next },
    (confirmed, all) => {
      isConfirmed = confirmed === all;
      onProgress(confirmed, all);
    },
    async () => {
      if (!isWanted() || !(await lease.keep())) return false;
      if (sequence !== written) await renumberPolicyActivation(database, id, sequence);
      written = sequence;
      return (await pendingPolicyActivation(database))?.id === id;
    },
  );
  if (!isConfirmed) return;
  await database.transaction(async (sql) => {
    await lockPolicyActivations(sql);
    await goLive(sql, { ...pending, sequence });
  });
}

async function whatBecameOf(sql: Sql, { id, hash }: PolicyActivation): Promise<Followed> {
  const last = await lastPolicyActivation(sql, hash);
  return last?.id === id && last.state === 'confirmed' ? 'confirmed' : 'superseded';
}

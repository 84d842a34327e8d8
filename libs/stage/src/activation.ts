import { encodePolicyActivated } from '#contracts/genesis';
import type { SnapshotStore } from '#store/snapshot-store';
import type { Logs, LogWriter } from '#stream/log';
import type { Clock } from './clock.ts';

/** How long a partition may take to confirm before the activation is sent to it again, ms. */
const RESEND_MS = 10_000;
const POLL_MS = 500;

export interface ActivationPorts {
  readonly logs: Logs;
  readonly writer: LogWriter;
  readonly store: SnapshotStore;
  readonly clock: Clock;
  readonly logId: string;
  readonly partitions: number;
  readonly wallClock: () => number;
}

/** Puts the compiled bundle into the policies log, unless it stands there. Content before its activation. */
export async function publishBundle(
  { logs, writer }: Pick<ActivationPorts, 'logs' | 'writer'>,
  hash: string,
  text: string,
): Promise<void> {
  for await (const batch of logs.read('policies', 0, 0)) {
    if (batch.records.some((record) => record.key === hash)) return;
  }
  await writer.append('policies', 0, [{ key: hash, value: Buffer.from(text) }]);
}

/**
 * Activates a published bundle in every partition and re-sends until all confirm (a snapshot of scoring names the
 * sequence). A no-op when it is live everywhere. `onProgress` is told "7 of 16".
 */
export async function activateBundle(
  ports: ActivationPorts,
  bundle: string,
  approvedBy: readonly string[],
  onProgress: (confirmed: number, partitions: number) => void,
  isWanted: () => boolean = () => true,
): Promise<void> {
  const before = await scoringFacts(ports);
  const sequences = before.map((facts) => Number(facts['bundleSequence'] ?? 0));
  const newest = Math.max(0, ...sequences);
  const isNewestOurs = before.some(
    (facts) => facts['bundleSequence'] === newest && facts['bundle'] === bundle,
  );
  const sequence = isNewestOurs ? newest : newest + 1;
  const sentAt = new Map<number, number>();
  while (isWanted()) {
    const confirmed = new Set<number>();
    for (const facts of await scoringFacts(ports)) {
      if (Number(facts['bundleSequence'] ?? 0) >= sequence) confirmed.add(Number(facts['partition']));
    }
    onProgress(confirmed.size, ports.partitions);
    if (confirmed.size === ports.partitions) return;
    const nowMs = ports.clock.now();
    for (let partition = 0; partition < ports.partitions; partition++) {
      if (confirmed.has(partition) || nowMs - (sentAt.get(partition) ?? -Infinity) < RESEND_MS) continue;
      sentAt.set(partition, nowMs);
      const value = encodePolicyActivated(ports.logId, { sequence, bundle, approvedBy }, ports.wallClock());
      await ports.writer.append('activity', partition, [{ key: null, value }]);
    }
    await ports.clock.sleep(POLL_MS);
  }
}

async function scoringFacts({
  store,
}: ActivationPorts): Promise<Readonly<Record<string, string | number | null>>[]> {
  const heads = await store.heads();
  return heads
    .filter((head) => head.stage === 'scoring')
    .map((head) => ({ ...head.snapshot?.mark.facts, partition: head.partition }));
}

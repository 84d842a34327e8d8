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
  let sequence = 0;
  const sentAt = new Map<number, number>();
  while (isWanted()) {
    const facts = await scoringFacts(ports);
    // Where snapshots were lost, or somebody else activates, the number may turn out to stand for another bundle.
    const needed = sequenceFor(bundle, facts);
    if (needed > sequence) {
      sequence = needed;
      sentAt.clear();
    }
    const confirmed = new Set<number>();
    for (const each of facts) {
      if (Number(each['bundleSequence'] ?? 0) >= sequence) confirmed.add(Number(each['partition']));
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

/** Whether any partition has confirmed a bundle, whichever. */
export async function hasLiveBundle(ports: Pick<ActivationPorts, 'store'>): Promise<boolean> {
  return (await scoringFacts(ports)).some((each) => Number(each['bundleSequence'] ?? 0) > 0);
}

/** The newest sequence where it is this bundle's in every partition that came so far, else the one after it. */
function sequenceFor(bundle: string, facts: readonly Facts[]): number {
  const newest = Math.max(0, ...facts.map((each) => Number(each['bundleSequence'] ?? 0)));
  const there = facts.filter((each) => each['bundleSequence'] === newest);
  const isOurs = newest > 0 && there.every((each) => each['bundle'] === bundle);
  return isOurs ? newest : newest + 1;
}

type Facts = Readonly<Record<string, string | number | null>>;

async function scoringFacts({ store }: Pick<ActivationPorts, 'store'>): Promise<Facts[]> {
  const heads = await store.heads();
  return heads
    .filter((head) => head.stage === 'scoring')
    .map((head) => ({ ...head.snapshot?.mark.facts, partition: head.partition }));
}

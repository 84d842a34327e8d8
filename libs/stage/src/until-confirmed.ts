import type { SnapshotStore } from '#store/snapshot-store';
import type { Logs, LogWriter } from '#stream/log';
import type { Clock } from './clock.ts';

// A control record for every partition: sent, and sent again until the snapshot of the stage that reads it says that it
// has come by. Repeats are no-ops, so nobody has to know whether one arrived.

/** How long a partition may take to confirm before the record is sent to it again, ms. */
const RESEND_MS = 10_000;
const POLL_MS = 500;

export interface ControlPorts {
  readonly logs: Logs;
  readonly writer: LogWriter;
  readonly store: SnapshotStore;
  readonly clock: Clock;
  readonly logId: string;
  /** Of activity. */
  readonly partitions: number;
  /** Of the treasury log. */
  readonly treasuries: number;
  readonly wallClock: () => number;
}

/** The stages that read what others may write to, and from where. */
const READS = { scoring: 'activity', treasury: 'treasury' } as const;
export type Reader = keyof typeof READS;

/** What the snapshot of a partition says of itself. */
export interface Facts {
  readonly stage: string;
  readonly partition: number;
  readonly [fact: string]: string | number | null;
}

/** Of those partitions of `readers` that have a snapshot. */
export async function readFacts(
  { store }: Pick<ControlPorts, 'store'>,
  readers: readonly Reader[],
): Promise<Facts[]> {
  const heads = await store.heads();
  return heads
    .filter(({ stage }) => (readers as readonly string[]).includes(stage))
    .map(({ stage, partition, snapshot }) => ({ ...snapshot?.mark.facts, stage, partition }));
}

export interface Control {
  readonly readers: readonly Reader[];
  /** The number under which it must be sent as far as the facts go, and the fact that confirms it. */
  readonly sequence: (facts: readonly Facts[]) => number;
  readonly fact: 'bundleSequence' | 'stopSequence';
  readonly encode: (sequence: number) => Buffer;
  readonly onProgress: (confirmed: number, all: number) => void;
  readonly isWanted?: () => boolean | Promise<boolean>;
  /** It was sent to all of them just now. */
  readonly isSent?: boolean;
}

/** Resolves when every partition of the readers has confirmed, or nobody wants it any more. */
export async function sendUntilConfirmed(ports: ControlPorts, control: Control): Promise<void> {
  const { readers, fact, isWanted = () => true, isSent = false } = control;
  const sizes = { scoring: ports.partitions, treasury: ports.treasuries };
  const beganMs = isSent ? ports.clock.now() : -Infinity;
  const places = readers.flatMap((stage) =>
    Array.from({ length: sizes[stage] }, (_, partition) => ({ stage, partition })),
  );
  let sequence = 0;
  const sentAt = new Map<string, number>();
  while (await isWanted()) {
    const facts = await readFacts(ports, readers);
    // Where snapshots were lost, or somebody else sends, the number may turn out to stand for something else.
    const needed = control.sequence(facts);
    if (needed > sequence) {
      sequence = needed;
      sentAt.clear();
    }
    const confirmed = new Set<string>();
    for (const each of facts) {
      if (Number(each[fact] ?? 0) >= sequence) confirmed.add(`${each.stage} ${each.partition}`);
    }
    control.onProgress(confirmed.size, places.length);
    if (confirmed.size === places.length) return;
    const nowMs = ports.clock.now();
    for (const { stage, partition } of places) {
      const name = `${stage} ${partition}`;
      if (confirmed.has(name) || nowMs - (sentAt.get(name) ?? beganMs) < RESEND_MS) continue;
      sentAt.set(name, nowMs);
      await ports.writer.append(READS[stage], partition, [{ key: null, value: control.encode(sequence) }]);
    }
    await ports.clock.sleep(POLL_MS);
  }
}

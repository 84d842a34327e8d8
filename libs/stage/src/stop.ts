import { encodeStop } from '#contracts/genesis';
import type { Stop } from '#domain/controls';
import { UnavailableError } from '#stream/log';
import { readFacts, sendUntilConfirmed, type ControlPorts } from './until-confirmed.ts';

// Stopping and resuming. Stops carry one sequence for all scopes, and a lower one is a no-op. So one is sent after the
// other: whoever sends takes a lease, which also remembers the last number, and lets go of it once every partition has
// the record. What is sent later has a higher number and stands behind it everywhere, and nobody's is lost.

const WAIT_MS = 200;
const WAIT_MS_MAX = 30_000;

export interface StopPorts extends ControlPorts {
  readonly lease: {
    keep(): Promise<{ readonly isHeld: boolean; readonly state: string }>;
    /** False: the lease is no longer ours. */
    save(state: string): Promise<boolean>;
    drop(): Promise<void>;
  };
}

/**
 * Sends it to every partition of activity and again until all confirm. `onProgress` is told "3 of 16". Throws
 * UnavailableError where somebody else, or scoring's first snapshot, takes too long; nothing was sent then.
 */
export async function sendStop(
  ports: StopPorts,
  stop: Omit<Stop, 'sequence'>,
  onProgress: (confirmed: number, all: number) => void,
): Promise<void> {
  const encode = (sequence: number): Buffer =>
    encodeStop(ports.logId, { sequence, ...stop }, ports.wallClock());
  const sequence = await nextSequence(ports);
  try {
    const value = encode(sequence);
    const partitions = Array.from({ length: ports.partitions }, (_, partition) => partition);
    await Promise.all(
      partitions.map((partition) => ports.writer.append('activity', partition, [{ key: null, value }])),
    );
  } finally {
    await ports.lease.drop();
  }
  const wanted = { readers: ['scoring'], fact: 'stopSequence', encode, onProgress, isSent: true } as const;
  await sendUntilConfirmed(ports, { ...wanted, sequence: () => sequence });
}

/** One above the highest known, with the lease in our hands. */
async function nextSequence({ lease, clock, ...ports }: StopPorts): Promise<number> {
  const sinceMs = clock.now();
  let why = '';
  while (clock.now() - sinceMs < WAIT_MS_MAX) {
    const { isHeld, state } = await lease.keep();
    if (isHeld) {
      const { sequence: last } = JSON.parse(state) as { sequence?: number };
      const facts = await readFacts(ports, ['scoring']);
      const known = facts.map((each) => each['stopSequence']).filter(isNumber);
      if (last !== undefined || known.length === ports.partitions) {
        const next = Math.max(last ?? 0, ...known) + 1;
        if (await lease.save(JSON.stringify({ sequence: next }))) return next;
      }
      why = `scoring has saved ${known.length} of ${ports.partitions} partitions, and stops before are not known`;
    } else why = 'somebody else is sending one';
    await clock.sleep(WAIT_MS);
  }
  await lease.drop();
  throw new UnavailableError(`nothing was sent: ${why}`);
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number';
}

import { encodeStop } from '#contracts/genesis';
import type { Stop } from '#domain/controls';
import { UnavailableError } from '#stream/log';
import { readLiveBundle } from './activation.ts';
import { readFacts, sendUntilConfirmed, type ControlPorts } from './until-confirmed.ts';

// Stopping and resuming. Stops carry one sequence for all scopes, and a lower one is a no-op. So one is sent after the
// other: whoever sends takes a lease, which also remembers the last number, and lets go of it once every partition has
// the record. What is sent later has a higher number and stands behind it everywhere, and nobody's is lost.

const WAIT_MS = 200;
const WAIT_MS_MAX = 30_000;
const SCOPE = /^(?:all|(?:programme|account):[A-Za-z0-9._:-]{1,64})$/;
const NAME = /^\S(?:.{0,62}\S)?$/;
const REASON_CHARS_MAX = 500;
/** Half a character: it cannot be written as it is. */
const LONE_SURROGATE = /\p{Surrogate}/u;

/** How one part of a stop must be, whichever way it was asked for. */
export interface StopRule {
  readonly rule: string;
  isKept(value: unknown): value is string;
}

export const STOP_RULES = {
  scope: rule('must be all, programme:ID or account:ID', (text) => SCOPE.test(text)),
  by: rule('must be a name of 1 to 64 characters', (text) => NAME.test(text)),
  reason: rule(
    `must be 1 to ${REASON_CHARS_MAX} characters`,
    (text) => text.trim() !== '' && text.length <= REASON_CHARS_MAX,
  ),
} as const;

export const RESUMERS_MIN = 2;

export interface StopPorts extends ControlPorts {
  readonly lease: {
    keep(): Promise<{ readonly isHeld: boolean; readonly state: string }>;
    /** False: the lease is no longer ours. */
    save(state: string): Promise<boolean>;
    drop(): Promise<void>;
  };
}

/** The rule that a scope breaks by the bundle that is live; null where it breaks none. */
export async function unknownScope(
  ports: Pick<ControlPorts, 'logs' | 'store'>,
  scope: string,
): Promise<string | null> {
  if (scope === 'all') return null;
  const bundle = await readLiveBundle(ports);
  if (bundle === null) return 'must be all: no bundle is live';
  const kind = scope.startsWith('programme:') ? 'programme' : 'account';
  const known = (kind === 'programme' ? bundle.programmes : bundle.accounts).map(({ id }) => id);
  if (known.includes(scope.slice(kind.length + 1))) return null;
  return `the live bundle has no such ${kind}, only ${known.join(', ')}`;
}

/**
 * Sends it to every partition of activity and again until all confirm, or nobody waits any more. `onProgress` is told
 * "3 of 16", the first time when the record stands in all of them. Throws UnavailableError where somebody else, or
 * scoring's first snapshot, takes too long, and nothing was sent; or where the log did not take all of it.
 */
export async function sendStop(
  ports: StopPorts,
  stop: Omit<Stop, 'sequence'>,
  onProgress: (confirmed: number, all: number) => void,
  isWanted: () => boolean = () => true,
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
  } catch (error) {
    if (!(error instanceof UnavailableError)) throw error;
    const why = `it may stand in some partitions only, send it again: ${error.message}`;
    throw new UnavailableError(why, { cause: error });
  } finally {
    await ports.lease.drop();
  }
  onProgress(0, ports.partitions);
  const wanted = { readers: ['scoring'], fact: 'stopSequence', encode, onProgress, isSent: true } as const;
  await sendUntilConfirmed(ports, { ...wanted, sequence: () => sequence, isWanted });
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

function rule(words: string, isSo: (text: string) => boolean): StopRule {
  return {
    rule: words,
    isKept: (value): value is string =>
      typeof value === 'string' && !LONE_SURROGATE.test(value) && isSo(value),
  };
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number';
}

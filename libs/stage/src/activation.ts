import { encodePolicyActivated } from '#contracts/genesis';
import { readFacts, sendUntilConfirmed, type ControlPorts, type Facts } from './until-confirmed.ts';

/** Puts the compiled bundle into the policies log, unless it stands there. Content before its activation. */
export async function publishBundle(
  { logs, writer }: Pick<ControlPorts, 'logs' | 'writer'>,
  hash: string,
  text: string,
): Promise<void> {
  for await (const batch of logs.read('policies', 0, 0)) {
    if (batch.records.some((record) => record.key === hash)) return;
  }
  await writer.append('policies', 0, [{ key: hash, value: Buffer.from(text) }]);
}

/**
 * Activates a published bundle in every partition of activity and of the treasury log, and re-sends until all confirm
 * (a snapshot of their stage names the sequence). A no-op when it is live everywhere. `onProgress` is told "7 of 16".
 */
export function activateBundle(
  ports: ControlPorts,
  bundle: string,
  approvedBy: readonly string[],
  onProgress: (confirmed: number, all: number) => void,
  isWanted: () => boolean = () => true,
): Promise<void> {
  return sendUntilConfirmed(ports, {
    readers: ['scoring', 'treasury'],
    fact: 'bundleSequence',
    sequence: (facts) => sequenceFor(bundle, facts),
    encode: (sequence) =>
      encodePolicyActivated(ports.logId, { sequence, bundle, approvedBy }, ports.wallClock()),
    onProgress,
    isWanted,
  });
}

/** Whether any partition has confirmed a bundle, whichever. */
export async function hasLiveBundle(ports: Pick<ControlPorts, 'store'>): Promise<boolean> {
  return (await readFacts(ports, ['scoring'])).some((each) => Number(each['bundleSequence'] ?? 0) > 0);
}

/** The newest sequence where it is this bundle's in every partition that came so far, else the one after it. */
function sequenceFor(bundle: string, facts: readonly Facts[]): number {
  const newest = Math.max(0, ...facts.map((each) => Number(each['bundleSequence'] ?? 0)));
  const there = facts.filter((each) => each['bundleSequence'] === newest);
  const isOurs = newest > 0 && there.every((each) => each['bundle'] === bundle);
  return isOurs ? newest : newest + 1;
}

import type { Hash } from '#domain/stage/stage';
import type { Logs } from '#stream/log';
import type { Clock } from './clock.ts';

const WAIT_MS = 250;

/** Bundle texts from the `policies` log, by hash. */
export interface BundleSource {
  /** Waits until the log has it: an activation may be seen before the content. `isWanted` false gives up. */
  get(hash: string, isWanted: () => boolean, onWait: () => void): Promise<string | null>;
}

export function createBundleSource(logs: Logs, clock: Clock, hash: Hash): BundleSource {
  const known = new Map<string, string>();
  let next = 0;
  let reading: Promise<void> | null = null;

  async function readOn(): Promise<void> {
    for await (const batch of logs.read('policies', 0, next)) {
      for (const { value } of batch.records) {
        const text = value.toString('utf8');
        // Named by what it is, not by what its key says.
        known.set(hash(text), text);
      }
      next = batch.nextOffset;
    }
  }

  return {
    async get(name, isWanted, onWait) {
      while (isWanted()) {
        const text = known.get(name);
        if (text !== undefined) return text;
        reading ??= readOn().finally(() => (reading = null));
        await reading;
        if (known.has(name)) continue;
        onWait();
        await clock.sleep(WAIT_MS);
      }
      return null;
    },
  };
}

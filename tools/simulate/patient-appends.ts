import { setTimeout as sleep } from 'node:timers/promises';

/** As long as a request to the HTTP door may take. */
const ACKNOWLEDGED_MS_MAX = 20_000;

export type PatientAppends = (
  batch: readonly unknown[],
  append: () => Promise<unknown>,
  signal: AbortSignal,
) => Promise<void>;

/**
 * A log's writer tries for ever, and the loop wants an answer. What is under way is not written a second time when the
 * same batch is given again: it is only waited for again.
 */
export function patientAppends(patienceMs = ACKNOWLEDGED_MS_MAX): PatientAppends {
  const underWay = new WeakMap<readonly unknown[], Promise<unknown>>();
  return async (batch, append, signal) => {
    const acknowledged = underWay.get(batch) ?? append();
    underWay.set(batch, acknowledged);
    acknowledged.catch(() => underWay.delete(batch));
    const ended = new AbortController();
    const patience = AbortSignal.any([signal, ended.signal]);
    try {
      const late = sleep(patienceMs, true, { signal: patience }).catch(() => true);
      if ((await Promise.race([acknowledged.then(() => false), late])) === false) return;
    } finally {
      ended.abort();
    }
    throw new Error(`nothing was acknowledged within ${patienceMs / 1_000} s`);
  };
}

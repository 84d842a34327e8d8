import type { Worker } from 'node:worker_threads';

/** What the worker says once a second. While a statement runs its thread is blocked and says nothing. */
export interface Beat {
  readonly busyMs: number;
  readonly idleMs: number;
  readonly inTransaction: boolean;
  readonly queued: number;
}

/** Longer than any statement of ours: a snapshot statement takes tens of milliseconds, a VACUUM seconds. */
const STUCK_MS = 60_000;
const LOOK_MS = 1_000;

/**
 * There is one session and everybody waits for it, so a stuck one stops the process without an error anywhere.
 * Three ways to be stuck: a statement that does not end (no beat arrives), a transaction that nobody goes on with,
 * and queued messages that nobody serves. Each is reported once; a thread that failed or ended is reported at once.
 */
export function watchSession(
  worker: Worker,
  stuckMs: number = STUCK_MS,
  onStuck: (reason: string) => void = (reason) => process.emitWarning(reason, 'PgliteStuck'),
): { stop(): void } {
  let lastBeat: Beat | null = null;
  let lastBeatAt = performance.now();
  let reported = false;
  const report = (reason: string): void => {
    if (reported) return;
    reported = true;
    onStuck(reason);
  };
  const died = (reason: string): void => {
    clearInterval(timer);
    report(reason);
  };
  const onMessage = (message: { kind: string; reason?: string } & Beat): void => {
    if (message.kind === 'failed') died(`The embedded database failed: ${message.reason}`);
    if (message.kind !== 'beat') return;
    lastBeat = message;
    lastBeatAt = performance.now();
  };
  const onError = (error: Error): void => died(`The embedded database's thread failed: ${error.stack}`);
  const onExit = (code: number): void => died(`The embedded database's thread ended with code ${code}.`);
  worker.on('message', onMessage).on('error', onError).on('exit', onExit);
  const timer = setInterval(
    () => {
      const reason = stuckReason(lastBeat, performance.now() - lastBeatAt, stuckMs);
      if (reason === null) reported = false;
      else report(reason);
    },
    Math.min(LOOK_MS, stuckMs),
  );
  timer.unref();
  return {
    stop() {
      clearInterval(timer);
      worker.off('message', onMessage).off('error', onError).off('exit', onExit);
      // A thread that is being terminated may still emit an error, which must not end the process.
      worker.on('error', () => {});
    },
  };
}

export function stuckReason(beat: Beat | null, silentMs: number, stuckMs: number): string | null {
  if (silentMs > stuckMs)
    return `The embedded database has been busy with one statement for ${Math.round(silentMs)} ms.`;
  if (beat === null) return null;
  if (beat.busyMs > stuckMs)
    return `A statement of the embedded database has run for ${Math.round(beat.busyMs)} ms.`;
  if (beat.idleMs <= stuckMs) return null;
  if (beat.inTransaction) {
    return `A transaction of the embedded database has been open and idle for ${Math.round(beat.idleMs)} ms.`;
  }
  if (beat.queued > 0) {
    return `${beat.queued} messages to the embedded database have waited for ${Math.round(beat.idleMs)} ms.`;
  }
  return null;
}

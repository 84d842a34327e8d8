import { EventEmitter } from 'node:events';
import type { Worker } from 'node:worker_threads';
import { stuckReason, watchSession } from './session-watchdog.ts';
import type { Beat } from './session-watchdog.ts';

const QUIET: Beat = { busyMs: 0, idleMs: 5_000, inTransaction: false, queued: 0 };

test.each<[string, Beat | null, number, string | null]>([
  ['an idle session is fine', QUIET, 10, null],
  ['a session that has said nothing yet is fine', null, 10, null],
  ['a statement that never ends is stuck', QUIET, 1_001, 'busy with one statement'],
  ['a transaction that nobody goes on with is stuck', { ...QUIET, inTransaction: true }, 10, 'open and idle'],
  ['messages that nobody serves are stuck', { ...QUIET, queued: 3 }, 10, '3 messages'],
  ['a transaction that goes on is fine', { ...QUIET, inTransaction: true, idleMs: 20 }, 10, null],
])('%s', (_name, beat, silentMs, reason) => {
  if (reason === null) expect(stuckReason(beat, silentMs, 1_000)).toBeNull();
  else expect(stuckReason(beat, silentMs, 1_000)).toContain(reason);
});

test('a thread that falls silent is reported once, and again only after it recovered', async () => {
  const worker = new EventEmitter();
  const told: string[] = [];
  const watchdog = watchSession(worker as Worker, 30, (reason) => told.push(reason));
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(told).toHaveLength(1);
  watchdog.stop();
});

test('a thread that ends is reported at once', () => {
  const worker = new EventEmitter();
  const told: string[] = [];
  const watchdog = watchSession(worker as Worker, 10_000, (reason) => told.push(reason));
  worker.emit('exit', 1);
  expect(told).toEqual([`The embedded database's thread ended with code 1.`]);
  watchdog.stop();
});

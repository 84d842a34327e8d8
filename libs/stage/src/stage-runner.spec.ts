import { encodeTick } from '#contracts/genesis';
import type { PartitionMachine, StageDefinition } from '#domain/stage/stage';
import { StoreUnavailableError, type Head, type SnapshotStore } from '#store/snapshot-store';
import type { LogBatch, Logs } from '#stream/log';
import { CLUSTER_LIMITS } from './limit.ts';
import type { RunnerPorts } from './runner-ports.ts';
import { createStageRunner } from './stage-runner.ts';
import { ManualClock } from './testing/manual-clock.ts';

const stopMsMax = CLUSTER_LIMITS.stopMsMax!;
const BATCH: LogBatch = {
  log: 'treasury',
  partition: 0,
  records: [{ offset: 0, key: null, value: encodeTick('spec', { atMs: 0, catchingUp: false }) }],
  nextOffset: 1,
  endOffset: 1,
};

/** A stage without a log of its own that steps whatever comes, on a store that a spec breaks. */
function runOn(store: Partial<SnapshotStore>) {
  const clock = new ManualClock();
  const saved: string[] = [];
  const stepped: string[] = [];
  const machine: Partial<PartitionMachine> = {
    engine: 1,
    position: () => (stepped.length === 0 ? null : [0, stepped.length - 1]),
    plan: () => [],
    foresee: () => [],
    needsBundle: () => null,
    liveBundle: () => null,
    step: ({ text }) => (stepped.push(text), []),
    gauges: () => ({ nowMs: 0 }),
    evict: () => undefined,
    dirtyRows: () => 0,
    dirtyBytes: () => 0,
    freeze: () => ({ root: '', rows: [], chunks: [], droppedHours: [] }),
    thawed: () => undefined,
  };
  const stage = {
    name: 'treasury',
    input: 'treasury',
    output: null,
    format: 1,
    open: () => machine,
  } as unknown as StageDefinition;
  const logs: Partial<Logs> = { endOffsets: () => Promise.resolve([1]) };
  let head: Head = { owner: null, takeover: 0, snapshot: null };
  const sound: Partial<SnapshotStore> = {
    head: () => Promise.resolve(head),
    claim: ({ owner, takeover }) => ((head = { ...head, owner, takeover }), Promise.resolve(true)),
    save: (_claim, { position }) => (saved.push(position), Promise.resolve()),
  };
  const ports = {
    logs,
    store: { ...sound, ...store },
    clock,
    limits: CLUSTER_LIMITS,
    control: { resume: () => undefined, pause: () => undefined, isMember: () => true },
    quarantine: null,
    owner: 'me',
  } as unknown as RunnerPorts;
  const runner = createStageRunner(ports, stage, () => undefined);
  let isClosed = false;
  return {
    clock,
    runner,
    saved,
    stepped,
    isClosed: () => isClosed,
    close: () => void runner.close().then(() => (isClosed = true)),
  };
}

test('an orderly end steps what it holds, saves it and is there at once', async () => {
  const { clock, runner, stepped, saved, close, isClosed } = runOn({});
  runner.assigned([0]);
  await clock.pass(1);
  runner.offer(BATCH);
  await clock.pass(1);
  close();
  await clock.pass(0);
  expect([stepped.length, saved, isClosed()]).toEqual([1, ['0/0'], true]);
});

test('a store that never answers holds an orderly end up for no longer than the limit', async () => {
  const { clock, runner, close, isClosed } = runOn({ head: () => new Promise(() => undefined) });
  runner.assigned([0]);
  await clock.pass(1);
  close();
  await clock.pass(stopMsMax - 1);
  expect(isClosed()).toBe(false);
  await clock.pass(1);
  expect(isClosed()).toBe(true);
});

test('the last snapshot is tried again where the store is away, until the limit and not beyond it', async () => {
  let tries = 0;
  const save = (): Promise<void> => {
    tries += 1;
    return Promise.reject(new StoreUnavailableError('the database is away'));
  };
  const { clock, runner, close, isClosed } = runOn({ save });
  runner.assigned([0]);
  await clock.pass(1);
  runner.offer(BATCH);
  await clock.pass(1);
  close();
  await clock.pass(stopMsMax);
  expect(isClosed()).toBe(true);
  expect(tries).toBeGreaterThan(1);
  const triesUntilThen = tries;
  await clock.pass(60_000);
  expect(tries).toBe(triesUntilThen);
});

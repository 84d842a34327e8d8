import { createDrainProgress, type DrainProgress } from './drain-progress.ts';

const NOON_MS = 43_200_000;

let progress: DrainProgress;

beforeEach(() => {
  progress = createDrainProgress({ allocator: 2, treasury: 1, census: 1 });
});

function comes(stage: string, partition: number, nowMs: number): void {
  progress.onReport(stage, partition, { kind: 'batch', records: 1, outputs: 0, ms: 1, lag: 0, nowMs });
}

test('a step is over when all partitions of allocator, treasury and census have come to its end', async () => {
  let isOver = false;
  const waiting = progress.reached(NOON_MS).then(() => (isOver = true));
  comes('allocator', 0, NOON_MS);
  comes('treasury', 0, NOON_MS);
  comes('census', 0, NOON_MS);
  comes('allocator', 1, NOON_MS - 1);
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(isOver).toBe(false);
  comes('allocator', 1, NOON_MS);
  await waiting;
  expect(isOver).toBe(true);
});

test('nobody waits for a partition that stands still: it is named', async () => {
  comes('allocator', 0, NOON_MS);
  progress.onReport('scoring', 1, { kind: 'halted', at: '1/17', why: 'unknown record' });
  await expect(progress.reached(NOON_MS)).rejects.toThrow('scoring 1 at 1/17: unknown record');
});

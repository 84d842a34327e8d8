import { Health } from '#telemetry/health';
import { createLog } from '#telemetry/log';
import { createRegistry } from '#telemetry/metrics';
import type { Reporter } from './report.ts';
import { stageTelemetry } from './stage-telemetry.ts';

function openTelemetry(): { report: Reporter; health: Health; said: (metric: string) => Promise<string[]> } {
  const registry = createRegistry();
  const health = new Health();
  const report = stageTelemetry(registry, health, createLog('spec', { level: 'silent' }));
  return {
    report,
    health,
    said: async (metric) =>
      (await registry.metrics()).split('\n').filter((line) => line.startsWith(`${metric}{`)),
  };
}

const TAKEN_OVER = { kind: 'taken-over', takeover: 1, from: null, published: '3/7' } as const;

test('a take-over that met published outputs again counts once, however many batches it took', async () => {
  const { report, said } = openTelemetry();
  report('scoring', 3, TAKEN_OVER);
  report('scoring', 3, { kind: 'suppressed', outputs: 4 });
  report('scoring', 3, { kind: 'suppressed', outputs: 2 });
  report('scoring', 3, TAKEN_OVER);
  expect(await said('updraft_stage_suppressing_takeovers_total')).toEqual([
    'updraft_stage_suppressing_takeovers_total{stage="scoring",partition="3"} 1',
  ]);
  expect(await said('updraft_stage_suppressed_total')).toEqual([
    'updraft_stage_suppressed_total{stage="scoring",partition="3"} 6',
  ]);
});

test('refused and ignored snapshots are counted apart', async () => {
  const { report, said } = openTelemetry();
  report('allocator', 0, { kind: 'snapshot-refused', why: 'take-over 4 is no longer the head' });
  report('allocator', 0, { kind: 'snapshot-ignored', why: 'decisions lacks 0/5' });
  report('allocator', 0, { kind: 'snapshot-ignored', why: 'decisions lacks 0/5' });
  expect(await said('updraft_stage_snapshots_refused_total')).toEqual([
    'updraft_stage_snapshots_refused_total{stage="allocator",partition="0"} 1',
  ]);
  expect(await said('updraft_stage_snapshots_ignored_total')).toEqual([
    'updraft_stage_snapshots_ignored_total{stage="allocator",partition="0"} 2',
  ]);
});

test('a halted partition is unready and says where and why, until it is taken over again', async () => {
  const { report, health, said } = openTelemetry();
  report('scoring', 1, TAKEN_OVER);
  report('scoring', 1, { kind: 'halted', at: '1/9', why: 'step failed' });
  expect(await said('updraft_stage_halted')).toEqual([
    'updraft_stage_halted{stage="scoring",partition="1"} 1',
  ]);
  expect(health.ready().failing).toMatchObject([{ detail: 'halted at 1/9: step failed' }]);
  report('scoring', 1, TAKEN_OVER);
  expect(await said('updraft_stage_halted')).toEqual([
    'updraft_stage_halted{stage="scoring",partition="1"} 0',
  ]);
});

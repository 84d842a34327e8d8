import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startStandalone } from '#apps/standalone/src/standalone';
import { openEmbedded, type Backbone } from '#stage/backbone';
import { createLog } from '#telemetry/log';
import { beginSeason } from './begin-season.ts';
import { readThreadCpuSeconds } from './cpu-time.ts';
import type { Figures } from './figures.ts';
import { loadSeason, SEASON_START_MS } from './load-season.ts';
import { followPublished, until, whatIsBehind } from './partition-watch.ts';

// Everything in this process: every stage, the read side and PGlite, over a log that is there already.

const DRAIN_MS_MAX = 30 * 60_000;
const BEHIND_EVERY_MS = 1_000;

export async function measureEmbedded(wanted: {
  readonly events: number;
  readonly merchants: number;
  readonly partitions: number;
}): Promise<Figures> {
  const directory = await mkdtemp(join(tmpdir(), 'updraft-measure-'));
  const log = createLog('measure', { level: 'warn' });
  const backbone = await openEmbedded(join(directory, 'db'), 'measure', log);
  try {
    const genesis = await beginSeason(backbone, wanted.partitions, SEASON_START_MS);
    const loaded = await loadSeason({ ...wanted, logs: backbone.logs });
    let firstAt: number | null = null;
    let lastAt = 0;
    let cpuThen = cpuByThread();
    const outputs = new Map<string, number>();
    const cpuBefore = cpuThen;
    const standalone = await startStandalone({
      backbone,
      genesis,
      tokens: [],
      pseudonymKey: Buffer.alloc(32, 1),
      log,
      onReport(stage, _partition, report) {
        if (report.kind === 'taken-over') firstAt ??= performance.now();
        if (report.kind === 'batch' && report.outputs > 0)
          outputs.set(stage, (outputs.get(stage) ?? 0) + report.outputs);
        if (report.kind !== 'published') return;
        lastAt = performance.now();
        cpuThen = cpuByThread();
      },
    });
    await untilDrained(backbone, wanted.partitions);
    const seconds = (lastAt - firstAt!) / 1_000;
    await standalone.close();
    const cpuSeconds = new Map([...cpuThen].map(([name, cpu]) => [name, cpu - (cpuBefore.get(name) ?? 0)]));
    return {
      mode: 'Embedded: every stage, the read side and PGlite in one process',
      loaded,
      seconds,
      outputs,
      cpuSeconds,
    };
  } finally {
    await backbone.close();
    await rm(directory, { recursive: true, force: true });
  }
}

async function untilDrained({ logs, store }: Backbone, partitions: number): Promise<void> {
  const follows = Array.from({ length: partitions }, (_, partition) =>
    followPublished(logs, 'capability', partition),
  );
  const behind = (): Promise<string[]> => whatIsBehind(logs, store, follows);
  await until(
    async () => (await behind()).length === 0,
    DRAIN_MS_MAX,
    async () => `not drained: ${(await behind()).join('; ')}`,
    BEHIND_EVERY_MS,
  );
}

/** The stages and the read side are the main thread; the database has a worker, the largest of the others. */
function cpuByThread(): Map<string, number> {
  const threads = readThreadCpuSeconds(process.pid);
  const main = threads.get(process.pid) ?? 0;
  const others = [...threads].filter(([id]) => id !== process.pid).map(([, cpu]) => cpu);
  const database = Math.max(0, ...others);
  const rest = others.reduce((sum, cpu) => sum + cpu, 0) - database;
  return new Map([
    ['main thread (stages)', main],
    ['PGlite worker', database],
    ['other threads (GC, I/O)', rest],
  ]);
}

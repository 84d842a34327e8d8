import { ENGINE } from '#domain/engine';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { makeGenesis, encodeGenesis, encodePolicyActivated } from '#contracts/genesis';
import { logShapes, type LogName } from '#contracts/logs';
import type { Grant } from '#domain/outputs';
import { compileBundle } from '#domain/policy/compile';
import { DAY_MS, HOUR_MS } from '#domain/time';
import { playSeason } from '#sim/marketplace/demo-season';
import { activeGrant, type ActiveGrant } from '#sim/marketplace/in-force';
import { createMarketplace, type Marketplace } from '#sim/marketplace/marketplace';
import { packageRoot } from '#store/pglite/package-root';
import { UnavailableError, type Appended, type LogRecord, type Logs } from '#stream/log';
import { sha256 } from './digest.ts';
import { openPartitionReplay } from './partition-replay.ts';

// For specs: a workspace in memory with a played season in it. The machines are driven here and not by the runner,
// and the logs hold what a pipeline that kept up would have published.

export interface WorkspaceInMemory {
  readonly logs: Logs;
  /** The records of a partition, to be altered by a spec. */
  partition(log: LogName, partition: number): LogRecord[];
}

export interface PlayedSeason {
  readonly partitions: number;
  readonly merchants: number;
  /** Need not be whole: 1.5 ends at noon. */
  readonly days: number;
  readonly seed?: number;
  readonly startMs?: number;
  readonly bundle?: CompiledBundle;
}

export interface CompiledBundle {
  readonly hash: string;
  readonly text: string;
}

/** A season that can go on from where it was left. */
export interface SeasonUnderWay {
  readonly workspace: WorkspaceInMemory;
  readonly sim: Marketplace;
  readonly endMs: number;
  readonly activeGrants: readonly ActiveGrant[];
}

export const SEASON_START_MS = Date.parse('2026-11-01T00:00:00+08:00');
export const PSEUDONYM_KEY = Buffer.alloc(32, 7);
const STEP_MS = 6 * HOUR_MS;
/** Partitions of the treasury log. */
export const TREASURIES = 1;

export function workspaceInMemory(partitions: number): WorkspaceInMemory {
  const all = new Map<string, LogRecord[][]>(
    logShapes(partitions, TREASURIES).map(({ log, partitions: count }) => [
      log,
      Array.from({ length: count }, () => []),
    ]),
  );
  const recordsOf = (log: string, partition: number): LogRecord[] => {
    const records = all.get(log)?.[partition];
    if (records === undefined) throw new UnavailableError(`log ${log} has no partition ${partition}`);
    return records;
  };
  const append = (log: string, partition: number, added: readonly Appended[]): void => {
    const records = recordsOf(log, partition);
    for (const record of added) records.push({ ...record, offset: records.length });
  };
  const logs: Partial<Logs> = {
    partitions: (log) => Promise.resolve(all.get(log)?.length ?? 0),
    endOffsets: (log) => Promise.resolve((all.get(log) ?? []).map((records) => records.length)),
    read(log, partition, from) {
      const records = recordsOf(log, partition).slice();
      return inBatches(log, partition, records, from);
    },
    writer: () => ({
      append: (log, partition, added) => Promise.resolve(append(log, partition, added)),
      pendingBytes: () => 0,
      close: () => Promise.resolve(),
    }),
    close: () => Promise.resolve(),
  };
  return { logs: logs as Logs, partition: (log, partition) => recordsOf(log, partition) };
}

const BATCH_RECORDS = 333;

async function* inBatches(log: string, partition: number, records: readonly LogRecord[], from: number) {
  const endOffset = records.length;
  for (let at = from; at < endOffset; at += BATCH_RECORDS) {
    const batch = records.slice(at, at + BATCH_RECORDS);
    yield await Promise.resolve({ log, partition, records: batch, nextOffset: at + batch.length, endOffset });
  }
}

/** A season of the marketplace under the starter bundle, with duplicates, late events and reported usage. */
export async function playedWorkspace(season: PlayedSeason): Promise<WorkspaceInMemory> {
  return (await seasonUnderWay(season)).workspace;
}

export async function seasonUnderWay(season: PlayedSeason): Promise<SeasonUnderWay> {
  const { partitions, merchants, days, startMs = SEASON_START_MS, bundle = starterBundle() } = season;
  const workspace = workspaceInMemory(partitions);
  const writer = workspace.logs.writer('spec');
  await writer.append('policies', 0, [{ key: bundle.hash, value: Buffer.from(bundle.text) }]);
  const genesis = makeGenesis({
    logId: 'spec',
    partitions,
    treasuries: TREASURIES,
    zone: 'Asia/Shanghai',
    nowMs: startMs,
    engine: ENGINE,
  });
  const activation = { sequence: 1, bundle: bundle.hash, approvedBy: ['lin', 'wang'] };
  for (let partition = 0; partition < partitions; partition += 1) {
    await writer.append('activity', partition, [
      { key: null, value: encodeGenesis(genesis) },
      { key: null, value: encodePolicyActivated('spec', activation, startMs) },
    ]);
  }
  const pipeline = openPipeline(workspace, partitions, new Map([[bundle.hash, bundle.text]]));
  const endMs = startMs + days * DAY_MS;
  const sim = createMarketplace({
    seed: season.seed ?? 11,
    merchants,
    startMs,
    days: Math.ceil(days) + 1,
    duplicateRatePpm: 20_000,
    tooLateRatePpm: 20_000,
  });
  await playSeason({
    logs: workspace.logs,
    sim,
    pseudonymKey: PSEUDONYM_KEY,
    startMs,
    endMs,
    stepMs: STEP_MS,
    readGrants: () => Promise.resolve(pipeline.activeGrants()),
    drained: () => Promise.resolve(pipeline.drain()),
  });
  pipeline.drain();
  return { workspace, sim, endMs, activeGrants: pipeline.activeGrants() };
}

interface Pipeline {
  drain(): void;
  activeGrants(): ActiveGrant[];
}

function openPipeline(
  workspace: WorkspaceInMemory,
  partitions: number,
  bundles: ReadonlyMap<string, string>,
): Pipeline {
  const active = new Map<string, ActiveGrant>();
  const stages = Array.from({ length: partitions }, (_, partition) => ({
    partition,
    replay: openPartitionReplay({ partition, bundles, quarantine: [] }),
    next: 0,
  }));
  const drainOne = (stage: (typeof stages)[number]): void => {
    const records = workspace.partition('activity', stage.partition).slice(stage.next);
    stage.next += records.length;
    const { outputs, stop } = stage.replay.step(records);
    if (stop !== null) throw new Error(`the season stopped at ${stop.position}: ${stop.why}`);
    for (const { log, key, text } of outputs) {
      const to = workspace.partition(log, stage.partition);
      to.push({ key, value: Buffer.from(text), offset: to.length });
      if (log === 'grants') noteGrant(active, text);
    }
  };
  return {
    drain: () => stages.forEach(drainOne),
    activeGrants: () => [...active.values()],
  };
}

function noteGrant(active: Map<string, ActiveGrant>, text: string): void {
  const { subject, data } = JSON.parse(text) as { subject: string; data: Grant };
  const grant = activeGrant(subject, data);
  if (grant === null) active.delete(data.grantId);
  else active.set(data.grantId, grant);
}

/** The starter policy, or what an edit of its text makes of it. */
export function starterBundle(edit: (yaml: string) => string = (yaml) => yaml): CompiledBundle {
  const path = join(packageRoot(import.meta.url), 'policies/starter/bundle.yaml');
  const result = compileBundle(parse(edit(readFileSync(path, 'utf8'))));
  if (!('compiled' in result)) throw new Error(`policies/starter: ${JSON.stringify(result.findings)}`);
  const { text } = result.compiled;
  return { hash: sha256(text), text };
}

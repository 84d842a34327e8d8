import { ENGINE } from '#domain/engine';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { makeGenesis, encodeGenesis, encodePolicyActivated } from '#contracts/genesis';
import { logShapes, type LogName } from '#contracts/logs';
import { compileBundle } from '#domain/policy/compile';
import { DAY_MS, HOUR_MS } from '#domain/time';
import { playSeason } from '#sim/marketplace/demo-season';
import type { ActiveGrant } from '#sim/marketplace/in-force';
import { createMarketplace, type Marketplace } from '#sim/marketplace/marketplace';
import { packageRoot } from '#store/pglite/package-root';
import { UnavailableError, type Appended, type LogRecord, type Logs } from '#stream/log';
import { sha256 } from './digest.ts';
import { openPipeline } from './fixture-pipeline.ts';

// For specs: a workspace in memory with a played season in it. The machines are driven here and not by the runner,
// and the logs hold what a pipeline that kept up would have published.

export interface WorkspaceInMemory {
  readonly logs: Logs;
  /** The records of a partition, to be altered by a spec. */
  partition(log: LogName, partition: number): LogRecord[];
  /** Partitions of activity and of the treasury. */
  readonly told: readonly LogRecord[][];
}

export interface PlayedSeason {
  readonly partitions: number;
  readonly treasuries?: number;
  readonly merchants: number;
  /** Bundles that go live after so many steps, in order. */
  readonly changes?: readonly { readonly afterSteps: number; readonly bundle: CompiledBundle }[];
  /** Steps of the season, of 6 h each, after which the treasury is away: its log grows, and nobody reads it. */
  readonly treasurySteps?: number;
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
/** Partitions of the treasury log, unless a season says otherwise. */
export const TREASURIES = 1;

export function workspaceInMemory(partitions: number, treasuries = TREASURIES): WorkspaceInMemory {
  const all = new Map<string, LogRecord[][]>(
    logShapes(partitions, treasuries).map(({ log, partitions: count }) => [
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
  return {
    logs: logs as Logs,
    partition: (log, partition) => recordsOf(log, partition),
    told: [...all.get('activity')!, ...all.get('treasury')!],
  };
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
  const { partitions, treasuries = TREASURIES, merchants, days, changes = [] } = season;
  const { startMs = SEASON_START_MS, bundle = starterBundle() } = season;
  const workspace = workspaceInMemory(partitions, treasuries);
  const all = [bundle, ...changes.map((change) => change.bundle)];
  begin(workspace, season, treasuries, startMs);
  activate(workspace, 1, bundle, startMs);
  const bundles = new Map(all.map(({ hash, text }) => [hash, text]));
  const pipeline = openPipeline(workspace, { ...season, treasuries }, bundles);
  let steps = 0;
  const endMs = startMs + days * DAY_MS;
  const sim = createMarketplace({
    seed: season.seed ?? 11,
    merchants,
    startMs,
    days: Math.ceil(days) + 1,
    duplicateRatePpm: 20_000,
    tooLateRatePpm: 20_000,
    // Entities have several shops each, and some of them trade with themselves.
    entityPpm: 600_000,
    fraudPpm: 250_000,
  });
  await playSeason({
    logs: workspace.logs,
    sim,
    pseudonymKey: PSEUDONYM_KEY,
    startMs,
    endMs,
    stepMs: STEP_MS,
    readGrants: () => Promise.resolve(pipeline.activeGrants()),
    drained: (atMs) => {
      pipeline.drain();
      steps += 1;
      changes.forEach(({ afterSteps, bundle: next }, at) => {
        if (afterSteps === steps) activate(workspace, at + 2, next, atMs);
      });
      return Promise.resolve();
    },
  });
  pipeline.drain();
  return { workspace, sim, endMs, activeGrants: pipeline.activeGrants() };
}

function begin(
  workspace: WorkspaceInMemory,
  { partitions }: PlayedSeason,
  treasuries: number,
  startMs: number,
): void {
  const genesis = makeGenesis({
    logId: 'spec',
    partitions,
    treasuries,
    zone: 'Asia/Shanghai',
    nowMs: startMs,
    engine: ENGINE,
  });
  tellAll(workspace, encodeGenesis(genesis));
  // The census hears of no activation.
  for (let partition = 0; partition < treasuries; partition += 1)
    workspace.partition('census', partition).push({ key: null, value: encodeGenesis(genesis), offset: 0 });
}

/** The bundle's content first, as the command does it. */
function activate(
  workspace: WorkspaceInMemory,
  sequence: number,
  bundle: CompiledBundle,
  atMs: number,
): void {
  const policies = workspace.partition('policies', 0);
  policies.push({ key: bundle.hash, value: Buffer.from(bundle.text), offset: policies.length });
  const activation = { sequence, bundle: bundle.hash, approvedBy: ['lin', 'wang'] };
  tellAll(workspace, encodePolicyActivated('spec', activation, atMs));
}

/** A control record to every partition that has time and policies. */
function tellAll({ told }: WorkspaceInMemory, value: Buffer): void {
  for (const records of told) records.push({ key: null, value, offset: records.length });
}

/** The starter policy, or what an edit of its text makes of it. */
export function starterBundle(edit: (yaml: string) => string = (yaml) => yaml): CompiledBundle {
  const path = join(packageRoot(import.meta.url), 'policies/starter/bundle.yaml');
  const result = compileBundle(parse(edit(readFileSync(path, 'utf8'))));
  if (!('compiled' in result)) throw new Error(`policies/starter: ${JSON.stringify(result.findings)}`);
  const { text } = result.compiled;
  return { hash: sha256(text), text };
}

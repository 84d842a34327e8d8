import { ENGINE } from '#domain/engine';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { makeGenesis, encodeGenesis, encodePolicyActivated } from '#contracts/genesis';
import { logShapes, type LogName } from '#contracts/logs';
import type { Grant } from '#domain/outputs';
import type { OutputRecord } from '#domain/stage/stage';
import { compileBundle } from '#domain/policy/compile';
import { DAY_MS, HOUR_MS } from '#domain/time';
import { playSeason } from '#sim/marketplace/demo-season';
import { activeGrant, type ActiveGrant } from '#sim/marketplace/in-force';
import { createMarketplace, type Marketplace } from '#sim/marketplace/marketplace';
import { packageRoot } from '#store/pglite/package-root';
import { hasSeveralWriters } from '#stage/several-writers';
import { UnavailableError, type Appended, type LogRecord, type Logs } from '#stream/log';
import { sha256 } from './digest.ts';
import type { LogReplay } from './driven-stage.ts';
import { openPartitionReplay } from './partition-replay.ts';
import { openTreasuryReplay } from './treasury-replay.ts';

// For specs: a workspace in memory with a played season in it. The machines are driven here and not by the runner,
// and the logs hold what a pipeline that kept up would have published.

export interface WorkspaceInMemory {
  readonly logs: Logs;
  /** The records of a partition, to be altered by a spec. */
  partition(log: LogName, partition: number): LogRecord[];
}

export interface PlayedSeason {
  readonly partitions: number;
  readonly treasuries?: number;
  readonly merchants: number;
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
  const { partitions, treasuries = TREASURIES, merchants, days } = season;
  const { startMs = SEASON_START_MS, bundle = starterBundle() } = season;
  const workspace = workspaceInMemory(partitions, treasuries);
  const writer = workspace.logs.writer('spec');
  await writer.append('policies', 0, [{ key: bundle.hash, value: Buffer.from(bundle.text) }]);
  const genesis = makeGenesis({
    logId: 'spec',
    partitions,
    treasuries,
    zone: 'Asia/Shanghai',
    nowMs: startMs,
    engine: ENGINE,
  });
  const activation = { sequence: 1, bundle: bundle.hash, approvedBy: ['lin', 'wang'] };
  const first = [
    { key: null, value: encodeGenesis(genesis) },
    { key: null, value: encodePolicyActivated('spec', activation, startMs) },
  ];
  for (let partition = 0; partition < partitions; partition += 1)
    await writer.append('activity', partition, first);
  for (let treasury = 0; treasury < treasuries; treasury += 1)
    await writer.append('treasury', treasury, first);
  const pipeline = openPipeline(workspace, { ...season, treasuries }, new Map([[bundle.hash, bundle.text]]));
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
    drained: () => Promise.resolve(pipeline.drain()),
  });
  pipeline.drain();
  return { workspace, sim, endMs, activeGrants: pipeline.activeGrants() };
}

interface Pipeline {
  drain(): void;
  activeGrants(): ActiveGrant[];
}

/** One replayed partition of a log and how far it has come. */
interface Reader {
  readonly log: 'activity' | 'treasury';
  readonly partition: number;
  readonly replay: LogReplay;
  next: number;
  /** What it said last to logs that others write to as well. */
  said: readonly OutputRecord[];
}

/** What is said again by an owner that took over. */
const REPEATED_MAX = 3;

function openPipeline(
  workspace: WorkspaceInMemory,
  season: PlayedSeason & { readonly treasuries: number },
  bundles: ReadonlyMap<string, string>,
): Pipeline {
  const { partitions, treasuries, treasurySteps = Infinity } = season;
  const active = new Map<string, ActiveGrant>();
  const reader = (log: Reader['log'], partition: number): Reader => {
    const settings = { partition, bundles, quarantine: [] };
    const replay = log === 'treasury' ? openTreasuryReplay(settings) : openPartitionReplay(settings);
    return { log, partition, replay, next: 0, said: [] };
  };
  const readers = [
    ...Array.from({ length: partitions }, (_, partition) => reader('activity', partition)),
    ...Array.from({ length: treasuries }, (_, partition) => reader('treasury', partition)),
  ];
  const put = (own: number, { log, partition = own, key, text }: OutputRecord): void => {
    const to = workspace.partition(log, partition);
    to.push({ key, value: Buffer.from(text), offset: to.length });
    if (log === 'grants') noteGrant(active, text);
  };
  /** False where nothing was new. */
  const read = (each: Reader): boolean => {
    const records = workspace.partition(each.log, each.partition).slice(each.next);
    each.next += records.length;
    const { outputs, stop } = each.replay.step(records);
    if (stop !== null) throw new Error(`the season stopped at ${stop.position}: ${stop.why}`);
    for (const output of outputs) put(each.partition, output);
    const said = outputs.filter((output) => hasSeveralWriters(output.log) && output.log !== 'dead-letters');
    each.said = [...each.said, ...said].slice(-REPEATED_MAX);
    return records.length > 0;
  };
  let drained = 0;
  return {
    drain() {
      // Somebody else each time has taken over and says again what it cannot know to have arrived.
      const heir = readers[drained++ % readers.length]!;
      for (const output of heir.said) put(heir.partition, output);
      const present = readers.filter(({ log }) => log === 'activity' || drained <= treasurySteps);
      while (present.map(read).some((isNew) => isNew));
    },
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

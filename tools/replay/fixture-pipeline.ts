import { SHARED, type SharedLog } from '#contracts/logs';
import type { Grant } from '#domain/outputs';
import type { OutputRecord } from '#domain/stage/stage';
import { activeGrant, type ActiveGrant } from '#sim/marketplace/in-force';
import { hasSeveralWriters } from '#stage/several-writers';
import type { LogReplay } from './driven-stage.ts';
import { openPartitionReplay } from './partition-replay.ts';
import { openSharedReplay } from './shared-replay.ts';
import type { PlayedSeason, WorkspaceInMemory } from './workspace-fixture.ts';

// For specs: the four stages over a workspace in memory, driven here and not by the runner.

export interface Pipeline {
  drain(): void;
  activeGrants(): ActiveGrant[];
}

/** One replayed partition of a log and how far it has come. */
interface Reader {
  readonly log: 'activity' | SharedLog;
  readonly partition: number;
  readonly replay: LogReplay;
  next: number;
  /** What it said last to logs that others write to as well. */
  said: readonly OutputRecord[];
}

/** What is said again by an owner that took over. */
const REPEATED_MAX = 3;

export function openPipeline(
  workspace: WorkspaceInMemory,
  season: PlayedSeason & { readonly treasuries: number },
  bundles: ReadonlyMap<string, string>,
): Pipeline {
  const { partitions, treasuries, treasurySteps = Infinity } = season;
  const active = new Map<string, ActiveGrant>();
  const reader = (log: Reader['log'], partition: number): Reader => {
    const settings = { partition, bundles, quarantine: [] };
    const replay = log === 'activity' ? openPartitionReplay(settings) : openSharedReplay(log, settings);
    return { log, partition, replay, next: 0, said: [] };
  };
  const readers = [
    ...Array.from({ length: partitions }, (_, partition) => reader('activity', partition)),
    ...SHARED.flatMap((log) => Array.from({ length: treasuries }, (_, partition) => reader(log, partition))),
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
      const present = readers.filter(({ log }) => log !== 'treasury' || drained <= treasurySteps);
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

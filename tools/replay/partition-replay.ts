import { allocator } from '#domain/allocator/allocator-machine';
import { scoring } from '#domain/scoring/scoring-machine';
import { formatPosition } from '#domain/stage/position';
import type { OutputRecord } from '#domain/stage/stage';
import { openStage, type ActivityRecord, type LogReplay, type StageSettings } from './driven-stage.ts';

// One partition re-executed in memory: activity in, everything else out. Scoring's capability records go straight
// into the allocator, as they would through the log; what the treasury leases stands in activity already.

export interface ReplaySettings extends StageSettings {
  /** False: scoring only. */
  readonly withAllocator?: boolean;
}

export interface PartitionReplay extends LogReplay {
  /** Scoring's root and rows after the last batch, as a snapshot would hold them; annexes are under `<key>#`. */
  scoringState(): { readonly root: string; readonly rows: ReadonlyMap<string, string> };
}

/** The allocator's records have a position of their own; their transport offset means nothing. */
const NO_OFFSET = -1;

export function openPartitionReplay(settings: ReplaySettings): PartitionReplay {
  const { partition, withAllocator = true } = settings;
  const score = openStage(scoring, settings);
  const allocate = withAllocator ? openStage(allocator, settings) : null;
  let nextOffset = 0;

  const stepOne = (record: ActivityRecord, outputs: OutputRecord[]): void => {
    if (record.offset !== nextOffset) {
      throw new Error(`activity has a gap: the record at offset ${nextOffset} must come next`);
    }
    nextOffset += 1;
    for (const output of score.step(record)) {
      outputs.push(output);
      if (output.log !== 'capability' || allocate === null) continue;
      const value = Buffer.from(output.text, 'utf8');
      outputs.push(...allocate.step({ offset: NO_OFFSET, key: output.key, value }));
    }
  };

  return {
    step(records, isBatchEnd = true) {
      const outputs: OutputRecord[] = [];
      for (const record of records) {
        try {
          stepOne(record, outputs);
        } catch (error) {
          const why = error instanceof Error ? error.message : String(error);
          return { outputs, stop: { position: formatPosition([partition, record.offset]), why } };
        }
      }
      if (isBatchEnd) {
        score.settle();
        allocate?.settle();
      }
      return { outputs, stop: null };
    },
    asOf: () => (nextOffset === 0 ? null : formatPosition([partition, nextOffset - 1])),
    scoringState: () => score.state(),
  };
}

/** Everything that a partition's activity causes. Throws where it cannot be re-executed. */
export function* runMachines(
  records: Iterable<ActivityRecord>,
  settings: ReplaySettings & { readonly batchRecords: number },
): Generator<OutputRecord, void, undefined> {
  const replay = openPartitionReplay(settings);
  const step = (batch: readonly ActivityRecord[]): readonly OutputRecord[] => {
    const { outputs, stop } = replay.step(batch);
    if (stop !== null) throw new Error(`stopped at ${stop.position}: ${stop.why}`);
    return outputs;
  };
  let batch: ActivityRecord[] = [];
  for (const record of records) {
    batch.push(record);
    if (batch.length < settings.batchRecords) continue;
    yield* step(batch);
    batch = [];
  }
  yield* step(batch);
}

import { allocator } from '#domain/allocator/allocator-machine';
import { scoring } from '#domain/scoring/scoring-machine';
import { formatPosition } from '#domain/stage/position';
import type { InputRecord, OutputRecord, PartitionMachine, StageDefinition } from '#domain/stage/stage';
import { decodeInput } from '#stage/decode-input';
import { PLAN_ROUNDS_MAX } from '#stage/limit';
import { sha256 } from './digest.ts';

// One partition re-executed in memory: activity in, everything else out. Scoring's capability records go straight
// into the allocator, as they would through the log. At the end of every batch the changed rows are frozen to bytes
// and all but the latest used leave memory, as a snapshot and eviction would do it: whatever depended on where a
// batch ends or on what happened to be loaded shows as a difference.

export interface ActivityRecord {
  readonly offset: number;
  readonly key: string | null;
  readonly value: Buffer;
}

/** What the owner of the partition wrote to `quarantine`: this record is not stepped. */
export interface Quarantined {
  readonly stage: 'scoring' | 'allocator';
  readonly position: string;
  readonly recordHash: string;
  readonly reason: string;
}

export interface ReplaySettings {
  readonly partition: number;
  /** Canonical text of every published bundle by its hash. */
  readonly bundles: ReadonlyMap<string, string>;
  readonly quarantine: readonly Quarantined[];
  /** Rows kept in memory as objects after a batch; the others are kept as text. */
  readonly rowsMax?: number;
  /** False: scoring only. */
  readonly withAllocator?: boolean;
}

/** The partition cannot be re-executed beyond this record; in production it is paused there. */
export interface Stop {
  readonly position: string;
  readonly why: string;
}

export interface SteppedBatch {
  /** What the batch caused, in order, up to where it stopped. */
  readonly outputs: readonly OutputRecord[];
  /** Not null: the state is unusable, and nothing more may be stepped. */
  readonly stop: Stop | null;
}

export interface PartitionReplay {
  /** `isBatchEnd`: changed rows are frozen and most leave memory, as after a snapshot. */
  step(records: readonly ActivityRecord[], isBatchEnd?: boolean): SteppedBatch;
  /** Position of the last activity record stepped; null before the first. */
  asOf(): string | null;
  /** Scoring's root and rows after the last batch, as a snapshot would hold them; annexes are under `<key>#`. */
  scoringState(): { readonly root: string; readonly rows: ReadonlyMap<string, string> };
}

/** The allocator's records have a position of their own; their transport offset means nothing. */
const NO_OFFSET = -1;

export const ROWS_LOADED_MAX = 20_000;

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

interface DrivenStage {
  step(record: ActivityRecord): readonly OutputRecord[];
  settle(): void;
  state(): { readonly root: string; readonly rows: ReadonlyMap<string, string> };
}

function openStage(stage: StageDefinition, settings: ReplaySettings): DrivenStage {
  const { partition, bundles, rowsMax = ROWS_LOADED_MAX } = settings;
  const machine = stage.open(partition, null, sha256);
  const frozenRows = new Map<string, string>();
  let root = '';
  const entries = settings.quarantine.filter((entry) => entry.stage === stage.name);
  const reasons = new Map(entries.map(({ position, reason }) => [position, reason]));
  const hashes = new Map(entries.map(({ position, recordHash }) => [position, recordHash]));

  return {
    step(raw) {
      try {
        const record = decodeInput(stage.input, partition, raw, reasons);
        if (record.quarantined !== undefined) checkEntry(record, hashes);
        prepare(machine, record, frozenRows, bundles);
        return machine.step(record);
      } catch (error) {
        throw new Error(`${stage.name}: ${(error as Error).message}`, { cause: error });
      }
    },
    settle() {
      const frozen = machine.freeze();
      for (const { key, body } of frozen.rows) frozenRows.set(key, body);
      root = frozen.root;
      machine.thawed();
      machine.evict(rowsMax);
    },
    state: () => ({ root, rows: frozenRows }),
  };
}

/** An entry is about one record with one content; with another content somebody changed the log. */
function checkEntry(record: InputRecord, hashes: ReadonlyMap<string, string>): void {
  const wanted = hashes.get(formatPosition(record.position));
  const hash = sha256(record.text);
  if (wanted !== hash)
    throw new Error(`quarantine is about a record with hash ${wanted}, this one has ${hash}`);
}

function prepare(
  machine: PartitionMachine,
  record: InputRecord,
  frozenRows: ReadonlyMap<string, string>,
  bundles: ReadonlyMap<string, string>,
): void {
  const bundle = machine.needsBundle(record);
  if (bundle !== null) {
    const text = bundles.get(bundle);
    if (text === undefined) throw new Error(`bundle ${bundle} is not in the policies log`);
    machine.addBundle(bundle, text);
  }
  for (let round = 0; round < PLAN_ROUNDS_MAX; round++) {
    const missing = machine.plan(record);
    if (missing.length === 0) return;
    machine.addRows(new Map(missing.map((key) => [key, frozenRows.get(key) ?? null])));
  }
}

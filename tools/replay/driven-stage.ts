import { formatPosition } from '#domain/stage/position';
import { openResident } from '#domain/stage/resident-stage';
import type { InputRecord, OutputRecord, StageDefinition } from '#domain/stage/stage';
import { decodeInput } from '#stage/decode-input';
import { sha256 } from './digest.ts';

// One partition of one stage with a store in memory, fed with a log's records as they are.

/** A record of a stage's input log. */
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

export interface StageSettings {
  readonly partition: number;
  /** Canonical text of every published bundle by its hash. */
  readonly bundles: ReadonlyMap<string, string>;
  readonly quarantine: readonly Quarantined[];
  /** Rows kept in memory as objects after a batch; the others are kept as text. */
  readonly rowsMax?: number;
}

/** The partition cannot be re-executed beyond this record; in production it is paused there. */
export interface Stop {
  /** Of the input record; of treasury and census with the name of the log before it, `treasury 0/12`. */
  readonly position: string;
  readonly why: string;
}

export interface SteppedBatch {
  /** What the batch caused, in order, up to where it stopped. */
  readonly outputs: readonly OutputRecord[];
  /** Not null: the state is unusable, and nothing more may be stepped. */
  readonly stop: Stop | null;
}

/** A partition of a log that is replayed, whatever is driven by it. */
export interface LogReplay {
  /** `isBatchEnd`: changed rows are frozen and most leave memory, as after a snapshot. */
  step(records: readonly ActivityRecord[], isBatchEnd?: boolean): SteppedBatch;
  /** Position of the last record stepped; null before the first. */
  asOf(): string | null;
}

export interface DrivenStage {
  step(record: ActivityRecord): readonly OutputRecord[];
  settle(): void;
  state(): { readonly root: string; readonly rows: ReadonlyMap<string, string> };
}

export function openStage(stage: StageDefinition, settings: StageSettings): DrivenStage {
  const { partition } = settings;
  const resident = openResident(stage, { ...settings, hash: sha256 });
  const entries = settings.quarantine.filter((entry) => entry.stage === stage.name);
  const reasons = new Map(entries.map(({ position, reason }) => [position, reason]));
  const hashes = new Map(entries.map(({ position, recordHash }) => [position, recordHash]));

  return {
    step(raw) {
      try {
        const record = decodeInput(stage.input, partition, raw, reasons);
        if (record.quarantined !== undefined) checkEntry(record, hashes);
        return resident.step(record);
      } catch (error) {
        throw new Error(`${stage.name}: ${(error as Error).message}`, { cause: error });
      }
    },
    settle: () => resident.settle(),
    state: () => resident.state(),
  };
}

/** An entry is about one record with one content; with another content somebody changed the log. */
function checkEntry(record: InputRecord, hashes: ReadonlyMap<string, string>): void {
  const wanted = hashes.get(formatPosition(record.position));
  const hash = sha256(record.text);
  if (wanted !== hash)
    throw new Error(`quarantine is about a record with hash ${wanted}, this one has ${hash}`);
}

import { formatPosition } from '#domain/stage/position';
import type { InputRecord, OutputRecord, PartitionMachine, StageDefinition } from '#domain/stage/stage';
import { decodeInput } from '#stage/decode-input';
import { PLAN_ROUNDS_MAX } from '#stage/limit';
import { sha256 } from './digest.ts';

// One partition of one stage, driven as the runner does it, with a store in memory. At the end of every batch the
// changed rows are frozen to bytes and all but the latest used leave memory, as a snapshot and eviction would do it:
// whatever depended on where a batch ends or on what happened to be loaded shows as a difference.

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
  /** Of the input record; of the treasury with the name of its log before it, `treasury 0/12`. */
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

const ROWS_LOADED_MAX = 20_000;

export interface DrivenStage {
  step(record: ActivityRecord): readonly OutputRecord[];
  settle(): void;
  state(): { readonly root: string; readonly rows: ReadonlyMap<string, string> };
}

export function openStage(stage: StageDefinition, settings: StageSettings): DrivenStage {
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

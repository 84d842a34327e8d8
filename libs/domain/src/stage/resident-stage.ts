import type { Hash, InputRecord, OutputRecord, PartitionMachine, StageDefinition } from './stage.ts';

// One partition of one stage, driven as the runner does it, with a store in memory. When it settles, changed rows are
// frozen to bytes and all but the latest used leave memory, as a snapshot and eviction would do it: whatever depended
// on where a batch ends, or on what happened to be loaded, would show as a difference.

export interface ResidentSettings {
  readonly partition: number;
  readonly hash: Hash;
  /** Canonical text of every published bundle by its hash. */
  readonly bundles: ReadonlyMap<string, string>;
  /** Rows kept in memory as objects once it settled; the others are kept as text. */
  readonly rowsMax?: number;
}

export interface ResidentStage {
  readonly machine: PartitionMachine;
  /** Throws where the record cannot be stepped; the state is unusable then. */
  step(record: InputRecord): readonly OutputRecord[];
  settle(): void;
  /** As of the last time that it settled. */
  state(): { readonly root: string; readonly rows: ReadonlyMap<string, string> };
}

const ROWS_LOADED_MAX = 20_000;
/** One row leads to another and soon to no more; more rounds than this are a plan that never ends. */
const PLAN_ROUNDS_MAX = 16;

export function openResident(stage: StageDefinition, settings: ResidentSettings): ResidentStage {
  const { partition, hash, bundles, rowsMax = ROWS_LOADED_MAX } = settings;
  const machine = stage.open(partition, null, hash);
  const frozenRows = new Map<string, string>();
  let root = '';

  return {
    machine,
    step(record) {
      prepare(machine, record, frozenRows, bundles);
      return machine.step(record);
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

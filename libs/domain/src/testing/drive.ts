import type {
  FrozenChunk,
  FrozenRow,
  Hash,
  InputRecord,
  OutputRecord,
  PartitionMachine,
  Restored,
  StageDefinition,
} from '../stage/stage.ts';

// Drives one machine as the runner does, against a store in memory. The store really forgets: after `evict` a row is
// only there again because `plan` asked for it, so an incomplete plan throws in `step`.

/** What rows name in turn is loaded as well; more rounds than this are a plan that never ends. */
const ROUNDS_MAX = 20;

/** Snapshot of a stage and partition, as Postgres would hold it. */
export interface RowStore {
  root: string | null;
  readonly rows: Map<string, FrozenRow>;
  chunks: FrozenChunk[];
}

export interface Driven {
  readonly store: RowStore;
  machine(): PartitionMachine;
  step(record: InputRecord): readonly OutputRecord[];
  /** Writes a snapshot. */
  freeze(): void;
  /** Writes a snapshot and drops every row from memory. */
  evict(): void;
  /** Writes a snapshot and goes on from it in a new machine, as after a take-over. */
  reopen(): void;
  /** Forgets what it is and goes on from this snapshot, as after a crash. */
  restart(at: RowStore): void;
}

export function drive(
  stage: StageDefinition,
  hash: Hash,
  bundles: ReadonlyMap<string, string>,
  partition: number,
  /** What becomes of a row on its way to the store; a test of the tests plants mistakes here. */
  kept: (row: FrozenRow) => FrozenRow = (row) => row,
): Driven {
  const store: RowStore = { root: null, rows: new Map(), chunks: [] };
  let machine = stage.open(partition, null, hash);
  const driven: Driven = {
    store,
    machine: () => machine,
    step(record) {
      const wanted = machine.needsBundle(record);
      if (wanted !== null) machine.addBundle(wanted, bundles.get(wanted)!);
      for (let round = 0, keys = machine.plan(record); keys.length > 0; keys = machine.plan(record)) {
        if (++round > ROUNDS_MAX) throw new Error(`still planned after loading: ${keys.join(', ')}`);
        machine.addRows(new Map(keys.map((key) => [key, store.rows.get(key)?.body ?? null])));
      }
      return machine.step(record);
    },
    freeze() {
      const { root, rows, chunks, droppedHours } = machine.freeze();
      store.root = root;
      for (const row of rows) store.rows.set(row.key, kept(row));
      store.chunks = [...store.chunks, ...chunks].filter(({ hour }) => !droppedHours.includes(hour));
      machine.thawed();
    },
    evict() {
      driven.freeze();
      machine.evict(0);
    },
    reopen() {
      driven.freeze();
      machine = stage.open(partition, restoredFrom(store), hash);
    },
    restart({ root, rows, chunks }) {
      store.root = root;
      store.chunks = [...chunks];
      store.rows.clear();
      for (const [key, row] of rows) store.rows.set(key, row);
      machine = stage.open(partition, restoredFrom(store), hash);
    },
  };
  return driven;
}

export function restoredFrom({ root, rows, chunks }: RowStore): Restored {
  const index = [...rows.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
  return { root: root!, index, chunks };
}

import { byCodeUnit } from '../canonical.ts';
import { createOrderedSet, type OrderedSet } from './ordered-set.ts';
import type { FrozenRow, Restored } from './stage.ts';

// The rows of one partition: which merchants there are and when each is due is always in memory; the rows themselves
// are loaded when a record needs them and leave memory again when they are clean.
//
// A row may have an annex, a second body that changes seldom (closed days). It is kept under `<key>#`, which no
// merchant id can contain, and is loaded and dropped together with its row.

export interface Timer {
  readonly dueMs: number;
  readonly key: string;
}

/** How a stage turns its rows to text and back. */
export interface RowFormat<Row> {
  create(key: string): Row;
  encode(row: Row): string;
  decode(key: string, body: string, annex: string | null): Row;
  encodeAnnex?(row: Row): string;
}

export interface MerchantRows<Row> {
  readonly ids: OrderedSet<string>;
  readonly timers: OrderedSet<Timer>;
  readonly held: OrderedSet<string>;
  /** Of `keys`, those to load before `get`: store keys, annexes included. */
  missing(keys: readonly string[]): string[];
  add(rows: ReadonlyMap<string, string | null>): void;
  /** The row, created when the merchant is new. Throws when it exists but was not loaded: a bug in `plan`. */
  get(key: string): Row;
  touch(key: string): void;
  touchAnnex(key: string): void;
  due(key: string): number | null;
  setDue(key: string, dueMs: number | null): void;
  setHeld(key: string, isHeld: boolean): void;
  dirtyRows(): number;
  dirtyBytes(): number;
  loadedRows(): number;
  freeze(): FrozenRow[];
  thawed(): void;
  evict(rowsMax: number): void;
  all(): FrozenRow[];
}

const ANNEX = '#';
/** Assumed size of a row that was never encoded, bytes. */
const ROW_BYTES_GUESS = 600;

export function createMerchantRows<Row>(
  format: RowFormat<Row>,
  index: Restored['index'] = [],
): MerchantRows<Row> {
  const known: string[] = [];
  const dueOf = new Map<string, number>();
  const heldKeys: string[] = [];
  for (const { key, due, held } of index) {
    if (key.endsWith(ANNEX)) continue;
    known.push(key);
    if (due !== null) dueOf.set(key, due);
    if (held) heldKeys.push(key);
  }
  const ids = createOrderedSet(byCodeUnit, known);
  const held = createOrderedSet(byCodeUnit, heldKeys);
  const timers = createOrderedSet<Timer>(
    byInstant,
    [...dueOf].map(([key, dueMs]) => ({ dueMs, key })).sort(byInstant),
  );
  const loaded = new Map<string, Row>();
  const dirty = new Set<string>();
  const dirtyAnnex = new Set<string>();
  let inFlight: ReadonlySet<string> = new Set();
  let rowBytes = ROW_BYTES_GUESS;

  function freezeRow(key: string): FrozenRow {
    const body = format.encode(loaded.get(key)!);
    rowBytes += (body.length - rowBytes) / 64;
    return { key, due: dueOf.get(key) ?? null, held: held.has(key), body };
  }

  function freezeAnnex(key: string): FrozenRow {
    const body = format.encodeAnnex!(loaded.get(key)!);
    return { key: key + ANNEX, due: null, held: false, body };
  }

  return {
    ids,
    timers,
    held,
    missing(keys) {
      const wanted = new Set<string>();
      for (const key of keys) {
        if (loaded.has(key) || !ids.has(key)) continue;
        wanted.add(key);
        if (format.encodeAnnex) wanted.add(key + ANNEX);
      }
      return [...wanted];
    },
    add(rows) {
      for (const [key, body] of rows) {
        if (key.endsWith(ANNEX) || loaded.has(key) || body === null) continue;
        // Without its annex a row would be taken for one that has none, and the next snapshot would make it so.
        if (format.encodeAnnex && !rows.has(key + ANNEX))
          throw new Error(`row ${key} came without its annex`);
        loaded.set(key, format.decode(key, body, rows.get(key + ANNEX) ?? null));
      }
    },
    get(key) {
      const row = loaded.get(key);
      if (row !== undefined) {
        // Re-inserted, so that the map's order is the order of last use.
        loaded.delete(key);
        loaded.set(key, row);
        return row;
      }
      if (ids.has(key)) throw new Error(`row ${key} was not loaded`);
      const created = format.create(key);
      ids.add(key);
      loaded.set(key, created);
      dirty.add(key);
      return created;
    },
    touch(key) {
      dirty.add(key);
    },
    touchAnnex(key) {
      dirty.add(key);
      dirtyAnnex.add(key);
    },
    due: (key) => dueOf.get(key) ?? null,
    setDue(key, dueMs) {
      const before = dueOf.get(key);
      if (before === (dueMs ?? undefined)) return;
      if (before !== undefined) timers.delete({ dueMs: before, key });
      if (dueMs === null) dueOf.delete(key);
      else {
        dueOf.set(key, dueMs);
        timers.add({ dueMs, key });
      }
      dirty.add(key);
    },
    setHeld(key, isHeld) {
      if (held.has(key) === isHeld) return;
      if (isHeld) held.add(key);
      else held.delete(key);
      dirty.add(key);
    },
    dirtyRows: () => dirty.size + dirtyAnnex.size,
    dirtyBytes: () => Math.round((dirty.size + dirtyAnnex.size) * rowBytes),
    loadedRows: () => loaded.size,
    freeze() {
      const frozen = [...[...dirty].map(freezeRow), ...[...dirtyAnnex].map(freezeAnnex)];
      inFlight = new Set(dirty);
      dirty.clear();
      dirtyAnnex.clear();
      return frozen.sort((a, b) => byCodeUnit(a.key, b.key));
    },
    thawed() {
      inFlight = new Set();
    },
    evict(rowsMax) {
      if (loaded.size <= rowsMax) return;
      for (const key of loaded.keys()) {
        if (loaded.size <= rowsMax) return;
        if (!dirty.has(key) && !inFlight.has(key)) loaded.delete(key);
      }
    },
    all() {
      const keys = [...loaded.keys()];
      const rows = format.encodeAnnex
        ? [...keys.map(freezeRow), ...keys.map(freezeAnnex)]
        : keys.map(freezeRow);
      return rows.sort((a, b) => byCodeUnit(a.key, b.key));
    },
  };
}

function byInstant(a: Timer, b: Timer): number {
  return a.dueMs - b.dueMs || byCodeUnit(a.key, b.key);
}

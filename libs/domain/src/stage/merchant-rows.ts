import { byCodeUnit } from '../canonical.ts';
import { createOrderedSet, type OrderedSet } from './ordered-set.ts';
import type { FrozenRow, Restored } from './stage.ts';
import { createTimerIndex, type TimerIndex } from './timer-index.ts';

// The rows of one partition: which merchants there are and when each is due is always in memory; the rows themselves
// are loaded when a record needs them and leave memory again when they are clean.
//
// A row may have an annex, a second body that changes seldom (closed days). It is kept under `<key>#`, which no
// merchant id can contain, and is loaded and dropped together with its row.

/** How a stage turns its rows to text and back. */
export interface RowFormat<Row> {
  create(key: string): Row;
  encode(row: Row): string;
  decode(key: string, body: string, annex: string | null): Row;
  encodeAnnex?(row: Row): string;
}

export interface MerchantRows<Row> {
  readonly ids: OrderedSet<string>;
  readonly timers: TimerIndex;
  readonly held: OrderedSet<string>;
  /** Places of those who wait, in the order in which they came (`keyOfPlace`). */
  readonly waiting: OrderedSet<string>;
  /** Of `keys` and `subject`, those to load before `get`: store keys, annexes included. */
  missing(keys: readonly string[], subject?: string | null): readonly string[];
  add(rows: ReadonlyMap<string, string | null>): void;
  /** The row, created when the merchant is new. Throws when it exists but was not loaded: a bug in `plan`. */
  get(key: string): Row;
  touch(key: string): void;
  touchAnnex(key: string): void;
  due(key: string): number | null;
  setDue(key: string, dueMs: number | null): void;
  setHeld(key: string, isHeld: boolean): void;
  /** Its turn among those who wait, lowest first; null when it does not. */
  setWaiting(key: string, turn: number | null): void;
  dirtyRows(): number;
  dirtyBytes(): number;
  loadedRows(): number;
  freeze(): FrozenRow[];
  thawed(): void;
  evict(rowsMax: number): void;
  all(): FrozenRow[];
}

/** What is in memory of a merchant, whether its row is or not. */
interface Entry<Row> {
  readonly key: string;
  /** Null while it is only in the store. */
  row: Row | null;
  dueMs: number | null;
  isHeld: boolean;
  turn: number | null;
  isDirty: boolean;
  isAnnexDirty: boolean;
  /** Its bytes are on their way to the store. */
  isInFlight: boolean;
  /** Higher is later. */
  usedAt: number;
}

const ANNEX = '#';
const NOTHING: readonly string[] = [];
/** Assumed size of a row that was never encoded, bytes. */
const ROW_BYTES_GUESS = 600;

export function createMerchantRows<Row>(
  format: RowFormat<Row>,
  index: Restored['index'] = [],
): MerchantRows<Row> {
  const entries = new Map<string, Entry<Row>>();
  for (const { key, due, held, waiting } of index) {
    if (key.endsWith(ANNEX)) continue;
    entries.set(key, { ...newEntry<Row>(key), dueMs: due, isHeld: held, turn: waiting });
  }
  const known = [...entries.values()];
  const ids = createOrderedSet(byCodeUnit, entries.keys());
  const held = createOrderedSet(
    byCodeUnit,
    known.filter(({ isHeld }) => isHeld).map(({ key }) => key),
  );
  const waiting = createOrderedSet(
    byCodeUnit,
    known
      .flatMap(({ key, turn }) => (turn === null ? [] : [placeOf(turn, key)]))
      // Without a comparator strings are sorted by code unit.
      .sort(),
  );
  const timers = createTimerIndex(
    ids,
    known.flatMap(({ key, dueMs }) => (dueMs === null ? [] : [{ dueMs, key }])),
  );
  let dirty: Entry<Row>[] = [];
  let dirtyAnnexes: Entry<Row>[] = [];
  let inFlight: Entry<Row>[] = [];
  let loaded = 0;
  let uses = 0;
  let rowBytes = ROW_BYTES_GUESS;

  function freezeRow({ key, dueMs, isHeld, turn, row }: Entry<Row>): FrozenRow {
    const body = format.encode(row!);
    rowBytes += (body.length - rowBytes) / 64;
    return { key, due: dueMs, held: isHeld, waiting: turn, body };
  }

  function freezeAnnex({ key, row }: Entry<Row>): FrozenRow {
    return { key: key + ANNEX, due: null, held: false, waiting: null, body: format.encodeAnnex!(row!) };
  }

  function soil(entry: Entry<Row>): void {
    if (entry.isDirty) return;
    entry.isDirty = true;
    dirty.push(entry);
  }

  /** A record asks for its merchant about ten times in a row. */
  let last: Entry<Row> | undefined;
  function find(key: string): Entry<Row> | undefined {
    if (last === undefined || last.key !== key) last = entries.get(key) ?? last;
    return last !== undefined && last.key === key ? last : undefined;
  }

  function isMissing(key: string): boolean {
    const entry = find(key);
    return entry !== undefined && entry.row === null;
  }

  const isLoaded = ({ row }: Entry<Row>): boolean => row !== null;

  return {
    ids,
    timers,
    held,
    waiting,
    missing(keys, subject = null) {
      const isSubjectMissing = subject !== null && isMissing(subject);
      if (!isSubjectMissing && !keys.some(isMissing)) return NOTHING;
      const wanted = new Set<string>();
      for (const key of isSubjectMissing ? [subject, ...keys] : keys) {
        if (!isMissing(key)) continue;
        wanted.add(key);
        if (format.encodeAnnex) wanted.add(key + ANNEX);
      }
      return [...wanted];
    },
    add(rows) {
      for (const [key, body] of rows) {
        if (key.endsWith(ANNEX) || body === null) continue;
        const entry = find(key);
        // What is in memory is newer.
        if (entry === undefined || entry.row !== null) continue;
        // Without its annex a row would be taken for one that has none, and the next snapshot would make it so.
        if (format.encodeAnnex && !rows.has(key + ANNEX))
          throw new Error(`row ${key} came without its annex`);
        entry.row = format.decode(key, body, rows.get(key + ANNEX) ?? null);
        entry.usedAt = uses++;
        loaded += 1;
      }
    },
    get(key) {
      let entry = find(key);
      if (entry === undefined) {
        entry = newEntry<Row>(key);
        entry.row = format.create(key);
        entries.set(key, entry);
        ids.add(key);
        loaded += 1;
        soil(entry);
      }
      if (entry.row === null) throw new Error(`row ${key} was not loaded`);
      entry.usedAt = uses++;
      return entry.row;
    },
    touch: (key) => soil(find(key)!),
    touchAnnex(key) {
      const entry = find(key)!;
      soil(entry);
      if (entry.isAnnexDirty) return;
      entry.isAnnexDirty = true;
      dirtyAnnexes.push(entry);
    },
    due: (key) => find(key)?.dueMs ?? null,
    setDue(key, dueMs) {
      const entry = find(key)!;
      if (entry.dueMs === dueMs) return;
      if (entry.dueMs !== null) timers.delete({ dueMs: entry.dueMs, key });
      if (dueMs !== null) timers.add({ dueMs, key });
      entry.dueMs = dueMs;
      soil(entry);
    },
    setHeld(key, isHeld) {
      const entry = find(key)!;
      if (entry.isHeld === isHeld) return;
      if (isHeld) held.add(key);
      else held.delete(key);
      entry.isHeld = isHeld;
      soil(entry);
    },
    setWaiting(key, turn) {
      const entry = find(key)!;
      if (entry.turn === turn) return;
      if (entry.turn !== null) waiting.delete(placeOf(entry.turn, key));
      if (turn !== null) waiting.add(placeOf(turn, key));
      entry.turn = turn;
      soil(entry);
    },
    dirtyRows: () => dirty.length + dirtyAnnexes.length,
    dirtyBytes: () => Math.round((dirty.length + dirtyAnnexes.length) * rowBytes),
    loadedRows: () => loaded,
    freeze() {
      const frozen = [...dirty.map(freezeRow), ...dirtyAnnexes.map(freezeAnnex)];
      for (const entry of inFlight) entry.isInFlight = false;
      inFlight = dirty;
      for (const entry of inFlight) {
        entry.isInFlight = true;
        entry.isDirty = false;
        entry.isAnnexDirty = false;
      }
      dirty = [];
      dirtyAnnexes = [];
      return frozen.sort((a, b) => byCodeUnit(a.key, b.key));
    },
    thawed() {
      for (const entry of inFlight) entry.isInFlight = false;
      inFlight = [];
    },
    evict(rowsMax) {
      if (loaded <= rowsMax) return;
      const clean = [...entries.values()].filter(
        (entry) => isLoaded(entry) && !entry.isDirty && !entry.isInFlight,
      );
      clean.sort((a, b) => a.usedAt - b.usedAt);
      // A tenth more than asked for, so that sorting is not the next batch's work as well.
      const wanted = loaded - rowsMax + Math.floor(rowsMax / 10);
      for (const entry of clean.slice(0, wanted)) {
        entry.row = null;
        loaded -= 1;
      }
    },
    all() {
      const rows = [...entries.values()].filter(isLoaded);
      const frozen = rows.map(freezeRow);
      if (format.encodeAnnex) for (const entry of rows) frozen.push(freezeAnnex(entry));
      return frozen.sort((a, b) => byCodeUnit(a.key, b.key));
    },
  };
}

/** Digits of a turn: a thousand new ones a second for thirty thousand years. In order of text they are in order. */
const TURN_DIGITS = 15;

function placeOf(turn: number, key: string): string {
  return `${String(turn).padStart(TURN_DIGITS, '0')} ${key}`;
}

/** The key of a place in the order of those who wait. */
export function keyOfPlace(place: string): string {
  return place.slice(TURN_DIGITS + 1);
}

function newEntry<Row>(key: string): Entry<Row> {
  return {
    key,
    row: null,
    dueMs: null,
    isHeld: false,
    turn: null,
    isDirty: false,
    isAnnexDirty: false,
    isInFlight: false,
    usedAt: 0,
  };
}

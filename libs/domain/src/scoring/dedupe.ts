import type { FrozenChunk } from '../stage/stage.ts';
import { HOUR_MS } from '../time.ts';

// Which events were counted: exact, for as long as an event may still arrive (ADR 0006). Looked up by the hash of
// source and id over the whole horizon, because a producer that retries may stamp a new time; kept by event hour,
// so that what left the horizon is dropped in whole chunks.
//
// Memory: 28 bytes a place, between 1.5 and 4 places an event: 42 to 112 bytes an event of the horizon.

/** What a look-up finds. A duplicate has the same content; a conflict has the same id and other content. */
export type Seen = 'new' | 'duplicate' | 'conflict';

export interface Dedupe {
  readonly size: number;
  /** Looks the id up and, when new, enters it. Hashes are lower-case hex; 32 and 16 digits of them are used. */
  see(idHash: string, contentHash: string, atMs: number): Seen;
  /** Drops the hours that end at or before `ms`; nothing in them can arrive any more. */
  expireBefore(ms: number): void;
  pendingBytes(): number;
  freeze(): { readonly chunks: FrozenChunk[]; readonly droppedHours: number[] };
}

/** Words of an entry: four of the id's hash, two of the content's, one for the hour + 1 (0 is an empty place). */
const WORDS = 7;
const HOUR_WORD = 6;
/** Bytes of an entry in a chunk: the hashes without the hour. */
const CHUNK_ENTRY_BYTES = 24;
const PLACES_MIN = 1024;
/** Of 16 ids. */
const PENDING_WORDS_MIN = 16 * HOUR_WORD;

/** Ids of an hour that are in no chunk yet. */
interface Pending {
  words: Uint32Array;
  used: number;
}

export function createDedupe(chunks: Iterable<FrozenChunk>): Dedupe {
  let places = PLACES_MIN;
  let table = new Uint32Array(places * WORDS);
  let used = 0;
  let size = 0;
  let horizonHour = 0;
  const entry = new Uint32Array(WORDS);
  const perHour = new Map<number, { entries: number; nextSequence: number }>();
  let pending = new Map<number, Pending>();
  let pendingBytes = 0;
  let dropped: number[] = [];

  /** Place of the id in `entry`, or the empty place where it belongs. */
  function placeOf(): number {
    // The remainder, as places are a power of two.
    let place = entry[0]! & (places - 1);
    for (;;) {
      const at = place * WORDS;
      if (table[at + HOUR_WORD] === 0) return place;
      if (
        table[at] === entry[0] &&
        table[at + 1] === entry[1] &&
        table[at + 2] === entry[2] &&
        table[at + 3] === entry[3]
      ) {
        return place;
      }
      place = place + 1 === places ? 0 : place + 1;
    }
  }

  function put(): void {
    if ((used + 1) * 3 > places * 2) rebuild();
    enter();
  }

  /** Word by word: a take-over enters millions, and calls that copy so few words cost more than the words. */
  function enter(): void {
    const at = placeOf() * WORDS;
    if (table[at + HOUR_WORD] === 0) used += 1;
    for (let word = 0; word < WORDS; word++) table[at + word] = entry[word]!;
  }

  /** Doubles the table, or only sweeps out what left the horizon when that is enough. */
  function rebuild(): void {
    const old = table;
    const kept = entry.slice();
    places = Math.max(PLACES_MIN, nextPlaces(size));
    table = new Uint32Array(places * WORDS);
    used = 0;
    for (let at = 0; at < old.length; at += WORDS) {
      if (old[at + HOUR_WORD]! - 1 < horizonHour || old[at + HOUR_WORD] === 0) continue;
      for (let word = 0; word < WORDS; word++) entry[word] = old[at + word]!;
      enter();
    }
    entry.set(kept);
  }

  function count(hour: number, entries: number): { entries: number; nextSequence: number } {
    const known = perHour.get(hour) ?? { entries: 0, nextSequence: 0 };
    known.entries += entries;
    perHour.set(hour, known);
    size += entries;
    return known;
  }

  /** In whole words: as numbers of a list each would be eight bytes, in a list that is copied whenever it grows. */
  function addPending(hour: number): void {
    let held = pending.get(hour);
    if (held === undefined) {
      held = { words: new Uint32Array(PENDING_WORDS_MIN), used: 0 };
      pending.set(hour, held);
    }
    if (held.used === held.words.length) {
      const { words } = held;
      held.words = new Uint32Array(words.length * 2);
      held.words.set(words);
    }
    for (let word = 0; word < HOUR_WORD; word++) held.words[held.used++] = entry[word]!;
  }

  const restored = [...chunks];
  // As large as it would have grown to, at once: growing there enters most ids twice.
  const ids = restored.reduce((sum, { body }) => sum + body.byteLength / CHUNK_ENTRY_BYTES, 0);
  while (ids * 3 > places * 2) places *= 2;
  table = new Uint32Array(places * WORDS);
  for (const { hour, sequence, body } of restored) {
    const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
    const entries = body.byteLength / CHUNK_ENTRY_BYTES;
    const counted = count(hour, entries);
    counted.nextSequence = Math.max(counted.nextSequence, sequence + 1);
    for (let i = 0; i < entries; i++) {
      for (let word = 0; word < HOUR_WORD; word++)
        entry[word] = view.getUint32(i * CHUNK_ENTRY_BYTES + word * 4);
      entry[HOUR_WORD] = hour + 1;
      put();
    }
  }

  return {
    get size() {
      return size;
    },
    see(idHash, contentHash, atMs) {
      for (let word = 0; word < 4; word++) entry[word] = hexWord(idHash, word);
      entry[4] = hexWord(contentHash, 0);
      entry[5] = hexWord(contentHash, 1);
      const hour = Math.floor(atMs / HOUR_MS);
      entry[HOUR_WORD] = hour + 1;
      const at = placeOf() * WORDS;
      if (table[at + HOUR_WORD]! - 1 >= horizonHour && table[at + HOUR_WORD] !== 0) {
        return table[at + 4] === entry[4] && table[at + 5] === entry[5] ? 'duplicate' : 'conflict';
      }
      count(hour, 1);
      put();
      addPending(hour);
      pendingBytes += CHUNK_ENTRY_BYTES;
      return 'new';
    },
    expireBefore(ms) {
      const hour = Math.floor(ms / HOUR_MS);
      if (hour <= horizonHour) return;
      horizonHour = hour;
      for (const [each, { entries }] of perHour) {
        if (each >= hour) continue;
        size -= entries;
        perHour.delete(each);
        pending.delete(each);
        dropped.push(each);
      }
    },
    pendingBytes: () => pendingBytes,
    freeze() {
      const frozen = [...pending]
        .sort(([a], [b]) => a - b)
        .map(([hour, held]) => ({
          hour,
          sequence: perHour.get(hour)!.nextSequence++,
          body: bytesOf(held.words.subarray(0, held.used)),
        }));
      const droppedHours = dropped.sort((a, b) => a - b);
      pending = new Map();
      pendingBytes = 0;
      dropped = [];
      return { chunks: frozen, droppedHours };
    },
  };
}

/** Places for `size` entries at a load of at most 1/2, so that a rebuilt table has room before the next one. */
function nextPlaces(size: number): number {
  let places = PLACES_MIN;
  while (places < (size + 1) * 2) places *= 2;
  return places;
}

/** The eight lower-case hex digits at place `word`, as a number. */
function hexWord(text: string, word: number): number {
  let value = 0;
  for (let at = word * 8; at < word * 8 + 8; at++) {
    const code = text.charCodeAt(at);
    value = (value << 4) | (code < 97 ? code - 48 : code - 87);
  }
  return value;
}

function bytesOf(words: Uint32Array): Uint8Array {
  const bytes = new Uint8Array(words.length * 4);
  const view = new DataView(bytes.buffer);
  words.forEach((word, i) => view.setUint32(i * 4, word));
  return bytes;
}

import { createOrderedSet, type OrderedSet } from './ordered-set.ts';

/** When each merchant is due: at most one instant a merchant, in order of instant and then of id. */
export interface TimerIndex {
  readonly size: number;
  add(timer: Timer): void;
  delete(timer: Timer): void;
  first(): number | undefined;
  /** Up to `count` timers in order. */
  take(count: number): Timer[];
}

export interface Timer {
  readonly dueMs: number;
  readonly key: string;
}

/**
 * Most timers share their instant, midnight, with most others, and most are moved before they fire. So those of an
 * instant are an unordered set, put in order once, when the first of them is asked for.
 */
interface Instant {
  readonly keys: Set<string>;
  /** Null until it is asked for; what left the set since is passed over. */
  inOrder: string[] | null;
  /** In `inOrder`, how many from the start have left the set. */
  gone: number;
}

/** Sorting looks at each about so many times. */
const SORT_FACTOR = 8;

/** `ids` are all merchants in order: the timers' and others. */
export function createTimerIndex(ids: OrderedSet<string>, timers: Iterable<Timer> = []): TimerIndex {
  const instants = new Map<number, Instant>();
  const order = createOrderedSet<number>((a, b) => a - b);
  let size = 0;

  function add({ dueMs, key }: Timer): void {
    let instant = instants.get(dueMs);
    if (instant === undefined) {
      instant = { keys: new Set(), inOrder: null, gone: 0 };
      instants.set(dueMs, instant);
      order.add(dueMs);
    }
    size -= instant.keys.size;
    instant.keys.add(key);
    size += instant.keys.size;
    instant.inOrder = null;
  }

  /** At midnight most merchants are due: passing over the others costs less than sorting. */
  function inIdOrder(keys: ReadonlySet<string>): string[] {
    if (keys.size * SORT_FACTOR > ids.size) return ids.take(ids.size).filter((id) => keys.has(id));
    // Without a comparator strings are sorted by code unit.
    return [...keys].sort();
  }

  function takeOf(instant: Instant, count: number): string[] {
    if (instant.inOrder === null) {
      instant.inOrder = inIdOrder(instant.keys);
      instant.gone = 0;
    }
    const { keys, inOrder } = instant;
    while (instant.gone < inOrder.length && !keys.has(inOrder[instant.gone]!)) instant.gone += 1;
    const taken: string[] = [];
    for (let at = instant.gone; at < inOrder.length && taken.length < count; at++) {
      if (keys.has(inOrder[at]!)) taken.push(inOrder[at]!);
    }
    return taken;
  }

  for (const timer of timers) add(timer);
  return {
    get size() {
      return size;
    },
    add,
    delete({ dueMs, key }) {
      const instant = instants.get(dueMs);
      if (instant === undefined || !instant.keys.delete(key)) return;
      size -= 1;
      if (instant.keys.size > 0) return;
      instants.delete(dueMs);
      order.delete(dueMs);
    },
    first: () => order.first(),
    take(count) {
      const taken: Timer[] = [];
      for (let dueMs = order.first(); dueMs !== undefined && taken.length < count;) {
        const left = count - taken.length;
        for (const key of takeOf(instants.get(dueMs)!, left)) taken.push({ dueMs, key });
        dueMs = order.take(1, dueMs)[0];
      }
      return taken;
    },
  };
}

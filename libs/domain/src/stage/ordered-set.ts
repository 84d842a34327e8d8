/** A set kept in order, for indexes that live in memory: timers by instant, merchants by id. */
export interface OrderedSet<T> {
  readonly size: number;
  add(value: T): void;
  delete(value: T): void;
  has(value: T): boolean;
  first(): T | undefined;
  /** Up to `count` values in order, from the first one after `after` (from the start when undefined). */
  take(count: number, after?: T): T[];
}

const BLOCK_MAX = 512;

/** Sorted blocks of at most BLOCK_MAX values: every operation costs two binary searches and one short move. */
export function createOrderedSet<T>(
  compare: (a: T, b: T) => number,
  ascending: Iterable<T> = [],
): OrderedSet<T> {
  const blocks: T[][] = fill(ascending);
  let size = blocks.reduce((sum, block) => sum + block.length, 0);

  /** Index of the block that holds `value` or would: the last one whose first value is not after it. */
  function blockOf(value: T): number {
    let low = 0;
    let high = blocks.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (compare(blocks[middle]![0]!, value) <= 0) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** Index of the first value of the block that is not before `value`. */
  function lowerBound(block: readonly T[], value: T): number {
    let low = 0;
    let high = block.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (compare(block[middle]!, value) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  function isAt(block: readonly T[], at: number, value: T): boolean {
    return at < block.length && compare(block[at]!, value) === 0;
  }

  return {
    get size() {
      return size;
    },
    add(value) {
      if (blocks.length === 0) blocks.push([]);
      const index = blockOf(value);
      const block = blocks[index]!;
      const at = lowerBound(block, value);
      if (isAt(block, at, value)) return;
      block.splice(at, 0, value);
      size += 1;
      if (block.length > BLOCK_MAX) blocks.splice(index + 1, 0, block.splice(BLOCK_MAX >> 1));
    },
    delete(value) {
      if (blocks.length === 0) return;
      const index = blockOf(value);
      const block = blocks[index]!;
      const at = lowerBound(block, value);
      if (!isAt(block, at, value)) return;
      block.splice(at, 1);
      size -= 1;
      if (block.length === 0) blocks.splice(index, 1);
    },
    has(value) {
      if (blocks.length === 0) return false;
      const block = blocks[blockOf(value)]!;
      return isAt(block, lowerBound(block, value), value);
    },
    first: () => blocks[0]?.[0],
    take(count, after) {
      const taken: T[] = [];
      if (blocks.length === 0) return taken;
      let index = after === undefined ? 0 : blockOf(after);
      let at = after === undefined ? 0 : lowerBound(blocks[index]!, after);
      if (after !== undefined && isAt(blocks[index]!, at, after)) at += 1;
      while (taken.length < count && index < blocks.length) {
        const block = blocks[index]!;
        if (at < block.length) taken.push(block[at++]!);
        else {
          index += 1;
          at = 0;
        }
      }
      return taken;
    },
  };
}

function fill<T>(ascending: Iterable<T>): T[][] {
  const blocks: T[][] = [];
  let block: T[] = [];
  for (const value of ascending) {
    if (block.length === BLOCK_MAX >> 1) {
      blocks.push(block);
      block = [];
    }
    block.push(value);
  }
  if (block.length > 0) blocks.push(block);
  return blocks;
}

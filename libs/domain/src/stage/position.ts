/**
 * The position of an activity record is (partition, offset); of a derived record, that of its cause plus its
 * ordinal among what the cause produced: `3/18842/0/1`. Ids, evidence and hashes use positions, never the
 * transport offset of a derived log, which transaction markers and batch boundaries make accidental.
 */
export type Position = readonly number[];

export function formatPosition(position: Position): string {
  return position.join('/');
}

export function parsePosition(text: string): Position {
  const parts = text.split('/').map(Number);
  if (parts.length < 2 || !parts.every(Number.isSafeInteger)) throw new Error(`not a position: ${text}`);
  return parts;
}

/** Log order: part by part; a cause comes before what it produced. */
export function comparePositions(a: Position, b: Position): number {
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i++) {
    const difference = a[i]! - b[i]!;
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

import { numberArray } from './array-literal.ts';

/**
 * Many byte strings as one parameter: the bytes end to end, and where each starts (from 1, for `substr`) and how long
 * it is. One binary parameter crosses the wire as it is; an array of bytea is hex, twice the size, and escaped.
 */
export interface PackedBytes {
  readonly bytes: Buffer;
  readonly starts: string;
  readonly lengths: string;
}

export function packBytes(pieces: readonly Uint8Array[]): PackedBytes {
  const starts: number[] = [];
  const lengths: number[] = [];
  let start = 1;
  for (const piece of pieces) {
    starts.push(start);
    lengths.push(piece.byteLength);
    start += piece.byteLength;
  }
  return { bytes: Buffer.concat(pieces), starts: numberArray(starts), lengths: numberArray(lengths) };
}

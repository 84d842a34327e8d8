// Arrays for `unnest` as PostgreSQL's array text, and many byte strings as one parameter: pg's own conversion of
// JavaScript arrays costs several times as much. (libs/store has the same few lines; this library imports nothing.)

export function numberArray(values: readonly number[]): string {
  return `{${values.join(',')}}`;
}

export function textArray(values: readonly (string | null)[]): string {
  return `{${values.map((value) => (value === null ? 'null' : `"${value.replace(/["\\]/g, '\\$&')}"`)).join(',')}}`;
}

/** The bytes end to end, and where each begins (from 1, for `substr`) and how long it is. */
export function packBytes(pieces: readonly Buffer[]): { bytes: Buffer; starts: string; lengths: string } {
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

/** What one of several writers of a log says: numbered on from 1, per partition that it says it to. */
export interface Numbered {
  readonly writer: string;
  readonly sequence: number;
}

/**
 * Whether this is the next that the writer says; what was taken before is not, because a writer says again what it
 * said since its snapshot. Throws where something is missing: what it said would be lost.
 */
export function takeNext(taken: { [writer: string]: number }, { writer, sequence }: Numbered): boolean {
  const last = taken[writer] ?? 0;
  if (sequence <= last) return false;
  if (sequence !== last + 1) throw new Error(`${writer} goes on with ${sequence} after ${last}`);
  taken[writer] = sequence;
  return true;
}

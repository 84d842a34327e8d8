/**
 * Where a reader of the decision stream is: per partition the chain sequence of the last decision it has passed, -1
 * for none. Written `12.7.-.99`, one part a partition, it is the id of every event of the stream.
 */
export type SequenceVector = readonly number[];

export function formatVector(vector: SequenceVector): string {
  return vector.map((sequence) => (sequence < 0 ? '-' : String(sequence))).join('.');
}

/** Null when the text is not a vector of `partitions` parts. */
export function parseVector(text: string, partitions: number): SequenceVector | null {
  const parts = text.split('.');
  if (parts.length !== partitions || !parts.every((part) => part === '-' || /^\d{1,15}$/.test(part)))
    return null;
  return parts.map((part) => (part === '-' ? -1 : Number(part)));
}

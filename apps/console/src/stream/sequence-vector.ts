/**
 * Where a reader of the decision stream is: per partition the chain sequence of the last decision it has passed, 0
 * for none. Written `12.7.0.99`, one part a partition, it is the id of every event of the stream.
 */
export type SequenceVector = readonly number[];

export function formatVector(vector: SequenceVector): string {
  return vector.join('.');
}

/** Null when the text is not a vector of `partitions` parts. */
export function parseVector(text: string, partitions: number): SequenceVector | null {
  const parts = text.split('.');
  if (parts.length !== partitions || !parts.every((part) => /^\d{1,15}$/.test(part))) return null;
  return parts.map(Number);
}

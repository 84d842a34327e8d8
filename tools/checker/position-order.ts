/** The numbers of a position `3/18842/0`; null when the text is none. */
export function positionParts(text: string): number[] | null {
  return /^\d+(\/\d+)+$/.test(text) ? text.split('/').map(Number) : null;
}

/** Negative, zero or positive, part by part; what was caused comes after its cause. */
export function inOrder(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((part, place) => part !== b[place]);
  return at < 0 ? a.length - b.length : a[at]! - (b[at] ?? -1);
}

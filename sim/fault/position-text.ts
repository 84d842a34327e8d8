// Positions as an outsider reads them, from the text: with none of the product's own code.

const MARK = '"position":"';

/** Canonical text has its own position after those of its cause and its evidence. */
export function positionText(text: string): string {
  const at = text.lastIndexOf(MARK) + MARK.length;
  return text.slice(at, text.indexOf('"', at));
}

/** The position of the input record that led to this output: that of the output without its last ordinal. */
export function causeOf(input: 'activity' | 'capability', text: string): readonly number[] {
  return positionText(text)
    .split('/')
    .slice(0, input === 'activity' ? 2 : 3)
    .map(Number);
}

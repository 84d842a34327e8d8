/** Names that are this unlike what was written were hardly meant. */
const DISTANCE_MAX = 4;

/** The choice that takes the fewest changes of letters, the first of equals; null if none is near. */
export function nearest(written: string, choices: readonly string[]): string | null {
  let best: string | null = null;
  let least = Math.min(DISTANCE_MAX, Math.ceil(written.length / 2)) + 1;
  for (const choice of choices) {
    const changes = distance(written.toLowerCase(), choice.toLowerCase());
    if (changes < least) [best, least] = [choice, changes];
  }
  return best === written ? null : best;
}

/** Levenshtein's: letters put in, left out or exchanged. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i += 1) {
    const above = row;
    row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const exchanged = above[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(exchanged, above[j]! + 1, row[j - 1]! + 1));
    }
  }
  return row[b.length]!;
}

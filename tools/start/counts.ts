/** How often each word was said. */
export interface Counts {
  add(word: string): void;
  of(word: string): number;
  all(): readonly (readonly [word: string, times: number])[];
  /** `expire 9  issue 22`, by the alphabet. */
  inWords(): string;
}

export function createCounts(): Counts {
  const times = new Map<string, number>();
  return {
    add: (word) => void times.set(word, (times.get(word) ?? 0) + 1),
    of: (word) => times.get(word) ?? 0,
    all: () => [...times],
    inWords: () =>
      [...times]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([word, count]) => `${word} ${count}`)
        .join('  '),
  };
}

export function countOf(all: Iterable<Counts>, word: string): number {
  let sum = 0;
  for (const counts of all) sum += counts.of(word);
  return sum;
}

/** Most frequent first; among equals by the alphabet. */
export function mostFrequent(counts: Counts, most: number): readonly (readonly [string, number])[] {
  return [...counts.all()].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)).slice(0, most);
}

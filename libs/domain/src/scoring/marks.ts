// Sets of small numbers, one bit each: what is to be worked out anew. Taken in ascending order.

export type Marks = number[];

const WORD = 32;

export function noMarks(size: number): Marks {
  return new Array<number>(Math.ceil(size / WORD)).fill(0);
}

export function mark(marks: Marks, places: readonly number[]): void {
  for (let i = 0; i < places.length; i++) {
    const place = places[i]!;
    marks[place >>> 5]! |= 1 << (place & 31);
  }
}

export function markAll(marks: Marks, size: number): void {
  for (let place = 0; place < size; place++) marks[place >>> 5]! |= 1 << (place & 31);
}

/** The lowest place of a word, taken out of it; the word must not be empty. */
export function takeLowest(marks: Marks, word: number): number {
  const bits = marks[word]!;
  const lowest = bits & -bits;
  marks[word] = bits ^ lowest;
  return word * WORD + (WORD - 1 - Math.clz32(lowest));
}

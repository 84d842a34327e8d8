import { addQuantity } from '../number.ts';
import { columnOf, placeOfDay, type Buckets } from './bucket.ts';
import { FACTS } from './fact.ts';

// Columns as a snapshot holds them: numbers in digits of five bits, the sixth says that more follow (base 64, as source
// maps have it). Nine in ten of what a merchant's row holds are days, so a day that follows the one before it, which
// is nearly always so, takes no more than its amount.

/**
 * The wanted days: the day before the first of all, then for each fact its distance from the one before it together
 * with how many days it has, and these: an amount, doubled, and one more where the day is not the next one, whose
 * distance follows then. Empty where nothing is wanted.
 */
export function packDays({ columns }: Buckets, isWanted: (day: number) => boolean): string {
  const wanted = columns.map((column) => wantedOf(column?.days ?? NO_DAYS, isWanted));
  const first = Math.min(
    ...wanted.map(([from, to], fact) => (from < to ? columns[fact]!.days[from]! : Infinity)),
  );
  if (first === Infinity) return '';
  let packed = digitsOf(first - 1);
  let before = -1;
  for (const [fact, [from, to]] of wanted.entries()) {
    if (from === to) continue;
    const { days, amounts } = columns[fact]!;
    const isMany = to - from >= COUNTS;
    packed += digitsOf((fact - before - 1) * COUNTS + (isMany ? 0 : to - from));
    if (isMany) packed += digitsOf(to - from - COUNTS);
    before = fact;
    let day = first - 1;
    for (let place = from; place < to; place++) {
      const gap = days[place]! - day;
      packed +=
        gap === 1 ? digitsOf(amounts[place]! * 2) : digitsOf(amounts[place]! * 2 + 1) + digitsOf(gap - 2);
      day = days[place]!;
    }
  }
  return packed;
}

/** What the days come to that are kept no longer: pairs of the fact's distance and the amount. */
export function packBefore({ columns }: Buckets): string {
  let packed = '';
  let before = -1;
  for (const [fact, column] of columns.entries()) {
    if (column === null || column.before === 0) continue;
    packed += digitsOf(fact - before - 1) + digitsOf(column.before);
    before = fact;
  }
  return packed;
}

/** Adds what was packed to what is there already. */
export function unpackDays(buckets: Buckets, packed: string): void {
  if (packed === '') return;
  const next = digitReader(packed);
  const first = next.number();
  let fact = -1;
  while (!next.isAtEnd()) {
    const header = next.number();
    fact += 1 + Math.floor(header / COUNTS);
    const count = header % COUNTS === 0 ? COUNTS + next.number() : header % COUNTS;
    const column = columnOf(buckets, placeOfFact(fact, packed));
    let day = first;
    for (let left = count; left > 0; left--) {
      const amount = next.number();
      day += amount % 2 === 0 ? 1 : 2 + next.number();
      const place = placeOfDay(buckets, column, day);
      column.amounts[place] = addQuantity(column.amounts[place]!, Math.floor(amount / 2));
    }
  }
}

export function unpackBefore(buckets: Buckets, packed: string): void {
  const next = digitReader(packed);
  let fact = -1;
  while (!next.isAtEnd()) {
    fact += 1 + next.number();
    const column = columnOf(buckets, placeOfFact(fact, packed));
    column.before = addQuantity(column.before, next.number());
  }
}

const NO_DAYS: readonly number[] = [];
/** Numbers of days below this stand together with the fact. */
const COUNTS = 4;
const DIGIT = 32;
const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const VALUE_OF: readonly number[] = Array.from({ length: 128 }, (_, code) => {
  const value = DIGITS.indexOf(String.fromCharCode(code));
  return value < 0 ? undefined : value;
}) as number[];

/** The wanted days lie together: from the first place to behind the last. */
function wantedOf(
  days: readonly number[],
  isWanted: (day: number) => boolean,
): readonly [from: number, to: number] {
  let from = 0;
  while (from < days.length && !isWanted(days[from]!)) from += 1;
  let to = from;
  while (to < days.length && isWanted(days[to]!)) to += 1;
  return [from, to];
}

function placeOfFact(fact: number, packed: string): number {
  if (fact < FACTS.length) return fact;
  throw new Error(
    `days cannot be unpacked: they have fact ${fact}, and there are ${FACTS.length}: ${packed}`,
  );
}

function digitReader(packed: string): { number(): number; isAtEnd(): boolean } {
  let at = 0;
  return {
    isAtEnd: () => at >= packed.length,
    number() {
      let value = 0;
      for (let weight = 1; ; weight *= DIGIT) {
        const digit = VALUE_OF[packed.charCodeAt(at++)];
        if (digit === undefined) throw new Error(`days cannot be unpacked at ${at - 1}: ${packed}`);
        value += (digit % DIGIT) * weight;
        if (digit < DIGIT) return value;
      }
    },
  };
}

/** Least digit first. By division, because an amount may be beyond what bit operations hold. */
function digitsOf(value: number): string {
  let digits = '';
  let left = value;
  while (left >= DIGIT) {
    digits += DIGITS[DIGIT + (left % DIGIT)]!;
    left = Math.floor(left / DIGIT);
  }
  return digits + DIGITS[left]!;
}

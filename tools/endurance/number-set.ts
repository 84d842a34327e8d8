/** A set of whole numbers that lie close together: a bit each, where a Set would end at 16.7 million. */
export class NumberSet {
  private bits = new Uint8Array(1_024);
  private members = 0;

  get size(): number {
    return this.members;
  }

  add(number: number): void {
    if (this.has(number)) return;
    const place = number >> 3;
    if (place >= this.bits.length) {
      const wider = new Uint8Array(Math.max(place + 1, 2 * this.bits.length));
      wider.set(this.bits);
      this.bits = wider;
    }
    this.bits[place]! |= 1 << (number & 7);
    this.members += 1;
  }

  has(number: number): boolean {
    return ((this.bits[number >> 3] ?? 0) & (1 << (number & 7))) !== 0;
  }

  /** The members that another set does not have, the first few of them. */
  without(other: NumberSet, atMost: number): number[] {
    const missing: number[] = [];
    for (let number = 0; number < this.bits.length * 8 && missing.length < atMost; number += 1) {
      if (this.has(number) && !other.has(number)) missing.push(number);
    }
    return missing;
  }
}

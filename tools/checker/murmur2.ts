// MurmurHash2, 32 bit, as Kafka's Java client hashes keys, in BigInt: slow, and easy to compare with the definition.

const MASK = 0xffffffffn;
const SEED = 0x9747b28cn;
const M = 0x5bd1e995n;
const R = 24n;

export function murmur2(text: string): number {
  const bytes = [...new TextEncoder().encode(text)].map(BigInt);
  let h = SEED ^ BigInt(bytes.length);
  let at = 0;
  for (; at + 4 <= bytes.length; at += 4) {
    let k = bytes[at]! | (bytes[at + 1]! << 8n) | (bytes[at + 2]! << 16n) | (bytes[at + 3]! << 24n);
    k = (k * M) & MASK;
    k ^= k >> R;
    k = (k * M) & MASK;
    h = ((h * M) & MASK) ^ k;
  }
  const rest = bytes.slice(at);
  if (rest.length > 0) {
    rest.forEach((byte, place) => (h ^= byte << BigInt(8 * place)));
    h = (h * M) & MASK;
  }
  h ^= h >> 13n;
  h = (h * M) & MASK;
  h ^= h >> 15n;
  return Number(h);
}

const homes = new Map<string, number>();

/** Remembered per merchant: a check asks for each record, and the arithmetic above is slow. */
export function partitionOf(merchantId: string, partitions: number): number {
  const name = `${partitions} ${merchantId}`;
  const known = homes.get(name);
  if (known !== undefined) return known;
  const home = (murmur2(merchantId) & 0x7fffffff) % partitions;
  homes.set(name, home);
  return home;
}

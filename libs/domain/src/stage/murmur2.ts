const SEED = 0x9747b28c;
const M = 0x5bd1e995;

/** MurmurHash2 with Kafka's seed, as a signed 32-bit integer. */
export function murmur2(bytes: Uint8Array): number {
  const length = bytes.length;
  const wholeWords = length - (length % 4);
  let hash = SEED ^ length;
  for (let i = 0; i < wholeWords; i += 4) {
    const word = bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24);
    let mixed = Math.imul(word, M);
    mixed ^= mixed >>> 24;
    hash = Math.imul(hash, M) ^ Math.imul(mixed, M);
  }
  const rest = length - wholeWords;
  if (rest >= 3) hash ^= bytes[wholeWords + 2]! << 16;
  if (rest >= 2) hash ^= bytes[wholeWords + 1]! << 8;
  if (rest >= 1) hash = Math.imul(hash ^ bytes[wholeWords]!, M);
  hash = Math.imul(hash ^ (hash >>> 13), M);
  return (hash ^ (hash >>> 15)) | 0;
}

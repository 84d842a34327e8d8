import { pick, type Random } from '#contracts/testing/mutation';

// A good event's text, spoiled so that no JSON in UTF-8 is left: nobody can say which field is wrong.

export type SpoiledBody = (good: string, random: Random) => string | Buffer;

export const SPOILED_BODIES: readonly SpoiledBody[] = [
  (good, random) => good.slice(0, Math.floor(random() * good.length)),
  (good, random) => good.slice(1 + Math.floor(random() * (good.length - 1))),
  (good) => `${good}}`,
  (good) => `${good}${good}`,
  (good) => good.replaceAll('"', "'"),
  (good) => good.replace('{', '{,'),
  (good) => good.replace(/}$/, ',"x":NaN}'),
  (good) => good.replace(/}$/, ',"x":01}'),
  (good) => good.replace(/}$/, ',"x":"\n"}'),
  // Whoever quotes a broken text may cut it within a character.
  (good, random) => good.replace(/}$/, `,"x":${'a'.repeat(Math.floor(random() * 3))}${'🛒'.repeat(40)}}`),
  (good) => `\ufeff${good}`,
  (good) => `/* an event */ ${good}`,
  (_good, random) => '['.repeat(1 + Math.floor(random() * 100_000)),
  () => '',
  (good) => Buffer.from(good, 'utf16le'),
  (good) => Buffer.from(good.replace('{', '{"é":1,'), 'latin1'),
  (good) => Buffer.concat([Buffer.from(good), Buffer.from([0xc0, 0xaf])]),
  (good) => Buffer.concat([Buffer.from('{"x":"'), Buffer.from([0xed, 0xa0, 0x80]), Buffer.from(good)]),
];

export function spoiledBody(random: Random, good: string): Buffer {
  return Buffer.from(pick(random, SPOILED_BODIES)(good, random) as string);
}

import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { compileSource } from './compile-source.ts';
import { gatherFiles } from './gather-files.ts';
import { findingsText } from './place.ts';

// The shipped policies, damaged at random: whatever comes in ends as a bundle or as findings with a place, and never
// as an exception.

const POLICIES = new URL('../../../policies/', import.meta.url).pathname;
const SEED = 20_261_128;
const BROKEN_PER_POLICY = 25;

/** Numbers from 0 up to, not including, `below`: Park and Miller's generator. */
function chance(seed: number): (below: number) => number {
  let state = (seed % 2_147_483_646) + 1;
  return (below) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % below;
  };
}

const PIECES = [
  '{',
  '}',
  '[',
  ']',
  ':',
  ': ',
  ',',
  '- ',
  '\n',
  '\t',
  '"',
  "'",
  '#',
  '&a ',
  '*a',
  '!x ',
  '|\n',
  '? ',
];
const WORDS = [
  'null',
  '~',
  '-1',
  '0x1F',
  '1e999',
  '.nan',
  '99999999999999999999',
  '""',
  '[]',
  '{}',
  '7.5%',
  '__proto__',
];

const DAMAGES: readonly ((text: string, pick: (below: number) => number) => string)[] = [
  (text, pick) => text.slice(0, pick(text.length)),
  (text, pick) => splice(text, pick(text.length), 1, String.fromCharCode(pick(0x250))),
  (text, pick) => splice(text, pick(text.length), 0, PIECES[pick(PIECES.length)]!),
  (text, pick) => splice(text, pick(text.length), pick(40), ''),
  (text, pick) =>
    onLine(text, pick, (line) => line.replace(/:(.*)$/, () => `: ${WORDS[pick(WORDS.length)]!}`)),
  (text, pick) => onLine(text, pick, (line) => ` ${line}`),
  (text, pick) => onLine(text, pick, (line) => `${line}\n${line}`),
  (text, pick) =>
    onLine(text, pick, (line) => line.replace(/[a-z_]+(?=:)/, () => WORDS[pick(WORDS.length)]!)),
];

function splice(text: string, at: number, length: number, put: string): string {
  return text.slice(0, at) + put + text.slice(at + length);
}

function onLine(text: string, pick: (below: number) => number, change: (line: string) => string): string {
  const lines = text.split('\n');
  const at = pick(lines.length);
  lines[at] = change(lines[at]!);
  return lines.join('\n');
}

const policies = readdirSync(POLICIES).filter((name) =>
  ['bundle.yaml', 'pack.yaml'].some((file) => existsSync(join(POLICIES, name, file))),
);

test.each(policies)(
  `%s, broken ${BROKEN_PER_POLICY} times (seed ${SEED}), is a bundle or findings`,
  async (name) => {
    const { files, entry } = await gatherFiles(join(POLICIES, name));
    const pick = chance(SEED);
    const paths = [...files.keys()];
    let refused = 0;
    for (let i = 0; i < BROKEN_PER_POLICY; i += 1) {
      const path = paths[pick(paths.length)]!;
      let text = files.get(path)!;
      for (let times = 1 + pick(3); times > 0; times -= 1) text = DAMAGES[pick(DAMAGES.length)]!(text, pick);
      const broken = new Map([...files, [path, text]]);
      const result = compileSource(broken, entry, 'publication');
      if ('bundle' in result) continue;
      refused += 1;
      for (const finding of result.findings) {
        // What is missing in one file of a pack shows in another.
        const found = broken.get(finding.file);
        expect(found).toBeDefined();
        expect(finding.line).toBeGreaterThan(0);
        expect(finding.line).toBeLessThanOrEqual(found!.split('\n').length + 1);
        expect(finding.column).toBeGreaterThan(0);
        expect(finding.rule).not.toBe('');
      }
      expect(findingsText(result.findings)).toMatch(/^.+:\d+:\d+: .+[^]*\d+ findings?$/);
    }
    expect(refused).toBeGreaterThan(BROKEN_PER_POLICY / 2);
  },
);

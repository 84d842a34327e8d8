import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build, ROOT, runSimulation } from './child.ts';
import { SABOTAGES, type Edit } from './sabotages.ts';

// A simulation that finds nothing may be one that cannot find anything: each guard of the product is taken away on a
// copy of the compiled files, and the simulation must complain about that.

/** Every sabotage is found within the first hundred; the rest is for changes of the schedules. */
const SCHEDULES = '500';
const TIMEOUT_MS = 240_000;

const copies: string[] = [];

beforeAll(build, TIMEOUT_MS);
afterAll(() => {
  for (const copy of copies) rmSync(copy, { recursive: true, force: true });
});

test.each(SABOTAGES.map((sabotage) => [sabotage.name, sabotage] as const))(
  'is found: %s',
  async (_name, { edits, complaint }) => {
    const copy = copyOfDist();
    for (const edit of edits) apply(copy, edit);
    const { code, output } = await runSimulation(copy, ['--schedules', SCHEDULES, '--allow-unmet']);
    const [, seed, violations = ''] = /^seed (\d+): reproduce with.*\n([^]*)/m.exec(output) ?? [];
    expect({ code, seed, output: seed === undefined ? output.slice(-2_000) : '' }).toEqual({
      code: 1,
      seed: expect.any(String),
      output: '',
    });
    expect(violations).toMatch(complaint);
  },
  TIMEOUT_MS,
);

test('a text that is not there, or there twice, is no sabotage', () => {
  const copy = copyOfDist();
  const file = 'libs/stage/src/work.js';
  expect(() => apply(copy, { file, find: 'no such text', replace: '' })).toThrow('0 times');
  expect(() => apply(copy, { file, find: 'partition', replace: '' })).toThrow(/[2-9] times/);
});

function copyOfDist(): string {
  const copy = mkdtempSync(join(tmpdir(), 'updraft-sabotage-'));
  copies.push(copy);
  mkdirSync(join(copy, 'dist'));
  for (const folder of ['libs', 'sim']) {
    cpSync(join(ROOT, 'dist', folder), join(copy, 'dist', folder), { recursive: true });
  }
  cpSync(join(ROOT, 'package.json'), join(copy, 'package.json'));
  symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'), 'junction');
  return copy;
}

function apply(copy: string, { file, find, replace }: Edit): void {
  const path = join(copy, 'dist', file);
  const text = readFileSync(path, 'utf8');
  const times = text.split(find).length - 1;
  if (times !== 1) throw new Error(`${file} has this text ${times} times, not once: ${find}`);
  writeFileSync(
    path,
    text.replace(find, () => replace),
  );
}

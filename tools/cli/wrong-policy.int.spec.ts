import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { MUTATIONS, spotsIn } from '#policy-source/testing/mutations';
import { updraft } from './cli-under-test.ts';

// A sample of the mistakes of libs/policy-source/src/wrong-files.spec.ts, through the command line as a person has it.

const STARTER = readFileSync(new URL('../../policies/starter/bundle.yaml', import.meta.url), 'utf8');
const EVERY = 5;
const SLOW_MS = 60_000;
const LINE =
  /^(updraft: )?bundle\.yaml:\d+:\d+: \/\S*: .*: must |^(updraft: )?bundle\.yaml:\d+:\d+: \/.+: .+; .+$/;

const folder = mkdtempSync(join(tmpdir(), 'updraft-wrong-'));
afterAll(() => rmSync(folder, { recursive: true }));

test.each(MUTATIONS.filter((_, i) => i % EVERY === 0))(
  '$name is refused with exit code 1, a line for each finding, and no stack trace',
  async (mutation) => {
    const source = parse(STARTER) as Record<string, unknown>;
    const spots = spotsIn(source).filter((spot) => mutation.fits(spot));
    mutation.make(source, spots.at(-1)!, () => 0);
    writeFileSync(join(folder, 'bundle.yaml'), stringify(source, { lineWidth: 0 }));
    const { code, stdout, stderr } = await updraft(['policy', 'check', 'bundle.yaml'], {}, folder);
    const lines = stderr.trimEnd().split('\n');
    expect([code, stdout]).toEqual([1, '']);
    expect(lines.at(-1)).toBe(lines.length === 2 ? '1 finding' : `${lines.length - 1} findings`);
    expect(lines.slice(0, -1).filter((line) => !LINE.test(line))).toEqual([]);
    expect(stderr).not.toMatch(/^\s+at /m);
  },
  SLOW_MS,
);

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { updraft } from './cli-under-test.ts';

// The tutorial of the policies, followed to the letter: its files are written, its commands run, and what they print is
// what the page says.

const PAGE = readFileSync(new URL('../../docs/guide/policies/README.md', import.meta.url), 'utf8');
const FENCED = /^```(?:yaml (\S+)|console)\n([^]*?)^```$/gm;
const SLOW_MS = 180_000;

const folder = mkdtempSync(join(tmpdir(), 'updraft-guide-'));
afterAll(() => rmSync(folder, { recursive: true }));

function write(path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}

/** What the page says in words: the next version, and the lists that move into a pack. */
function follow(policy: string): void {
  const next = policy.replace('enter: 95%', 'enter: 97%').replace('total: 1000000', 'total: 2000000');
  write('next/bundle.yaml', next);
  write('packed/my-pack/rules.yaml', policy.slice(policy.indexOf('metrics:')));
}

test(
  'every command of the tutorial that needs no workspace prints what the page says',
  async () => {
    let ran = 0;
    for (const [, path, text] of PAGE.matchAll(FENCED)) {
      if (path !== undefined) {
        write(path, text!);
        if (path === 'my-policy/bundle.yaml') follow(text!);
        continue;
      }
      let printed = '';
      for (const [line, command] of text!.matchAll(/^\$ npx updraft (.+)$/gm)) {
        const { stdout, stderr } = await updraft(command!.split(' '), {}, folder);
        printed += `${line}\n${stdout}${stderr}`;
        ran += 1;
      }
      expect(printed).toBe(text);
    }
    expect(ran).toBeGreaterThan(7);
  },
  SLOW_MS,
);

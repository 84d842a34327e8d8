import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { updraft } from './cli-under-test.ts';

/** A command on a busy machine, several times. */
const SLOW_MS = 120_000;

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'updraft-pin-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test(
  'a bundle is pinned, a pack that changes afterwards is a finding, and pinning again accepts the change',
  async () => {
    mkdirSync(join(folder, 'p'));
    const pack = join(folder, 'p/pack.yaml');
    const bundle = join(folder, 'bundle.yaml');
    const head = 'pack: p\nnames: { en: P }\ndescription: { en: Nothing yet }\nversion: a\n';
    writeFileSync(pack, head);
    const source = readFileSync('policies/starter/bundle.yaml', 'utf8');
    writeFileSync(bundle, `packs:\n  - { pack: p } # of ours\n${source}`);

    const pinned = await updraft(['policy', 'pin', folder]);
    expect(pinned).toMatchObject({ code: 0 });
    expect(pinned.stdout).toMatch(/bundle.yaml: p: [0-9a-f]{64} is pinned now\n/);
    expect(readFileSync(bundle, 'utf8')).toMatch(
      /^packs:\n {2}- \{ pack: p, hash: [0-9a-f]{64} \} # of ours\n/,
    );

    writeFileSync(pack, head.replace('version: a', 'version: b'));
    const refused = await updraft(['policy', 'check', bundle]);
    expect(refused).toMatchObject({ code: 1 });
    expect(refused.stderr).toMatch(/bundle.yaml:2:\d+: .packs.0.hash: [0-9a-f]{64}: must be the hash/);
    expect(refused.stderr).toContain('1 finding\n');

    expect(await updraft(['policy', 'pin', bundle])).toMatchObject({ code: 0 });
    expect(await updraft(['policy', 'check', bundle])).toMatchObject({ code: 0 });
  },
  SLOW_MS,
);

test(
  'what cannot be read cannot be pinned',
  async () => {
    writeFileSync(join(folder, 'bundle.yaml'), 'packs:\n  - { pack: nowhere }\n');
    const refused = await updraft(['policy', 'pin', folder]);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(/bundle.yaml:2:\d+: .packs.0.pack: nowhere: must be the path/);
  },
  SLOW_MS,
);

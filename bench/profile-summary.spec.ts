import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { selfTimes } from './profile-summary.ts';

test('self times are added up by function, idle time left out, largest first', async () => {
  const node = (id: number, functionName: string, url = '') => ({
    id,
    callFrame: { functionName, url, lineNumber: 9 },
  });
  const profile = {
    nodes: [
      node(1, '(idle)'),
      node(2, 'step', 'file:///x/dist/libs/a.js'),
      node(3, 'step', 'file:///x/dist/libs/a.js'),
      node(4, '(garbage collector)'),
    ],
    samples: [1, 2, 3, 4, 2],
    timeDeltas: [90_000, 1_000, 2_000, 4_000, 3_000],
  };
  const directory = await mkdtemp(join(tmpdir(), 'updraft-profile-'));
  try {
    const path = join(directory, 'a.cpuprofile');
    await writeFile(path, JSON.stringify(profile));
    expect(await selfTimes(path, 9, 'function')).toEqual([
      { where: 'step  libs/a.js:10', ms: 6, share: 0.6 },
      { where: '(garbage collector)', ms: 4, share: 0.4 },
    ]);
    expect((await selfTimes(path, 9, 'area')).map(({ where }) => where)).toEqual([
      'libs',
      '(garbage collector)',
    ]);
    expect(await selfTimes(path, 1, 'function')).toHaveLength(1);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
});

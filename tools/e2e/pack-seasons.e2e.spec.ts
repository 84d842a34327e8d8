import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expectAMarket, playPackSeason, replayPackSeason } from './pack-season.ts';

// The last days of two seasons, in two zones, as `npm start -- --pack NAME` plays them, and then replayed. The others
// are in pack-seasons.long.spec.ts, and all of them in memory in sim/marketplace/pack-seasons.spec.ts.

const NAMES = ['kuaishou', 'ebay'] as const;
const MERCHANTS = 8;
const DAYS = 4;
const TEST_MS_MAX = 180_000;

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'updraft-packs-'));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.each(NAMES)(
  'the last days of %s are played by its pack and replay to the same bytes',
  async (name) => {
    const season = { name, merchants: MERCHANTS, days: DAYS, data: join(folder, name), msMax: TEST_MS_MAX };
    const output = await playPackSeason(season);

    expectAMarket(output, season);
    expect(await replayPackSeason(season)).toMatchObject({ outcome: 'equal', difference: null });
  },
  TEST_MS_MAX,
);

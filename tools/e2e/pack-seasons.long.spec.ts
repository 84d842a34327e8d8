import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SHAPES } from '#sim/marketplace/shapes';
import { expectAMarket, playPackSeason, replayPackSeason, tellIntent } from './pack-season.ts';

// Each pack's whole season, as `npm start -- --pack NAME` plays it, and then replayed. What it came to is printed. On
// Kafka and PostgreSQL the same seasons are in pack-seasons-on-servers.long.spec.ts.

const MERCHANTS = 12;
const TEST_MS_MAX = 600_000;

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'updraft-packs-'));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.each(SHAPES)(
  'the season of %s is played by its pack and replays to the same bytes',
  async (name) => {
    const season = { name, merchants: MERCHANTS, data: join(folder, name), msMax: TEST_MS_MAX };
    const output = await playPackSeason(season);
    tellIntent(name, output);
    expectAMarket(output, season);
    expect(await replayPackSeason(season)).toMatchObject({ outcome: 'equal', difference: null });
  },
  TEST_MS_MAX,
);

import { describeWithPostgres, type TestDatabase } from '#store/testing/test-database';
import { merchantIn, registered, trained } from '#tools/e2e/events-to-send';
import type { ProcessUnderTest } from '#tools/e2e/process-under-test';
import { updraft, type Outcome } from './cli-under-test.ts';
import { startOnPostgres } from './process-on-postgres.ts';

const PARTITIONS = 2;
const PROGRAMME = 'welcome-boost';
/** A command on a busy machine. */
const SLOW_MS = 60_000;

test.each([
  [
    ['stop', 'everything', '--by', 'lin', '--reason', 'x'],
    'everything: must be all, programme:ID or account:ID',
  ],
  [['stop', 'all', '--by', 'lin', '--reason', ' '], '--reason: must be 1 to 500 characters'],
  [['resume', 'all', '--by', 'lin', '--reason', 'x'], '--by: lin: must name two different people'],
  [['resume', 'all', '--by', 'lin', 'lin', '--reason', 'x'], '--by: lin: must name two different people'],
])(
  'updraft %j is refused, and nothing was sent',
  async (args, why) => {
    const refused = await updraft(args);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain(why);
  },
  SLOW_MS,
);

describeWithPostgres('stopping and resuming', (open) => {
  let opened: TestDatabase;
  let running: ProcessUnderTest;

  beforeAll(async () => {
    opened = await open();
    running = await startOnPostgres(opened, 'stop', PARTITIONS);
  }, SLOW_MS);

  afterAll(async () => {
    await running?.stop();
    await opened?.close();
  }, 30_000);

  const command = (...args: string[]): Promise<Outcome> =>
    updraft([...args, '--reason', 'spec', '--workspace', opened.database.schema], {
      DATABASE_URL: opened.url,
    });
  const arrives = async (partition: number, name: string): Promise<string> => {
    const shop = merchantIn(partition, PARTITIONS, name);
    await running.post(registered(shop), trained(shop));
    return shop;
  };

  test(
    'one person stops everything in all partitions; who comes then waits, and is told why',
    async () => {
      for (const partition of [0, 1])
        await running.decision(await arrives(partition, 'before'), PROGRAMME, 'issue');
      const stopped = await command('stop', 'all', '--by', 'lin');
      expect(stopped).toMatchObject({ code: 0, stderr: '' });
      expect(stopped.stdout).toContain('all: stopped in 2/2 partitions\n');
      for (const partition of [0, 1]) {
        const { reasons } = await running.decision(await arrives(partition, 'during'), PROGRAMME, 'withhold');
        expect(reasons).toContain('stopped:all');
      }
    },
    SLOW_MS,
  );

  test(
    'what the live bundle does not have is refused',
    async () => {
      const refused = await command('stop', 'programme:welcom-boost', '--by', 'lin');
      expect(refused).toMatchObject({ code: 1, stdout: '' });
      expect(refused.stderr).toContain(
        'programme:welcom-boost: the live bundle has no such programme, only welcome-boost',
      );
    },
    SLOW_MS,
  );

  test(
    'two people resume, and who waited is looked at again',
    async () => {
      const resumed = await command('resume', 'all', '--by', 'lin', 'wang');
      expect(resumed).toMatchObject({ code: 0, stderr: '' });
      expect(resumed.stdout).toContain('all: resumed in 2/2 partitions\n');
      for (const partition of [0, 1]) {
        await running.decision(merchantIn(partition, PARTITIONS, 'during'), PROGRAMME, 'issue');
      }
    },
    SLOW_MS,
  );
});

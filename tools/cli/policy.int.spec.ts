import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeWithPostgres, type TestDatabase } from '#store/testing/test-database';
import type { ProcessUnderTest } from '#tools/e2e/process-under-test';
import { updraft, type Outcome } from './cli-under-test.ts';
import { startOnPostgres } from './process-on-postgres.ts';

const STARTER = 'policies/starter/bundle.yaml';
/** A command on a busy machine. */
const SLOW_MS = 60_000;
const PARTITIONS = 2;

let folder: string;
/** The starter bundle under another id. */
let changed: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'updraft-policy-'));
  changed = join(folder, 'bundle.yaml');
  const source = readFileSync(STARTER, 'utf8').replace('bundle: starter', 'bundle: changed');
  writeFileSync(changed, source);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.each([[['lin']], [['lin', 'lin']]])(
  'a policy does not go live in the name of %j: it takes two people',
  async (names) => {
    const refused = await updraft(['policy', 'activate', STARTER, '--approved-by', ...names]);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('--approved-by');
    expect(refused.stderr).toContain('must name two different people');
  },
  SLOW_MS,
);

test(
  'a policy file is checked without a workspace, and every finding is told',
  async () => {
    expect(await updraft(['policy', 'check', STARTER])).toMatchObject({ code: 0 });
    const refused = await updraft(['policy', 'check', 'nest-cli.json']);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('/collection: ');
    expect(refused.stderr).toContain('/currency: ');
  },
  SLOW_MS,
);

test(
  'what changed between two files is said without a workspace',
  async () => {
    const told = await updraft(['policy', 'diff', STARTER, changed]);
    expect(told).toMatchObject({ code: 0, stderr: '' });
    expect(told.stdout).toBe('bundle: id starter → changed\n');
    expect(await updraft(['policy', 'diff', STARTER, STARTER])).toMatchObject({ stdout: 'no changes\n' });
    const { stdout } = await updraft(['policy', 'diff', STARTER, changed, '--json']);
    expect(JSON.parse(stdout)).toMatchObject([{ thing: 'bundle', before: 'starter', after: 'changed' }]);
  },
  SLOW_MS,
);

describeWithPostgres('the life of a policy by command', (open) => {
  let opened: TestDatabase;
  let running: ProcessUnderTest;

  beforeAll(async () => {
    opened = await open();
    running = await startOnPostgres(opened, 'policy', PARTITIONS);
  }, SLOW_MS);

  afterAll(async () => {
    await running?.stop();
    await opened?.close();
  }, 30_000);

  const policy = (...args: string[]): Promise<Outcome> =>
    updraft(['policy', ...args, '--workspace', opened.database.schema], { DATABASE_URL: opened.url });
  const why = ['--reason', 'spec'];

  test(
    'one submits, another approves, it goes live everywhere, and two roll back',
    async () => {
      const submitted = await policy('submit', changed, '--by', 'lin', ...why);
      expect(submitted).toMatchObject({ code: 0, stderr: '' });
      const hash = /submitted by lin, ([0-9a-f]{64})/.exec(submitted.stdout)![1]!;
      const alone = await policy('approve', hash, '--by', 'lin', ...why);
      expect(alone).toMatchObject({ code: 1, stdout: '' });
      expect(alone.stderr).toContain(`lin: submitted ${hash}; another person must approve it`);
      const early = await policy('activate', hash, '--by', 'lin', ...why);
      expect(early.stderr).toContain('a second person must approve it before it goes live');
      expect(await policy('approve', hash.slice(0, 12), '--by', 'wang', ...why)).toMatchObject({ code: 0 });
      const live = await policy('activate', hash, '--by', 'lin', ...why);
      expect(live).toMatchObject({ code: 0, stderr: '' });
      expect(live.stdout).toContain('changed: 3/3 partitions have confirmed\n');
      const status = await policy('status');
      expect(status.stdout).toContain(`live: changed, submitted by lin, ${hash}`);
      expect(status.stdout).toContain('confirmed, 3/3 partitions have confirmed; asked for at');
      expect((await policy('diff', 'live', STARTER)).stdout).toBe('bundle: id changed → starter\n');

      const [starter] = JSON.parse((await policy('list', '--state', 'superseded', '--json')).stdout);
      expect(starter).toMatchObject({ bundle: 'starter', submittedBy: 'start' });
      const one = await policy('rollback', starter.hash, '--by', 'lin', ...why);
      expect(one.stderr).toContain('lin: a rollback takes two different people');
      expect(await policy('rollback', starter.hash, '--by', 'lin', 'wang', ...why)).toMatchObject({
        code: 0,
      });
      expect(await policy('retire', hash, '--by', 'lin', ...why)).toMatchObject({ code: 0 });
      const { stdout } = await policy('show', hash);
      expect(stdout).toContain('changed is retired');
      expect(stdout).toMatch(/submitted, lin, spec\n.*checked\n.*approved, wang, spec\n/);
    },
    3 * SLOW_MS,
  );
});

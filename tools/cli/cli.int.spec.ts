import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { logShapes } from '#contracts/logs';
import { describeWithPostgres, type TestDatabase } from '#store/testing/test-database';
import { describeWithKafka } from '#stream/kafka/jest-kafka';
import { createKafkaLogs } from '#stream/kafka/kafka-logs';
import { createPostgresLogs } from '#stream/postgres/postgres-logs';
import { alterExport } from '#tools/replay/alter-export';
import { logSource } from '#tools/replay/record-source';
import { replay } from '#tools/replay/replay';
import { playedWorkspace, type WorkspaceInMemory } from '#tools/replay/workspace-fixture';
import { fill, updraft, updraftHere, type Outcome } from './cli-under-test.ts';
import { openWorkspace, type Workspace } from './open-workspace.ts';

const PARTITIONS = 2;
/** A command on the embedded database starts it first; other suites may run beside this one. */
const SLOW_MS = 180_000;

let folder: string;
let data: string;
let season: WorkspaceInMemory;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'updraft-cli-'));
  data = join(folder, 'data');
  season = await playedWorkspace({ partitions: PARTITIONS, merchants: 8, days: 9 });
}, SLOW_MS);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function open(workspace: string): Promise<Workspace> {
  return openWorkspace({ data, workspace, for: 'create', env: {} });
}

describe('topics', () => {
  test(
    'creates a workspace once: a second run changes nothing, one with other settings is refused',
    async () => {
      const first = await updraft(['topics', 'create', '--data', data, '--partitions', '3']);
      expect(first).toMatchObject({ code: 0, stderr: '' });
      const [, logId] = /log (\w+), 3 partitions/.exec(first.stdout) ?? [];
      expect(first.stdout).toContain('genesis written to 3');
      const second = await updraft(['topics', 'create', '--data', data]);
      expect(second).toMatchObject({ code: 0 });
      expect(second.stdout).toContain(`log ${logId}, 3 partitions`);
      expect(second.stdout).toContain('was there already');
      const other = await updraft(['topics', 'create', '--data', data, '--zone', 'Europe/Berlin']);
      expect(other.code).toBe(1);
      expect(other.stderr).toContain('zone: genesis says Asia/Shanghai, Europe/Berlin was asked for');
      expect(await updraft(['topics', 'check', '--data', data])).toMatchObject({ code: 0 });
    },
    SLOW_MS,
  );

  test.each([
    ['activity', 'begins with updraft.order.paid.v1 and not with genesis'],
    ['capability', 'capability 0 holds records but activity holds none'],
  ] as const)(
    'refuses logs where %s holds something without a genesis',
    async (log, reason) => {
      const name = `foreign_${log}`;
      const workspace = await open(name);
      await workspace.logs.create(logShapes(PARTITIONS, 1));
      const writer = workspace.logs.writer('spec');
      const value = Buffer.from('{"type":"updraft.order.paid.v1","data":{}}');
      await writer.append(log, 0, [{ key: null, value }]);
      await workspace.close();
      const create = await updraftHere(['topics', 'create', '--data', data, '--workspace', name]);
      expect(create.code).toBe(1);
      expect(create.stderr).toContain(reason);
      const check = await updraftHere(['topics', 'check', '--data', data, '--workspace', name]);
      expect(check.code).toBe(1);
      expect(check.stdout).toMatch(/^- activity/m);
    },
    SLOW_MS,
  );
});

describe('a workspace in the data directory', () => {
  let exported: string;

  beforeAll(async () => {
    exported = join(folder, 'exported');
    const workspace = await open('season');
    await fill(workspace.logs, season, PARTITIONS);
    await workspace.close();
  }, SLOW_MS);

  const there = (): string[] => ['--data', data, '--workspace', 'season'];

  test(
    'is replayed, exported, replayed from the export, stated and checked',
    async () => {
      const replayed = await updraft(['replay', ...there()]);
      expect(replayed.stdout).toMatch(/\nequal\n$/);
      expect(replayed.code).toBe(0);
      const digest = digestIn(replayed.stdout);
      const made = await updraft(['export', ...there(), '--out', exported]);
      expect(made.code).toBe(0);
      expect(digestIn(made.stdout)).toBe(digest);
      const again = await updraft(['replay', '--export', exported, '--batch-size', '7', '--json']);
      expect(JSON.parse(again.stdout)).toMatchObject({ outcome: 'equal', digest });
      const state = await updraft(['state', '--all', '--export', exported]);
      const file = join(folder, 'state.ndjson');
      writeFileSync(file, state.stdout);
      expect(state.stdout.trim().split('\n')).toHaveLength(8);
      const checked = await updraft(['check', exported, '--state', file]);
      expect(checked).toMatchObject({ code: 0, stderr: '' });
      expect(checked.stdout).toContain('facts of 8 merchants compared\nnothing found\n');
    },
    SLOW_MS,
  );

  test(
    'says where it stands: nobody works on it yet, which is a fault',
    async () => {
      const shown = await updraft(['status', ...there()]);
      expect(shown).toMatchObject({ code: 1, stderr: '' });
      expect(shown.stdout).toContain('! scoring 0 has no owner');
      const told = await updraftHere(['status', ...there(), '--json']);
      expect(JSON.parse(told.stdout)).toMatchObject({
        deadLetters: {},
        partitions: [{ partition: 0 }, { partition: 1 }],
      });
    },
    SLOW_MS,
  );

  test('that was altered is told with exit code 1', async () => {
    const copy = join(folder, 'copy');
    alterExport(exported, copy, 'decisions', 0, (lines) =>
      lines.with(2, { ...lines[2]!, value: lines[2]!.value.replace('"sequence":3', '"sequence":4') }),
    );
    const replayed = await updraft(['replay', '--export', copy]);
    expect(replayed.code).toBe(1);
    expect(replayed.stdout).toMatch(/different: decisions 0, position 0\/\d+\/\d+\/\d+/);
    expect(replayed.stdout).toMatch(/recorded: …\S*"sequence":4/);
    expect(replayed.stdout).toMatch(/replayed: …\S*"sequence":3/);
    const checked = await updraft(['check', copy]);
    expect(checked.code).toBe(1);
    expect(checked.stdout).toContain('chain  decisions 0/');
    const path = join(copy, 'activity/0/000000.ndjson');
    writeFileSync(path, readFileSync(path, 'utf8').replace('Asia/Shanghai', 'Asia/Shanghaj'));
    const damaged = await updraft(['replay', '--export', copy]);
    expect(damaged).toMatchObject({ code: 1, stdout: '' });
    expect(damaged.stderr).toContain('activity/0/000000.ndjson: has SHA-256');
  });

  test(
    'is busy while somebody has it open, and the message says what to do',
    async () => {
      const workspace = await open('season');
      const busy = await updraft(['replay', ...there()]);
      await workspace.close();
      expect(busy).toMatchObject({ code: 1, stdout: '' });
      expect(busy.stderr).toContain(`in use by process ${process.pid}`);
      expect(busy.stderr).toContain('stop it (Ctrl-C) and try again');
    },
    SLOW_MS,
  );
});

describeWithPostgres('a workspace', (openDatabase) => {
  let opened: TestDatabase;

  beforeAll(async () => {
    opened = await openDatabase();
    const logs = createPostgresLogs({ sql: opened.database });
    await fill(logs, season, PARTITIONS);
    await logs.close();
  }, SLOW_MS);

  afterAll(() => opened?.close());

  test(
    'has a record passed over by two people and not by one',
    async () => {
      const quarantine = (...args: readonly string[]): Promise<Outcome> =>
        updraftHere(['quarantine', ...args, '--workspace', opened.database.schema], {
          DATABASE_URL: opened.url,
        });
      const asked = await quarantine('request', '1/3', '--reason', 'it is broken', '--by', 'lin');
      expect(asked).toMatchObject({ code: 0, stderr: '' });
      expect(asked.stdout).toContain('1/3: requested by lin. SHA-256 ');
      const failures = [
        [['request', '1/3', '--reason', 'again', '--by', 'wang'], 'there is a request already'],
        [['request', '0/0', '--reason', 'x', '--by', 'lin'], 'is genesis'],
        [['request', '0/999999', '--reason', 'x', '--by', 'lin'], 'no such record'],
        [['request', '9/1', '--reason', 'x', '--by', 'lin'], 'activity has partitions 0 to 1'],
        [['approve', '1/3', '--by', 'lin'], 'somebody else must approve'],
        [['approve', '1/4', '--by', 'wang'], 'there is no request for it'],
      ] as const;
      for (const [args, why] of failures) {
        const refused = await quarantine(...args);
        expect({ args, code: refused.code, why: refused.stderr }).toEqual({
          args,
          code: 1,
          why: expect.stringContaining(why),
        });
      }
      expect((await quarantine('approve', '1/3', '--by', 'wang')).stdout).toContain('approved by wang');
      const listed = (await quarantine('list')).stdout;
      expect(listed).toBe('1/3  not entered yet  requested by lin, approved by wang: it is broken\n');
      expect(await quarantine('withdraw', '1/3')).toMatchObject({ code: 0 });
      expect((await quarantine('list')).stdout).toBe('no requests\n');
    },
    SLOW_MS,
  );
});

describeWithKafka('a workspace on Kafka', (kafka) => {
  test(
    'is created and checked once, and replayed to the digest that it has everywhere',
    async () => {
      const prefix = kafka.prefix();
      const env = { KAFKA_BROKERS: kafka.brokers.join(',') };
      const there = ['--workspace', prefix.slice(0, -1)];
      const logs = createKafkaLogs({ brokers: kafka.brokers, prefix, clientId: 'spec' });
      await fill(logs, season, PARTITIONS);
      await logs.close();
      const create = await updraft(['topics', 'create', ...there], env);
      expect(create.stdout).toContain('log spec, 2 partitions, zone Asia/Shanghai; was there already');
      expect(await updraft(['topics', 'check', ...there], env)).toMatchObject({ code: 0 });
      const replayed = await updraft(['replay', ...there], env);
      expect(replayed.stdout).toMatch(/\nequal\n$/);
      const inMemory = await replay(logSource(season.logs, 'spec'));
      expect(digestIn(replayed.stdout)).toBe(inMemory.digest);
      const fresh = ['--workspace', kafka.prefix().slice(0, -1), '--partitions', '2'];
      expect((await updraft(['topics', 'create', ...fresh], env)).stdout).toContain('genesis written to 2');
      expect((await updraft(['topics', 'create', ...fresh], env)).stdout).toContain('was there already');
    },
    SLOW_MS,
  );
});

test.each([
  [['bogus'], "unknown command 'bogus'"],
  [['replay', '--batch-size', '0'], 'must be a whole number from 1 to 100000'],
  [['state'], "required option '--all' not specified"],
  [['export'], "required option '--out <dir>' not specified"],
  [['topics', 'create', '--lateness', '7'], 'must be a number and a unit'],
  [['topics', 'create', '--zone', 'Mars/Base'], 'must be an IANA zone'],
  [['topics', 'create', '--now', 'yesterday'], 'must be an instant'],
  [['simulate', '--url', 'localhost'], 'must be an address such as'],
  [['simulate', '--to', 'post'], 'Allowed choices are http, inbound, log'],
  [['simulate', '--topic', 'a topic'], 'must be the name of a Kafka topic'],
  [['simulate', '--season', 'winter'], 'Allowed choices are double-11, 618, flat'],
])('%j is a wrong command line: exit code 2, and the rule', async (args, rule) => {
  const outcome = await updraftHere(args);
  expect(outcome).toMatchObject({ code: 2, stdout: '' });
  expect(outcome.stderr).toContain(rule);
});

test.each([
  [['replay', '--data', 'no-such-directory'], 'no workspace is there'],
  [['status', '--data', 'no-such-directory'], 'no workspace is there'],
  [['topics', 'check', '--workspace', 'Not A Name'], 'workspace: "Not A Name" must match'],
  [['replay', '--export', 'no-such-directory'], 'no export here'],
  [['dead-letters', 'show', 'x'], 'must be WRITER/PARTITION/SEQUENCE'],
  [['check', 'no-such-directory'], 'manifest.json'],
  [['cluster'], 'DATABASE_URL: must name a PostgreSQL'],
  [['simulate', '--data', 'no-such-directory'], 'no token for the door'],
  [['simulate', '--to', 'inbound'], 'KAFKA_BROKERS must say where the topic is'],
  [['simulate', '--to', 'log'], 'KAFKA_BROKERS or DATABASE_URL must say where the log is'],
])('%j names what is wrong without a stack: exit code 1', async (args, reason) => {
  const outcome = await updraftHere(args);
  expect(outcome.code).toBe(1);
  expect(outcome.stderr).toContain(reason);
  expect(outcome.stderr).not.toContain('    at ');
});

function digestIn(stdout: string): string {
  return /digest\s+([0-9a-f]{64})/.exec(stdout)?.[1] ?? 'none';
}

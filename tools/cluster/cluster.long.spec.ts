import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readPlainToken, type TokenRole } from '#contracts/tokens';
import { Collector } from '#telemetry/testing/collector';
import { CommandUnderTest } from '#tools/e2e/command-under-test';
import { until } from '#tools/e2e/process-under-test';
import { describeWithServices } from './describe-with-services.ts';
import { administrate, withDatabase } from './ensure-database.ts';
import { openCluster, type ClusterOptions } from './run-cluster.ts';

// The path of a newcomer: one command, a broker and a database that were not there before.

const TEST_MS_MAX = 300_000;
/** Seconds on an idle machine; the break-it run may be beside this one. */
const START_MS_MAX = 150_000;
const RUNS = /Updraft runs at (\S+) \(events\) and (\S+) /;

describeWithServices('updraft cluster', (serverUrl) => {
  const name = `updraft_cluster_${randomBytes(6).toString('hex')}`;
  const env = { DATABASE_URL: withDatabase(serverUrl, name) };
  let data: string;
  let command: CommandUnderTest;
  let doorUrl: string;
  let consoleUrl: string;

  function startCommand(): CommandUnderTest {
    const ports = ['--port', '0', '--console-port', '0'];
    return new CommandUnderTest(
      ['cluster', '--data', data, ...ports, '--scoring', '1', '--allocator', '1'],
      env,
    );
  }

  async function untilItRuns(): Promise<void> {
    const [, door, console] = await command.prints(RUNS, START_MS_MAX);
    doorUrl = door!;
    consoleUrl = console!;
  }

  beforeAll(async () => {
    data = mkdtempSync(join(tmpdir(), 'updraft-cluster-'));
    command = startCommand();
    await untilItRuns();
  }, TEST_MS_MAX);

  afterAll(async () => {
    await command?.end('SIGINT');
    await administrate(serverUrl, `drop database if exists "${name}" with (force)`);
    rmSync(data, { recursive: true, force: true });
  }, TEST_MS_MAX);

  const authorization = (role: TokenRole): string => `Bearer ${readPlainToken(data, role)}`;

  /** For processes of our own in the workspace of those that the command runs. */
  function clusterBeside(): Omit<ClusterOptions, 'outputDirectory'> {
    const brokers = [...command.output().matchAll(/kafka {2}runs at ([^,\s]+)/g)].at(-1)![1]!;
    return { brokers, databaseUrl: env.DATABASE_URL, prefix: 'updraft.', dataDirectory: data };
  }

  async function register(merchant: string): Promise<void> {
    const event = {
      specversion: '1.0',
      id: `${merchant}-1`,
      source: '/spec',
      type: 'updraft.merchant.registered.v1',
      subject: merchant,
      time: new Date().toISOString(),
      data: { category: 'tea', country: 'CN', currency: 'CNY' },
    };
    const answer = await fetch(`${doorUrl}/v1/events`, {
      method: 'POST',
      headers: { authorization: authorization('producer'), 'content-type': 'application/cloudevents+json' },
      body: JSON.stringify(event),
    });
    expect(answer.status).toBe(202);
  }

  async function decisionsOf(merchant: string): Promise<readonly unknown[]> {
    const headers = { authorization: authorization('auditor') };
    const answer = await fetch(`${consoleUrl}/v1/decisions?merchant=${merchant}`, { headers });
    return ((await answer.json()) as { decisions: readonly unknown[] }).decisions;
  }

  const untilDecided = (merchant: string): Promise<unknown> =>
    until(`a decision about ${merchant}`, async () => (await decisionsOf(merchant)).length > 0);

  test(
    'makes the database, starts a broker and every role, and decides on what is sent',
    async () => {
      expect(command.output()).toContain('The database was not there and has been made.');
      expect(command.output()).toContain('Policy starter is live in all 4 partitions.');
      await register('first');
      await untilDecided('first');
    },
    TEST_MS_MAX,
  );

  test(
    'starts a killed process and a killed broker again, and the work goes on',
    async () => {
      for (const victim of ['scoring-1', 'kafka']) {
        const [, pid] = await command.prints(new RegExp(`${victim} {2}runs at .*pid (\\d+)`));
        process.kill(Number(pid), 'SIGKILL');
        const again = new RegExp(`${victim} {2}ended.*starting it again[^]*${victim} {2}runs at`);
        await command.prints(again, START_MS_MAX);
      }
      await until('the door accepts', () =>
        register('second')
          .then(() => true)
          .catch(() => false),
      );
      await untilDecided('second');
    },
    TEST_MS_MAX,
  );

  test(
    'a process of a stage sends spans of what it did where it is told of a collector',
    async () => {
      const collector = await Collector.open();
      // They get some of the partitions of those that run, and only these tell the collector.
      const traced = openCluster({
        ...clusterBeside(),
        outputDirectory: join(data, 'output-traced'),
        environment: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint, UPDRAFT_TRACE_RATIO: '1' },
      });
      const names = (): string[] => collector.spans.map(({ service, name }) => `${service}: ${name}`);
      try {
        await Promise.all([traced.start('scoring-2'), traced.start('allocator-2')]);
        let sent = 0;
        await until('spans of both stages', async () => {
          await register(`traced-${(sent += 1)}`);
          return names().includes('scoring: scoring') && names().includes('allocator: allocator');
        });
        await traced.stopAll();
      } finally {
        await traced.killAll();
        await collector.close();
      }
      expect(new Set(names())).toEqual(new Set(['scoring: scoring', 'allocator: allocator']));
    },
    TEST_MS_MAX,
  );

  test(
    'a process whose port is taken ends at once, says which, and has taken no partition from those that work',
    async () => {
      const { port } = new URL(consoleUrl);
      const said = join(data, 'output-refused');
      const refused = openCluster({
        ...clusterBeside(),
        outputDirectory: said,
        ports: { scoring: Number(port) },
      });
      await expect(refused.start('scoring-3')).rejects.toThrow(
        /scoring-3 ended with code 1 while starting[^]*cannot be listened on/,
      );
      const output = readFileSync(join(said, 'scoring-3.1.out'), 'utf8');
      expect(output).toContain(`port ${port} of 127.0.0.1 cannot be listened on`);
      expect(output).not.toContain('taken over');
    },
    TEST_MS_MAX,
  );

  test(
    'ends everything at Ctrl-C, and the next start goes on from there with the policy that was live',
    async () => {
      const pids = [...command.output().matchAll(/pid (\d+)/g)].map(([, pid]) => Number(pid));
      expect((await command.end('SIGINT')).code).toBe(0);
      expect(command.output()).toContain('Saved. The next start goes on from here.');
      expect(pids.length).toBeGreaterThanOrEqual(5);
      expect(pids.filter(lives)).toEqual([]);
      command = startCommand();
      await untilItRuns();
      expect(command.output()).toContain('The policy that was live stays live.');
      await untilDecided('first');
    },
    TEST_MS_MAX,
  );
});

function lives(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

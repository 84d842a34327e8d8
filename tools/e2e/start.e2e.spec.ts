import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readPlainToken } from '#contracts/tokens';
import { DAY_MS, HOUR_MS } from '#domain/time';
import { openEmbedded, type Backbone } from '#stage/backbone';
import { packageRoot } from '#store/pglite/package-root';
import { createLog } from '#telemetry/log';
import { logSource } from '#tools/replay/record-source';
import { replay } from '#tools/replay/replay';
import { bareEnvironment, CommandUnderTest } from './command-under-test.ts';
import { until, type Answer } from './process-under-test.ts';
import { decisionsIn } from './published.ts';

// `updraft start` as a newcomer meets it: a process of its own on a new folder, ended and killed from outside.

/**
 * History ends more than an hour before the door opens: what is posted at once must not seem to come from the future.
 * As the first start would write it, but for that.
 */
const END_MS = (Math.floor(Date.now() / HOUR_MS) - 1) * HOUR_MS;
const PLAN = {
  seed: 7,
  merchants: 15,
  days: 2,
  startMs: END_MS - 2 * DAY_MS,
  endMs: END_MS,
  seasonShiftDays: 0,
};
const PARTITIONS = 4;
/** Seconds on an idle machine; other suites may run beside this one. */
const TEST_MS_MAX = 180_000;
const SECONDS_MS = 15_000;

let folder: string;
const commands: CommandUnderTest[] = [];

const start = (name: string): CommandUnderTest => {
  const data = join(folder, name);
  mkdirSync(data, { recursive: true });
  if (!existsSync(join(data, 'demo.json'))) writeFileSync(join(data, 'demo.json'), JSON.stringify(PLAN));
  const command = new CommandUnderTest(['start', '--data', data, '--port', '0']);
  commands.push(command);
  return command;
};

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'updraft-start-'));
});

afterAll(async () => {
  for (const command of commands) await command.end('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

/** Programmes of whose accounts nobody ever sees the end in so short a history. */
const AMPLE: readonly string[] = ['welcome-boost', 'growth-boost'];

test(
  'plays a season, opens the door, decides on what is posted, and ends in seconds at Ctrl-C',
  async () => {
    const first = start('whole');
    const url = await first.url();
    expect(first.output()).toMatch(/100 % {2}.*events sent/);
    expect(first.output()).toMatch(/welcome-boost {2,}.*withhold \d+/);
    expect((await fetch(`${url}/readyz`)).status).toBe(200);

    // The commands of the greeting, as fetch.
    const posted = await ask(url, 'producer', '/v1/events', {
      method: 'POST',
      headers: { 'content-type': 'application/cloudevents-batch+json' },
      body: JSON.stringify([
        event('try-1', 'updraft.merchant.registered.v1', { category: 'tea', country: 'CN', currency: 'CNY' }),
        event('try-2', 'updraft.training.completed.v1', { course: 'first-sale' }),
      ]),
    });
    expect(posted.status).toBe(202);
    const issued = await until('a boost for my-shop', async () => {
      const answer = await ask(url, 'auditor', '/v1/decisions?merchant=my-shop&outcome=issue');
      const { decisions } = (await answer.json()) as Answer;
      return (decisions as Answer[]).find(({ programme }) => programme === 'welcome-boost');
    });
    expect(issued).toMatchObject({ programme: 'welcome-boost', grant: { size: 600 } });

    const { code, ms } = await first.end('SIGINT');
    expect(code).toBe(0);
    expect(ms).toBeLessThan(SECONDS_MS);
    expect(first.output()).toContain('Saved. The next start goes on from here.');
  },
  TEST_MS_MAX,
);

test(
  'the second start takes seconds, plays nothing again and knows everything',
  async () => {
    const since = performance.now();
    const second = start('whole');
    const url = await second.url();
    expect(performance.now() - since).toBeLessThan(2 * SECONDS_MS);
    expect(second.output()).not.toContain('Playing');
    const answer = await ask(url, 'auditor', '/v1/merchants/my-shop');
    const { isKnown, grants } = (await answer.json()) as Answer;
    expect(isKnown).toBe(true);
    expect((grants as Answer[]).find(({ programme }) => programme === 'welcome-boost')).toMatchObject({
      status: 'active',
      size: 600,
    });
    expect((await second.end('SIGINT')).code).toBe(0);
  },
  TEST_MS_MAX,
);

test(
  'killed in the middle of the demo, the next start decides what an uninterrupted one decided',
  async () => {
    const killed = start('killed');
    await killed.prints(/ (4|5|6)\d % /);
    await killed.end('SIGKILL');
    expect(killed.output()).not.toContain('Updraft runs');
    const next = start('killed');
    await next.url();
    expect(next.output()).toContain('Playing');
    expect((await next.end('SIGINT')).code).toBe(0);

    const whole = await withLogs('whole', decided);
    expect(whole.flat().length).toBeGreaterThan(20);
    await withLogs('killed', async (backbone) => {
      expect(await decided(backbone)).toEqual(whole);
      for (let partition = 0; partition < PARTITIONS; partition++) {
        const chain = await decisionsIn(backbone.logs, partition);
        expect(chain.map(({ sequence }) => sequence)).toEqual(chain.map((_, index) => index + 1));
        const links = chain.slice(1).map(({ previousHash }) => previousHash);
        expect(links).toEqual(chain.slice(0, -1).map(({ hash }) => hash));
      }
      const replayed = await replay(logSource(backbone.logs, 'killed'), { workers: 1 });
      expect(replayed).toMatchObject({ outcome: 'equal', difference: null });
    });
  },
  TEST_MS_MAX,
);

test(
  'a port that is taken is said at once, before anything is made',
  async () => {
    const holder = createServer();
    await new Promise<void>((resolve) => holder.listen(0, '127.0.0.1', resolve));
    const { port } = holder.address() as { port: number };
    const command = new CommandUnderTest(['start', '--data', join(folder, 'never'), '--port', String(port)]);
    commands.push(command);
    expect(await command.exitCode()).toBe(1);
    expect(command.output()).toBe(
      `updraft: port ${port} on 127.0.0.1 is taken: choose another with --port\n`,
    );
    expect(existsSync(join(folder, 'never'))).toBe(false);
    await new Promise((resolve) => holder.close(resolve));
  },
  TEST_MS_MAX,
);

test(
  'a process that cannot start says why and ends: it keeps no stage running behind a shut door',
  async () => {
    const env = {
      ...bareEnvironment(),
      UPDRAFT_DATA: join(folder, 'failed'),
      UPDRAFT_POLICY: 'nowhere.yaml',
    };
    const main = join(packageRoot(import.meta.url), 'dist/apps/standalone/src/main.js');
    const child = spawn(process.execPath, [main], { env: { ...env, STANDALONE_PORT: '0' } });
    let printed = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (printed += text));
    const code = await new Promise((resolve) => child.on('exit', resolve));
    expect(code).toBe(1);
    expect(printed).toMatch(/updraft did not start/);
    expect(printed).toContain('nowhere.yaml');
  },
  TEST_MS_MAX,
);

/** What was decided in history, per partition in order, without the positions that a re-sent step moves. */
async function decided({ logs }: Backbone): Promise<object[][]> {
  const all: object[][] = [];
  for (let partition = 0; partition < PARTITIONS; partition++) {
    // Who waits for money, and what purses hold meanwhile, depends on which partition asks the treasury first.
    const inHistory = (await decisionsIn(logs, partition)).filter(
      ({ time, programme, outcome }) =>
        Date.parse(time) < END_MS && AMPLE.includes(programme) && outcome !== 'wait',
    );
    all.push(inHistory.map(withoutPositions));
  }
  return all;
}

function withoutPositions(decision: Awaited<ReturnType<typeof decisionsIn>>[number]): object {
  const { merchant, time, programme, outcome, reasons, tier, capacity, grant } = decision;
  const conditions = decision.conditions.map(({ id, value, line, verdict }) => [id, value, line, verdict]);
  const terms = grant === null ? null : [grant.size, grant.maximum, grant.validFrom, grant.validUntil];
  return { merchant, time, programme, outcome, reasons, tier, capacity, terms, conditions };
}

async function withLogs<T>(name: string, use: (backbone: Backbone) => Promise<T>): Promise<T> {
  const backbone = await openEmbedded(join(folder, name), 'updraft', createLog('spec', { level: 'silent' }));
  try {
    return await use(backbone);
  } finally {
    await backbone.close();
  }
}

function ask(
  url: string,
  role: 'producer' | 'auditor',
  path: string,
  init: RequestInit = {},
): Promise<Response> {
  const headers = new Headers(init.headers);
  headers.set('authorization', `Bearer ${readPlainToken(join(folder, 'whole'), role)}`);
  return fetch(`${url}${path}`, { ...init, headers });
}

function event(id: string, type: string, data: object): object {
  const time = new Date().toISOString();
  return { specversion: '1.0', id, source: '/try', type, subject: 'my-shop', time, data };
}

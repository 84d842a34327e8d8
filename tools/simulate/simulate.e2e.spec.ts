import { writeGenesis } from '#stage/begin-log';
import { openEmbedded, type BackboneUnderTest } from '#tools/e2e/backbone-under-test';
import { ProcessUnderTest, tokenOf } from '#tools/e2e/process-under-test';
import { httpTarget } from './http-target.ts';
import { isWell, type RunSummary } from './run-summary.ts';
import { simulate, type SimulateOptions } from './simulate.ts';

const PARTITIONS = 2;
const TEST_MS_MAX = 60_000;

let workspace: BackboneUnderTest;
let running: ProcessUnderTest;
let shown: string;

beforeAll(async () => {
  workspace = await openEmbedded();
  const { logs, database, close } = workspace.connect();
  const wish = { logId: 'simulate', partitions: PARTITIONS };
  const { genesis } = await writeGenesis(logs, database, wish, { clockMs: Date.now(), isLive: true });
  await close();
  running = await ProcessUnderTest.start(workspace.connect(), genesis);
  await running.goLive();
}, TEST_MS_MAX);

afterAll(async () => {
  await running?.stop();
  await workspace?.close();
}, TEST_MS_MAX);

test(
  'everything that is sent is counted once, merchants become known, and only what is malformed is refused',
  async () => {
    const summary = await play({ eventsMax: 600, poisonPpm: 50_000, duplicatesPpm: 20_000 });
    expect(summary).toMatchObject({ sent: 600, wrong: 0, unanswered: 0, behind: 0, problem: null });
    expect(isWell(summary)).toBe(true);
    expect(summary.refused).toBeGreaterThan(10);
    expect(summary.accepted + summary.refused).toBe(600);
    expect(await eventsInActivity()).toBe(summary.accepted);
    const merchant = await running.known('/v1/merchants/s7-m-00001', ({ isKnown }) => isKnown);
    expect(merchant.isKnown).toBe(true);
    const letters = await running.get('/v1/dead-letters');
    expect(letters.body.deadLetters).toEqual([]);
    expect(shown).toMatch(/sent 600 {2}accepted \d+ {2}refused \d+/);
  },
  TEST_MS_MAX,
);

test(
  'a second run with the same seed is other events of the same merchants, and ends in order when interrupted',
  async () => {
    const before = await eventsInActivity();
    const summary = await play({
      eventsMax: null,
      onInterrupt: (end) => void setTimeout(end, 1_500),
    });
    expect(summary).toMatchObject({ isInterrupted: true, unanswered: 0, wrong: 0 });
    expect(summary.sent).toBeGreaterThan(20);
    expect((await eventsInActivity()) - before).toBe(summary.accepted);
    expect((await running.get('/v1/dead-letters')).body.deadLetters).toEqual([]);
  },
  TEST_MS_MAX,
);

test('a wrong token and an address where nobody listens are said before anything is sent', async () => {
  await expect(play({ target: httpTarget(running.url, 'wrong') })).rejects.toThrow(
    'does not take this token (401)',
  );
  await expect(play({ target: httpTarget(running.url, tokenOf('auditor')) })).rejects.toThrow(
    'does not take this token (403)',
  );
  await expect(play({ target: httpTarget('http://127.0.0.1:1', tokenOf('producer')) })).rejects.toThrow(
    'nobody answers at http://127.0.0.1:1',
  );
});

function play(changes: Partial<SimulateOptions>): Promise<RunSummary> {
  shown = '';
  return simulate({
    target: httpTarget(running.url, tokenOf('producer')),
    seed: 7,
    merchants: 20,
    season: 'double-11',
    eventsPerSecond: 200,
    eventsMax: 50,
    durationMs: null,
    duplicatesPpm: 0,
    latePpm: 10_000,
    poisonPpm: 0,
    output: { write: (text) => (shown += text) },
    onInterrupt: () => undefined,
    ...changes,
  });
}

/** Merchant events in the log: not genesis, policies and ticks. */
async function eventsInActivity(): Promise<number> {
  let events = 0;
  for (let partition = 0; partition < PARTITIONS; partition += 1) {
    for await (const { records } of running.backbone.logs.read('activity', partition, 0)) {
      events += records.filter(({ value }) => value.includes('"source":"/updraft/simulate"')).length;
    }
  }
  return events;
}

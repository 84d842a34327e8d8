import { clearReadSide, readProgress } from '#store/read/progress';
import { openTestDatabase, type TestDatabase } from '#store/testing/test-database';
import {
  capabilityText,
  deadLetterText,
  inboundLetterText,
  DecisionChain,
  grantText,
  START_MS,
  tickText,
} from '../testing/records.ts';
import { RunningProjections } from '../testing/running-projections.ts';
import { ScriptedLogs } from '../testing/scripted-logs.ts';
import { until } from '../testing/until.ts';
import { deadLettersProjection } from './dead-letters.ts';
import { decisionsProjection } from './decisions.ts';
import { grantsProjection } from './grants.ts';
import { capabilityProjection } from './capability.ts';

describe('a projection that meets a defect of its log', () => {
  let opened: TestDatabase;
  let running: RunningProjections;

  beforeAll(async () => {
    opened = await openTestDatabase();
    running = new RunningProjections(opened.database);
  }, 60_000);
  afterAll(() => opened.close());
  beforeEach(() => clearReadSide(opened.database));
  afterEach(() => running.stopAll());

  test.each([
    ['skips a sequence', { sequence: 4 }, /chain broken at 0\/30\/0\/0: sequence is 4, expected 3/],
    [
      'names another predecessor',
      { previousHash: 'f'.repeat(64) },
      /chain broken at .*: previousHash is ffff/,
    ],
    ['does not have the hash it says', { hash: 'e'.repeat(64) }, /chain broken at .* it says eeee/],
  ])(
    'a decision that %s is alarmed, kept readable, and stays alarmed after a restart',
    async (_, some, alarm) => {
      const logs = new ScriptedLogs(1);
      const chain = new DecisionChain(0);
      for (const change of [{}, {}, some, {}]) logs.append('decisions', 0, 'm-1', chain.next(change).text);
      const projector = await running.start(logs, decisionsProjection);
      await until(async () => (await running.rows('read_decision')).length === 4);
      await until(() => projector.faults().length > 0);
      expect(projector.faults()).toEqual([expect.stringMatching(alarm)]);

      await running.stopAll();
      const restarted = await running.start(logs, decisionsProjection);
      await until(() => restarted.faults().length === 1);
      expect(restarted.faults()).toEqual([expect.stringMatching(alarm)]);
    },
  );

  test('a chain whose beginning is missing is alarmed', async () => {
    const logs = new ScriptedLogs(1);
    const chain = new DecisionChain(0);
    chain.next();
    logs.append('decisions', 0, 'm-1', chain.next().text);
    const projector = await running.start(logs, decisionsProjection);
    await until(() => projector.faults().length > 0);

    expect(projector.faults()).toEqual([expect.stringContaining('sequence is 2, expected 1')]);
  });

  test('a sound chain raises no alarm', async () => {
    const logs = new ScriptedLogs(1);
    const chain = new DecisionChain(0);
    for (let i = 0; i < 5; i++) logs.append('decisions', 0, 'm-1', chain.next().text);
    const projector = await running.start(logs, decisionsProjection);
    await running.caughtUp(logs, 'decisions');

    expect(projector.faults()).toEqual([]);
  });

  test('decisions of another log id stop the partition before anything of them is stored', async () => {
    const logs = new ScriptedLogs(1);
    const chain = new DecisionChain(0);
    logs.append('decisions', 0, 'm-1', chain.next().text);
    logs.append('decisions', 0, 'm-1', chain.next({ logId: 'log-2' }).text);
    const projector = await running.start(logs, decisionsProjection);
    await until(() => projector.faults().length > 0);

    expect(projector.faults()).toEqual([expect.stringContaining('has log id log-2')]);
    expect(await running.rows('read_decision')).toHaveLength(1);
  });

  test('a gap in the dead letters of a writer stops its partition and no other', async () => {
    const logs = new ScriptedLogs(2);
    for (const sequence of [1, 2, 4, 5]) logs.append('dead-letters', 0, null, deadLetterText(0, sequence));
    for (const sequence of [1, 2, 3]) logs.append('dead-letters', 1, null, deadLetterText(1, sequence));
    const projector = await running.start(logs, deadLettersProjection);
    await until(async () => (await running.rows('read_dead_letter')).length === 5);
    logs.append('dead-letters', 1, null, deadLetterText(1, 4));
    await until(async () => (await running.rows('read_dead_letter')).length === 6);

    expect(projector.faults()).toEqual([
      expect.stringContaining('dead-letters/0 stopped: at offset 2: dead letters of scoring/0 have a gap'),
    ]);
    expect(logs.paused).toEqual(new Set(['dead-letters/0']));
  });

  test('letters of the door rise with gaps, and what comes again changes nothing', async () => {
    const logs = new ScriptedLogs(1);
    for (const offset of [4, 9, 4, 9, 30]) logs.append('dead-letters', 0, null, inboundLetterText(offset));
    logs.append('dead-letters', 0, null, deadLetterText(0, 1));
    const projector = await running.start(logs, deadLettersProjection);
    await running.caughtUp(logs, 'dead-letters');

    expect(projector.faults()).toEqual([]);
    const rows = (await running.rows('read_dead_letter')) as { writer: string; sequence: string }[];
    expect(rows.map(({ writer, sequence }) => `${writer} ${sequence}`).sort()).toEqual([
      'inbound/7 10',
      'inbound/7 31',
      'inbound/7 5',
      'scoring/0 1',
    ]);
  });

  test('writers count on their own', async () => {
    const logs = new ScriptedLogs(1);
    logs.append('dead-letters', 0, null, deadLetterText(0, 1));
    logs.append('dead-letters', 0, null, deadLetterText(0, 1, { writer: 'allocator/0' }));
    logs.append('dead-letters', 0, null, deadLetterText(0, 2));
    const projector = await running.start(logs, deadLettersProjection);
    await running.caughtUp(logs, 'dead-letters');

    expect(projector.faults()).toEqual([]);
    expect(await running.rows('read_dead_letter')).toHaveLength(3);
  });

  test('a record that cannot be read stops its partition just before it', async () => {
    const logs = new ScriptedLogs(1);
    logs.append('capability', 0, null, tickText('0/1/0', START_MS));
    logs.append('capability', 0, null, capabilityText('m-1', '0/2/0').replace('merchant.v1', 'merchant.v9'));
    const projector = await running.start(logs, capabilityProjection);
    await until(() => projector.faults().length > 0);

    expect(projector.faults()[0]).toMatch(/at offset 1: type .*merchant\.v9.*unknown version/);
    const [progress] = await readProgress(opened.database, 'capability');
    expect(progress).toMatchObject({ nextOffset: 1, position: '0/1/0' });
  });

  test('a log that ends before what was projected stops the partition: it has lost records', async () => {
    const logs = new ScriptedLogs(1);
    for (let i = 1; i <= 3; i++) logs.append('grants', 0, `g-${i}`, grantText(`g-${i}`, `0/${i}/0/0`));
    await running.start(logs, grantsProjection);
    await running.caughtUp(logs, 'grants');
    const shorter = new ScriptedLogs(1);
    shorter.append('grants', 0, 'g-1', grantText('g-1', '0/1/0/0'));
    const projector = await running.start(shorter, grantsProjection);
    await until(() => projector.faults().length > 0);

    expect(projector.faults()[0]).toMatch(/up to offset 3, but the log ends at 1/);
  });
});

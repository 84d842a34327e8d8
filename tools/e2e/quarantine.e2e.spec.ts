import type { Genesis } from '#domain/controls';
import { writeGenesis } from '#stage/begin-log';
import { sha256 } from '#stage/sha256';
import { createQuarantineDesk, type QuarantineDesk } from '#store/quarantine-desk';
import { logSource } from '#tools/replay/record-source';
import { replay } from '#tools/replay/replay';
import { describeInBothModes, type BackboneUnderTest } from './backbone-under-test.ts';
import { merchantIn, registered, strange } from './events-to-send.ts';
import { ProcessUnderTest, until, type Answer } from './process-under-test.ts';

// A record that no engine can read stands in activity and halts its partition; then two people have it passed over.
// The tests follow each other.

const PARTITIONS = 2;
const PROGRAMME = 'welcome-boost';
const REASON = 'written by hand, see the incident of Monday';

describeInBothModes('a record that halts its partition', (open) => {
  let workspace: BackboneUnderTest;
  let genesis: Genesis;
  let running: ProcessUnderTest;
  let desk: QuarantineDesk;
  let offset: number;
  const text = JSON.stringify(strange());
  const waiting = merchantIn(0, PARTITIONS, 'waiting');

  beforeAll(async () => {
    workspace = await open();
    const { logs, database, close } = workspace.connect();
    const wish = { logId: 'quarantine', partitions: PARTITIONS };
    ({ genesis } = await writeGenesis(logs, database, wish, { clockMs: Date.now(), isLive: true }));
    desk = createQuarantineDesk(database);
    await close();
    running = await ProcessUnderTest.start(workspace.connect(), genesis);
    await running.goLive();
  }, 60_000);

  afterAll(async () => {
    await running?.stop();
    await workspace?.close();
  }, 30_000);

  const request = (recordHash: string): Promise<boolean> =>
    desk.request({ partition: 0, offset, recordHash, reason: REASON, requestedBy: 'lin' });
  const isHalted = async (): Promise<boolean> => {
    const { status, body } = await running.get('/readyz');
    return (
      status === 503 && body.failing.some(({ detail }: Answer) => detail.includes(`halted at 0/${offset}`))
    );
  };
  /** Longer than the owner waits between two looks at the desk. */
  const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 3_000));

  test('is not passed over by one person, nor for a request about another record', async () => {
    const writer = running.backbone.logs.writer('intruder');
    const before = (await running.backbone.logs.endOffsets('activity'))[0]!;
    await writer.append('activity', 0, [{ key: null, value: Buffer.from(text) }]);
    await writer.close();
    offset = await findOffset(before);
    await running.post(registered(waiting));
    await until('the partition stands still', isHalted);
    await request(sha256('another record'));
    await desk.approve(0, offset, 'wang');
    await pause();
    expect(await isHalted()).toBe(true);
    await desk.withdraw(0, offset);
    await request(sha256(text));
    expect(await desk.approve(0, offset, 'lin')).toBeNull();
    await pause();
    expect(await isHalted()).toBe(true);
  }, 60_000);

  test('is passed over when a second person approves: a dead letter says why, and what waited is decided', async () => {
    expect(await desk.approve(0, offset, 'wang')).toMatchObject({ requestedBy: 'lin', approvedBy: 'wang' });
    await running.decision(waiting, PROGRAMME, 'offer');
    const [letter] = await until('the dead letter', async () => {
      const { deadLetters } = (await running.get('/v1/dead-letters?reason=quarantined')).body;
      return deadLetters.length > 0 ? (deadLetters as Answer[]) : null;
    });
    expect(letter).toMatchObject({ position: `0/${offset}`, detail: REASON, record: text });
    expect((await running.get('/readyz')).status).toBe(200);
    const entries = await quarantine();
    expect(entries.map(({ data }) => data)).toEqual([
      {
        stage: 'scoring',
        position: `0/${offset}`,
        recordHash: sha256(text),
        reason: REASON,
        requestedBy: 'lin',
        approvedBy: 'wang',
      },
    ]);
  }, 60_000);

  test('stays passed over after a start from genesis, is entered once, and replay says equal', async () => {
    await running.stop();
    running = await ProcessUnderTest.start(workspace.connect(), genesis);
    const later = merchantIn(0, PARTITIONS, 'later');
    await running.post(registered(later));
    await running.decision(later, PROGRAMME, 'offer');
    expect(await quarantine()).toHaveLength(1);
    const { outcome, difference } = await replay(logSource(running.backbone.logs, 'e2e'));
    expect({ outcome, difference }).toEqual({ outcome: 'equal', difference: null });
  }, 60_000);

  async function findOffset(from: number): Promise<number> {
    for await (const { records } of running.backbone.logs.read('activity', 0, from)) {
      for (const record of records) if (record.value.toString('utf8') === text) return record.offset;
    }
    throw new Error('the record is not there');
  }

  async function quarantine(): Promise<{ readonly data: unknown }[]> {
    const entries: { data: unknown }[] = [];
    for await (const { records } of running.backbone.logs.read('quarantine', 0, 0)) {
      for (const { value } of records) entries.push(JSON.parse(value.toString('utf8')) as { data: unknown });
    }
    return entries;
  }
});

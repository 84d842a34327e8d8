import { formatPosition, parsePosition } from '#domain/stage/position';
import type { OutputRecord } from '#domain/stage/stage';
import { createPublishedTail, findPublishedEnd, holds, type PublishedTail } from './published-tail.ts';
import { HaltError } from './report.ts';
import { sha256 } from './sha256.ts';
import { listedLogs, type ListedLogs } from './testing/listed-logs.ts';

const LOG = 'capability';

function textOf(position: string, what = 'a'): string {
  return JSON.stringify({ data: { position, what } });
}

function output(position: string, what = 'a', log: OutputRecord['log'] = LOG): OutputRecord {
  return { log, key: null, position: parsePosition(position), text: textOf(position, what) };
}

/** A log that holds these positions, and the tail that a take-over from `covered` meets. */
async function tailOver(
  positions: readonly string[],
  covered: string | null = null,
): Promise<{ readonly tail: PublishedTail; readonly listed: ListedLogs }> {
  const listed = listedLogs();
  listed.append(LOG, 0, ...positions.map((position) => textOf(position)));
  const end = await findPublishedEnd(listed.logs, LOG, 0, 0, sha256);
  const from = covered === null ? null : parsePosition(covered);
  return { tail: createPublishedTail(listed.logs, LOG, 0, 0, from, end), listed };
}

const admitted = async (tail: PublishedTail, ...outputs: OutputRecord[]): Promise<string[]> =>
  (await tail.admit(outputs)).map(({ log, position }) => `${log} ${formatPosition(position)}`);

test('where nothing was published everything is to be published', async () => {
  const { tail } = await tailOver([]);
  expect(tail.isDone()).toBe(true);
  expect(await admitted(tail, output('0/0/0'), output('0/0/1'))).toEqual([
    'capability 0/0/0',
    'capability 0/0/1',
  ]);
});

test('what stands in the log is met again and not published twice, up to its last record', async () => {
  const { tail } = await tailOver(['0/1/0', '0/1/1', '0/3/0']);
  expect(await admitted(tail, output('0/1/0'), output('0/1/1'))).toEqual([]);
  expect(tail.isDone()).toBe(false);
  expect(await admitted(tail, output('0/3/0'), output('0/4/0'))).toEqual(['capability 0/4/0']);
  expect(tail.isDone()).toBe(true);
  expect(await admitted(tail, output('0/5/0'))).toEqual(['capability 0/5/0']);
});

test('what goes out in the same transaction goes with it; what is numbered goes out again', async () => {
  const { tail } = await tailOver(['0/1/0']);
  const numbered = [output('0/1', 'd', 'dead-letters'), output('0/1/1', 'r', 'treasury')];
  const first = [output('0/1/0'), output('0/1/0', 'g', 'grants'), ...numbered];
  expect(await admitted(tail, ...first)).toEqual(['dead-letters 0/1', 'treasury 0/1/1']);
  expect(await admitted(tail, output('0/2/0', 'g', 'grants'))).toEqual(['grants 0/2/0']);
});

test.each([
  ['other bytes', ['0/1/0', '0/2/0'], [output('0/1/0', 'b')], '0/1/0', '"what":"b"'],
  ['an output the log does not have', ['0/2/0'], [output('0/1/0')], '0/1/0', '0/2/0'],
  ['a record that no longer comes out', ['0/1/0', '0/2/0'], [output('0/2/0')], '0/2/0', '0/1/0'],
  ['the last record, passed over', ['0/1/0', '0/2/0'], [output('0/1/0'), output('0/3/0')], '0/3/0', '0/2/0'],
])('%s halts, and both sides are shown', async (_name, positions, outputs, at, shown) => {
  const { tail } = await tailOver(positions);
  const halted = await tail.admit(outputs).catch((error: unknown) => error);
  expect(halted).toBeInstanceOf(HaltError);
  expect(halted).toMatchObject({ at, message: expect.stringContaining(shown) as string });
});

test('what a snapshot covers is not compared: it is not executed again', async () => {
  const { tail } = await tailOver(['0/1/0', '0/1/1', '0/2/0'], '0/1');
  expect(tail.isDone()).toBe(false);
  expect(await admitted(tail, output('0/2/0'), output('0/3/0'))).toEqual(['capability 0/3/0']);
});

test('a snapshot at the end of what was published leaves nothing to meet', async () => {
  const { tail } = await tailOver(['0/1/0', '0/1/1'], '0/1');
  expect(tail.isDone()).toBe(true);
  // Of a chained position, such as the allocator's, the whole input record is covered.
  expect((await tailOver(['0/1/0/0', '0/1/0/1'], '0/1/0')).tail.isDone()).toBe(true);
  expect((await tailOver(['0/1/0/0', '0/1/1/0'], '0/1/0')).tail.isDone()).toBe(false);
});

test('a stage without a log of its own has nothing to meet, and says everything again', async () => {
  const { listed } = await tailOver(['0/1/0']);
  expect(await findPublishedEnd(listed.logs, null, 0, 0, sha256)).toBeNull();
  const tail = createPublishedTail(listed.logs, null, 0, 0, null, null);
  expect(tail.isDone()).toBe(true);
  expect(await admitted(tail, output('0/1', 'l', 'activity'))).toEqual(['activity 0/1']);
});

test('the published end is the last record from the hint on, with its hash', async () => {
  const { listed } = await tailOver(['0/1/0', '0/2/0', '0/10/0']);
  expect(await findPublishedEnd(listed.logs, LOG, 0, 1, sha256)).toEqual({
    position: [0, 10, 0],
    hash: sha256(textOf('0/10/0')),
    offset: 2,
  });
  expect(await findPublishedEnd(listed.logs, LOG, 0, 3, sha256)).toBeNull();
});

test('the log holds what a snapshot says was published only if the bytes are the same', async () => {
  const { listed } = await tailOver(['0/1/0', '0/2/0', '0/3/0']);
  const asked = (position: string, text: string): Promise<boolean> =>
    holds(listed.logs, LOG, 0, 0, position, sha256(text), sha256);
  expect(await asked('0/3/0', textOf('0/3/0'))).toBe(true);
  expect(await asked('0/3/0', textOf('0/3/0', 'b'))).toBe(false);
  expect(await asked('0/4/0', textOf('0/4/0'))).toBe(false);
});

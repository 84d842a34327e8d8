import { decode } from '#contracts/codec';
import type { Stop } from '#domain/controls';
import type { SnapshotStore } from '#store/snapshot-store';
import { UnavailableError } from '#stream/log';
import { sendStop, type StopPorts } from './stop.ts';
import { listedLogs } from './testing/listed-logs.ts';
import { ManualClock } from './testing/manual-clock.ts';

/** What scoring's snapshots say; null: it has none. */
type Known = (number | null)[];

interface Row {
  holder: string;
  state: string;
}

function openWorld(known: Known, row: Row = { holder: '', state: '{}' }) {
  const clock = new ManualClock();
  const listed = listedLogs();
  const heads = (): Promise<unknown[]> =>
    Promise.resolve(
      known.map((stopSequence, partition) => ({
        stage: 'scoring',
        partition,
        snapshot: stopSequence === null ? null : { mark: { facts: { stopSequence } } },
      })),
    );
  const portsOf = (name: string): StopPorts => ({
    logs: listed.logs,
    writer: listed.logs.writer('stop'),
    store: { heads } as unknown as SnapshotStore,
    clock,
    logId: 'spec',
    partitions: known.length,
    treasuries: 1,
    wallClock: () => 0,
    lease: {
      keep() {
        if (row.holder === '') row.holder = name;
        return Promise.resolve({
          isHeld: row.holder === name,
          state: row.holder === name ? row.state : '{}',
        });
      },
      save(state) {
        if (row.holder === name) row.state = state;
        return Promise.resolve(row.holder === name);
      },
      drop() {
        if (row.holder === name) row.holder = '';
        return Promise.resolve();
      },
    },
  });
  const progress: string[] = [];
  const send = (scope: string, name = 'me', isStopped = true): Promise<void> => {
    const stop = { scope, isStopped, by: [name], reason: 'spec' };
    return sendStop(portsOf(name), stop, (confirmed, all) => progress.push(`${confirmed}/${all}`));
  };
  const sent = (partition: number): [number, string][] =>
    listed
      .records('activity', partition)
      .map(({ value }) => decode(value).data as unknown as Stop)
      .map(({ sequence, scope }) => [sequence, scope]);
  return { clock, known, row, send, sent, progress };
}

test('a stop goes to every partition with the next number, and is over when all confirm', async () => {
  const { clock, known, send, sent, progress } = openWorld([2, 1]);
  const done = send('all');
  await clock.pass(400);
  for (const partition of [0, 1]) expect(sent(partition)).toEqual([[3, 'all']]);
  known[1] = 3;
  await clock.pass(500);
  known[0] = 3;
  await clock.pass(500);
  await done;
  expect([...new Set(progress)]).toEqual(['0/2', '1/2', '2/2']);
});

test('it is sent again after 10 s, only to those that have not confirmed', async () => {
  const { clock, known, send, sent } = openWorld([0, 0]);
  const done = send('all');
  await clock.pass(1_000);
  known[0] = 1;
  await clock.pass(10_000);
  expect([sent(0).length, sent(1).length]).toEqual([1, 2]);
  known[1] = 1;
  await clock.pass(500);
  await done;
});

test('two at a time get numbers of their own, and stand in the same order everywhere', async () => {
  const { clock, known, send, sent } = openWorld([0, 0]);
  const both = [send('programme:growth', 'lin'), send('account:relief', 'wang')];
  await clock.pass(1_000);
  expect(sent(0).map(([sequence]) => sequence)).toEqual([1, 2]);
  expect(sent(1)).toEqual(sent(0));
  known.fill(2);
  await clock.pass(1_000);
  await Promise.all(both);
});

test('a number that no snapshot shows yet is not used again', async () => {
  const { clock, known, send, sent } = openWorld([0, 0], { holder: '', state: '{"sequence":7}' });
  const done = send('all');
  await clock.pass(400);
  expect(sent(0)).toEqual([[8, 'all']]);
  known.fill(8);
  await clock.pass(1_000);
  await done;
});

test.each([
  [
    'while it is not known what was stopped before',
    [0, null],
    { holder: '', state: '{}' },
    'has saved 1 of 2',
  ],
  ['while somebody else does not end', [0, 0], { holder: 'other', state: '{}' }, 'somebody else'],
])('nothing is sent %s', async (_name, known, row, why) => {
  const { clock, send, sent } = openWorld(known, row);
  const refused = send('all').catch((error: unknown) => error);
  await clock.pass(31_000);
  expect(await refused).toBeInstanceOf(UnavailableError);
  expect((await refused) as Error).toMatchObject({ message: expect.stringContaining(why) as string });
  expect(sent(0)).toEqual([]);
  expect(row.holder).not.toBe('me');
});

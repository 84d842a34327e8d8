import { decode } from '#contracts/codec';
import type { PolicyActivated } from '#domain/controls';
import type { Head, SnapshotStore } from '#store/snapshot-store';
import { publishBundle, sendActivation, sequenceFor } from './activation.ts';
import { listedLogs } from './testing/listed-logs.ts';
import { ManualClock } from './testing/manual-clock.ts';
import type { ControlPorts, Facts as StageFacts } from './until-confirmed.ts';

const PARTITIONS = 3;

/** Partitions of activity, then the one of the treasury log. */
const TREASURY = 3;

/** What the snapshots of their stages say of each: sequence and bundle; null while it has none. */
type Facts = ({ readonly bundleSequence: number; readonly bundle: string | null } | null)[];

function openWorld(facts: Facts) {
  const clock = new ManualClock();
  const listed = listedLogs();
  const heads: Partial<SnapshotStore> = {
    heads: () =>
      Promise.resolve(
        facts.flatMap((each, index) => {
          const stage = index === TREASURY ? 'treasury' : 'scoring';
          const partition = index === TREASURY ? 0 : index;
          const head: Head = { takeover: 1, owner: 'me', snapshot: null };
          const mark = { position: '0/1', inputOffset: 1, published: null, format: 1, engine: 1 };
          const snapshot = each === null ? null : { mark: { ...mark, facts: { ...each } }, root: '{}' };
          const of = { ...head, snapshot, partition, savedAt: null };
          return [
            { ...of, stage },
            { ...of, stage: 'allocator', snapshot: null },
          ];
        }),
      ),
  };
  const ports: ControlPorts = {
    logs: listed.logs,
    writer: listed.logs.writer('registry'),
    store: heads as SnapshotStore,
    clock,
    logId: 'spec',
    partitions: PARTITIONS,
    treasuries: 1,
    wallClock: () => 0,
  };
  const sent = (partition: number): PolicyActivated[] =>
    listed
      .records(partition === TREASURY ? 'treasury' : 'activity', partition === TREASURY ? 0 : partition)
      .map(({ value }) => decode(value).data as unknown as PolicyActivated);
  const progress: number[] = [];
  const activate = (bundle: string, given = 1, isWanted = () => true): Promise<void> => {
    let number = given;
    const sequence = (now: readonly StageFacts[]): number => (number = sequenceFor(bundle, number, now));
    const activation = { bundle, approvedBy: ['lin', 'wang'], sequence };
    return sendActivation(ports, activation, (confirmed) => progress.push(confirmed), isWanted);
  };
  return { clock, listed, ports, facts, sent, progress, activate };
}

const live = (bundleSequence: number, bundle: string) => ({ bundleSequence, bundle });

const withAccounts = (...accounts: readonly object[]): string => JSON.stringify({ format: 3, accounts });

test('the bundle is published once, before anything names it', async () => {
  const { ports, listed } = openWorld([null, null, null, null]);
  await publishBundle(ports, 'hash', withAccounts());
  await publishBundle(ports, 'hash', withAccounts());
  await publishBundle(ports, 'other', withAccounts({ id: 'a', within: null }));
  const texts = listed.records('policies', 0).map(({ key, value }) => [key, value.toString('utf8')]);
  expect(texts).toEqual([
    ['hash', withAccounts()],
    ['other', withAccounts({ id: 'a', within: null })],
  ]);
});

test('a bundle that would move an account to another partition of the treasury is not published', async () => {
  const { ports, listed } = openWorld([null, null, null, null]);
  const two = { ...ports, treasuries: 2 };
  const festival = { id: 'b', within: null };
  const nested = withAccounts({ id: 'growth', within: 'b' }, festival);
  await publishBundle(two, 'first', withAccounts({ id: 'growth', within: null }, festival));
  await expect(publishBundle(two, 'second', nested)).rejects.toThrow(
    'account growth: within what it is now, partition 0 of the treasury would keep its books, and partition 1 has',
  );
  await publishBundle(ports, 'second', nested);
  expect(listed.records('policies', 0).map(({ key }) => key)).toEqual(['first', 'second']);
});

test('an activation goes to every partition, the treasury too, and is over when all confirm', async () => {
  const { clock, activate, sent, facts, progress } = openWorld([null, null, null, null]);
  const done = activate('a');
  await clock.pass(400);
  const wanted = { sequence: 1, bundle: 'a', approvedBy: ['lin', 'wang'] };
  for (const partition of [0, 1, 2, TREASURY]) expect(sent(partition)).toEqual([wanted]);
  facts[0] = live(1, 'a');
  await clock.pass(500);
  facts[1] = facts[2] = live(1, 'a');
  await clock.pass(500);
  facts[TREASURY] = live(1, 'a');
  await clock.pass(500);
  await done;
  expect([...new Set(progress)]).toEqual([0, 1, 3, 4]);
});

test('it is sent again after 10 s, only to those that have not confirmed', async () => {
  const { clock, activate, sent, facts } = openWorld([null, null, null, null]);
  const done = activate('a');
  await clock.pass(1_000);
  facts[0] = live(1, 'a');
  facts[1] = live(1, 'a');
  facts[TREASURY] = live(1, 'a');
  await clock.pass(10_000);
  expect([sent(0).length, sent(1).length, sent(2).length]).toEqual([1, 1, 2]);
  facts[2] = live(1, 'a');
  await clock.pass(500);
  await done;
});

test('what is live everywhere is not sent', async () => {
  const { activate, sent } = openWorld([live(2, 'a'), live(2, 'a'), live(2, 'a'), live(2, 'a')]);
  await activate('a', 2);
  expect([0, 1, 2, TREASURY].flatMap(sent)).toEqual([]);
});

test('one that stopped half way is completed under its own sequence', async () => {
  const { clock, activate, sent, facts } = openWorld([
    live(2, 'a'),
    live(1, 'b'),
    live(2, 'a'),
    live(2, 'a'),
  ]);
  const done = activate('a', 2);
  await clock.pass(100);
  expect([0, 1, 2, TREASURY].map(sent)).toMatchObject([[], [{ sequence: 2, bundle: 'a' }], [], []]);
  facts[1] = live(2, 'a');
  await clock.pass(500);
  await done;
});

test('another bundle comes after whatever was activated before', async () => {
  const { clock, activate, sent, facts } = openWorld([
    live(2, 'a'),
    live(2, 'a'),
    live(2, 'a'),
    live(2, 'a'),
  ]);
  const done = activate('b', 2);
  await clock.pass(100);
  for (const partition of [0, 1, 2, TREASURY])
    expect(sent(partition)).toMatchObject([{ sequence: 3, bundle: 'b' }]);
  facts.fill(live(3, 'b'));
  await clock.pass(500);
  await done;
});

test('a partition that turns out to have another bundle live under that number has not confirmed', async () => {
  // Snapshots were lost: until the stages have come so far again nothing tells that number 2 was used before.
  const { clock, activate, sent, facts } = openWorld([null, null, null, null]);
  const done = activate('b');
  await clock.pass(100);
  facts.fill(live(2, 'a'));
  await clock.pass(1_000);
  for (const partition of [0, 1, 2, TREASURY]) {
    expect(sent(partition).at(-1)).toMatchObject({ sequence: 3, bundle: 'b' });
  }
  facts.fill(live(3, 'b'));
  await clock.pass(500);
  await done;
});

test('nobody wanting it any more ends it', async () => {
  let isWanted = true;
  const { clock, activate } = openWorld([null, null, null, null]);
  const done = activate('a', 1, () => isWanted);
  await clock.pass(1_000);
  isWanted = false;
  await clock.pass(500);
  await done;
});

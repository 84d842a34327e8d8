import { setTimeout as sleep } from 'node:timers/promises';
import type { LogBatch, Logs, Subscription } from '../log.ts';
import { makeLog, numbered, record, texts, until, type SubjectOf } from './contract-subject.ts';

/** Longer than any adapter waits between two looks at its log. */
const QUIET_MS = 400;
/** A member that is gone is noticed after its session; a rebalance takes its time. */
const REBALANCE_MS = 20_000;
/** Enough for many of them to meet records that are on their way. */
const JUMPS = 100;
const CASE_TIMEOUT_MS = 40_000;

/** A member that notes what it is told. */
export interface Member {
  readonly subscription: Subscription;
  readonly owned: Set<number>;
  readonly batches: LogBatch[];
  readonly revoked: number[];
}

export async function join(
  logs: Logs,
  log: string,
  group: string,
  react: {
    assigned?(member: Member, partition: number): void;
    batch?(member: Member, batch: LogBatch): void;
  } = {},
): Promise<Member> {
  const noted = { owned: new Set<number>(), batches: [] as LogBatch[], revoked: [] as number[] };
  const subscription = await logs.subscribe(log, group, {
    assigned: (partitions) => {
      for (const partition of partitions) {
        noted.owned.add(partition);
        react.assigned?.(member, partition);
      }
    },
    revoked: (partitions) => {
      for (const partition of partitions) {
        noted.owned.delete(partition);
        noted.revoked.push(partition);
      }
    },
    batch: (batch) => {
      noted.batches.push(batch);
      react.batch?.(member, batch);
    },
  });
  const member: Member = { subscription, ...noted };
  return member;
}

export function received(member: Member, partition: number): string[] {
  return member.batches
    .filter((batch) => batch.partition === partition)
    .flatMap(({ records }) => texts(records));
}

export function describeSubscriptions(subject: SubjectOf): void {
  describePositions(subject);
  describeGenerations(subject);
  describeSharing(subject);
}

function describePositions(subject: SubjectOf): void {
  describe('subscribing', () => {
    test('assigned partitions stay paused until they are resumed, from any offset', async () => {
      const { logs } = subject();
      const log = await makeLog(subject(), 2);
      const writer = logs.writer('w');
      await Promise.all([writer.append(log, 0, numbered(10)), writer.append(log, 1, numbered(10))]);
      const offsets: number[] = [];
      for await (const { records } of logs.read(log, 1, 0))
        offsets.push(...records.map(({ offset }) => offset));

      const member = await join(logs, log, 'paused');
      await until('both partitions', () => member.owned.size === 2, REBALANCE_MS);
      expect(member.subscription.isMember()).toBe(true);
      await sleep(QUIET_MS);
      expect(member.batches).toEqual([]);

      member.subscription.resume(1, offsets[7]!);
      await until('three records', () => received(member, 1).length >= 3);
      expect(received(member, 1)).toEqual(['7', '8', '9']);
      await writer.append(log, 1, [record('live')]);
      await until('the live record', () => received(member, 1).length >= 4);
      expect(member.batches.at(-1)?.nextOffset).toBe((await logs.endOffsets(log))[1]);
      expect(received(member, 0)).toEqual([]);
      await member.subscription.close();
    });

    test('a paused partition sends nothing, and a resume from an earlier offset sends it again', async () => {
      const { logs } = subject();
      const log = await makeLog(subject(), 1);
      const writer = logs.writer('w');
      await writer.append(log, 0, numbered(3));
      const member = await join(logs, log, 'pause', {
        assigned: ({ subscription }, p) => subscription.resume(p, 0),
      });
      await until('three records', () => received(member, 0).length >= 3, REBALANCE_MS);
      member.subscription.pause(0);
      await writer.append(log, 0, numbered(2, 3));
      await sleep(QUIET_MS);
      expect(received(member, 0)).toEqual(['0', '1', '2']);

      const [batch] = member.batches;
      member.subscription.resume(0, batch?.records[1]?.offset ?? -1);
      await until('four more', () => received(member, 0).length >= 7);
      expect(received(member, 0).slice(3)).toEqual(['1', '2', '3', '4']);
      await member.subscription.close();
    });
  });
}

function describeGenerations(subject: SubjectOf): void {
  describe('resuming again', () => {
    test('after a new resume no batch of an earlier one arrives', async () => {
      const { logs } = subject();
      const log = await makeLog(subject(), 1);
      const large = Array.from({ length: 100 }, (_, index) => record(`${index}:`.padEnd(40_000, 'x')));
      await logs.writer('w').append(log, 0, large);
      const offsets: number[] = [];
      for await (const { records } of logs.read(log, 0, 0))
        offsets.push(...records.map(({ offset }) => offset));

      // Whatever arrives must continue from the newest resume, also when one comes while records are on their way.
      let expected = 0;
      const strays: string[] = [];
      const member = await join(logs, log, 'generations', {
        batch: (_, { records }) => {
          for (const { offset } of records) {
            const index = offsets.indexOf(offset);
            if (index !== expected) strays.push(`${index} instead of ${expected}`);
            expected = index + 1;
          }
        },
      });
      await until('the partition', () => member.owned.size === 1, REBALANCE_MS);
      for (let jump = 0; jump < JUMPS; jump++) {
        expected = (jump * 37) % offsets.length;
        member.subscription.resume(0, offsets[expected]!);
        await sleep(jump % 7);
      }
      await until('the end', () => expected === offsets.length);
      expect(strays).toEqual([]);
      expect(member.batches.length).toBeGreaterThan(0);
      await member.subscription.close();
    });
  });
}

function describeSharing(subject: SubjectOf): void {
  describe('members of one group', () => {
    test(
      'two members share the partitions, and one gets them all when the other leaves',
      async () => {
        const log = await makeLog(subject(), 4);
        const writer = subject().logs.writer('w');
        const first = await join(subject().logs, log, 'shared');
        await until('all partitions', () => first.owned.size === 4, REBALANCE_MS);
        const second = await join(subject().second(), log, 'shared');
        await until('a fair share', () => first.owned.size === 2 && second.owned.size === 2, REBALANCE_MS);
        expect([...first.owned, ...second.owned].sort()).toEqual([0, 1, 2, 3]);
        expect(new Set(first.revoked)).toEqual(second.owned);
        expect([first, second].map(({ subscription }) => subscription.isMember())).toEqual([true, true]);

        const [given] = [...second.owned];
        await second.subscription.close();
        expect(second.subscription.isMember()).toBe(false);
        await until('all partitions again', () => first.owned.size === 4, REBALANCE_MS);
        first.subscription.resume(given!, 0);
        await writer.append(log, given!, [record('to the one that is left')]);
        await until('the record', () => received(first, given!).length === 1);
        await first.subscription.close();
      },
      CASE_TIMEOUT_MS,
    );
  });
}

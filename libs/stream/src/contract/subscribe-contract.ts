import { setTimeout as sleep } from 'node:timers/promises';
import type { LogBatch, Logs, Subscription } from '../log.ts';
import { makeLog, numbered, record, texts, until, type SubjectOf } from './contract-subject.ts';

/** Longer than any adapter waits between two looks at its log. */
const QUIET_MS = 400;
/** A member that is gone is noticed after its session; a rebalance takes its time. */
const REBALANCE_MS = 20_000;
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
      const large = Array.from({ length: 200 }, (_, index) => record(`${index}:`.padEnd(40_000, 'x')));
      await logs.writer('w').append(log, 0, large);
      const offsets: number[] = [];
      for await (const { records } of logs.read(log, 0, 0))
        offsets.push(...records.map(({ offset }) => offset));

      // Every batch of the first half moves the position on; were an older request still delivered, it
      // would show.
      const targets = [150, 30, 170];
      const firsts: (number | undefined)[] = [];
      const member = await join(logs, log, 'generations', {
        assigned: ({ subscription }, partition) => {
          subscription.resume(partition, offsets[0]!);
          subscription.resume(partition, offsets[100]!);
        },
        batch: ({ subscription }, batch) => {
          firsts.push(batch.records[0]?.offset);
          const target = targets.shift();
          if (target !== undefined) subscription.resume(0, offsets[target]!);
        },
      });
      await until('the end', () => received(member, 0).at(-1)?.startsWith('199:') ?? false, REBALANCE_MS);
      expect(firsts.slice(0, 4)).toEqual([100, 150, 30, 170].map((index) => offsets[index]));
      for (const [index, batch] of member.batches.entries()) {
        if (index >= 4) expect(batch.records[0]?.offset).toBe(member.batches[index - 1]?.nextOffset);
      }
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

import { setTimeout as sleep } from 'node:timers/promises';
import { makeLog, numbered, readAll, record, testWithFault, texts, until } from './contract-subject.ts';
import type { Fault, SubjectOf } from './contract-subject.ts';
import { join, received } from './subscribe-contract.ts';

const IN_FLIGHT_MS = 50;
const CASE_TIMEOUT_MS = 60_000;
const RECOVERY_MS = 40_000;

export function describeFaults(subject: SubjectOf, faults: readonly Fault[]): void {
  describe('faults', () => {
    testWithFault('dropNextAppendAnswer', faults)(
      'when the broker wrote but did not answer, a later send of equal length is not taken for a repeat',
      async () => {
        const { logs, faults: cause } = subject();
        const log = await makeLog(subject(), 1);
        const writer = logs.writer('w');
        await writer.append(log, 0, [record('a')]);
        cause!.dropNextAppendAnswer!();
        const unanswered = writer.append(log, 0, [record('b')]);
        // It is in flight by now, so these make sends of their own.
        await sleep(IN_FLIGHT_MS);
        const later = writer.append(log, 0, [record('c')]);
        await Promise.all([unanswered, later]);
        await writer.append(log, 0, [record('d')]);
        const read = texts((await readAll(logs, log, 0)).records);
        // Perhaps twice, never not at all, and first seen in the order of the calls.
        expect([...new Set(read)]).toEqual(['a', 'b', 'c', 'd']);
      },
      CASE_TIMEOUT_MS,
    );
  });
}

/** Not part of `describeLogContract`: whoever can restart a broker gives this one a broker of its own. */
export function describeBrokerRestart(subject: SubjectOf): void {
  describe('a broker that restarts', () => {
    test(
      'loses nothing that was acknowledged, and readers go on',
      async () => {
        const { logs, faults: cause } = subject();
        const log = await makeLog(subject(), 1);
        const member = await join(logs, log, 'restart', {
          assigned: ({ subscription, batches }, partition) =>
            subscription.resume(partition, batches.at(-1)?.nextOffset ?? 0),
        });
        await until('the partition', () => member.owned.size === 1, RECOVERY_MS);

        const writer = logs.writer('w');
        let appending = true;
        let appended = 0;
        const writing = (async () => {
          while (appending) {
            await writer.append(log, 0, numbered(20, appended));
            appended += 20;
          }
        })();
        await until('some records', () => appended >= 200);
        const before = appended;
        const reading = readAll(logs, log, 0);
        await cause!.restartBroker!();
        expect((await reading).records.length).toBeGreaterThanOrEqual(before);
        await until('appends to go on', () => appended >= before + 200, RECOVERY_MS);
        appending = false;
        await writing;

        const expected = Array.from({ length: appended }, (_, index) => String(index));
        expect([...new Set(texts((await readAll(logs, log, 0)).records))]).toEqual(expected);
        await until('the last', () => received(member, 0).includes(String(appended - 1)), RECOVERY_MS);
        expect([...new Set(received(member, 0))]).toEqual(expected);
        await until('membership', () => member.subscription.isMember(), RECOVERY_MS);
        await member.subscription.close();
      },
      CASE_TIMEOUT_MS,
    );
  });
}

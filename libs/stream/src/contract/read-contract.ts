import type { LogRecord } from '../log.ts';
import {
  claimed,
  makeLog,
  makeStage,
  numbered,
  output,
  publisherName,
  readAll,
  readOnce,
  record,
  testWithFault,
  texts,
  type Fault,
  type LogContractSubject,
  type SubjectOf,
} from './contract-subject.ts';

export function describeReads(subject: SubjectOf, faults: readonly Fault[]): void {
  describeEnds(subject);
  describeMarkers(subject, faults);
}

function describeEnds(subject: SubjectOf): void {
  describe('reading', () => {
    test('an empty partition ends at once, and so does one read from its end', async () => {
      const { logs } = subject();
      const log = await makeLog(subject(), 2);
      expect((await readAll(logs, log, 0)).records).toEqual([]);
      await logs.writer('w').append(log, 0, numbered(3));
      const [end] = await logs.endOffsets(log);
      expect((await readAll(logs, log, 0, end)).records).toEqual([]);
    });

    test('reading begins at any offset in the middle', async () => {
      const { logs } = subject();
      const log = await makeLog(subject(), 1);
      await logs.writer('w').append(log, 0, numbered(50));
      const whole = (await readAll(logs, log, 0)).records;
      expect(whole).toHaveLength(50);
      for (const middle of [1, 20, 49]) {
        expect((await readAll(logs, log, 0, whole[middle]?.offset)).records).toEqual(whole.slice(middle));
      }
    });

    test('endOffsets tells the end of each partition, and the last batch leads there', async () => {
      const { logs } = subject();
      const log = await makeLog(subject(), 3);
      const writer = logs.writer('w');
      await Promise.all([writer.append(log, 0, numbered(4)), writer.append(log, 2, numbered(1))]);
      const ends = await logs.endOffsets(log);
      expect(ends).toHaveLength(3);
      for (const partition of [0, 2]) {
        const { records, nextOffset } = await readAll(logs, log, partition);
        expect(nextOffset).toBe(ends[partition]);
        expect(records.at(-1)?.offset).toBeLessThan(nextOffset);
      }
      expect((await readAll(logs, log, 1)).records).toEqual([]);
    });

    test('reading ends at the end as of the call although somebody keeps appending', async () => {
      const { logs } = subject();
      const log = await makeLog(subject(), 1);
      const writer = subject().second().writer('w');
      await writer.append(log, 0, numbered(10));
      let reading = true;
      let appended = 10;
      const appending = (async () => {
        while (reading) {
          await writer.append(log, 0, numbered(10, appended));
          appended += 10;
        }
      })();
      const { records } = await readAll(logs, log, 0);
      await readAll(logs, log, 0);
      reading = false;
      await appending;
      expect(records.length).toBeGreaterThanOrEqual(10);
      expect(records.length).toBeLessThan(appended);
    });
  });
}

function describeMarkers(subject: SubjectOf, faults: readonly Fault[]): void {
  describe('reading past markers and aborted records', () => {
    test('after a publication nextOffset lies beyond markers, and the tail holds no record', async () => {
      const log = await makeLog(subject(), 1);
      await publishOnce(subject(), log, ['a', 'b']);
      const { logs } = subject();
      const records = await readOnce(logs, log, 0, 2);
      const { nextOffset } = await readAll(logs, log, 0);
      expect(nextOffset).toBe((await logs.endOffsets(log))[0]);
      const tail = await readAll(logs, log, 0, (records.at(-1)?.offset ?? 0) + 1);
      expect(tail.records).toEqual([]);
    });

    testWithFault('abortedSend', faults)('a tail of nothing but aborted records ends', async () => {
      const { logs, faults: cause } = subject();
      const log = await makeLog(subject(), 1);
      await logs.writer('w').append(log, 0, [record('seen')]);
      for (const text of ['x', 'y']) await cause!.abortedSend!(log, 0, [record(text), record(text)]);
      const { records, nextOffset } = await readAll(logs, log, 0);
      expect(texts(records)).toEqual(['seen']);
      expect(nextOffset).toBe((await logs.endOffsets(log))[0]);
      const last = records[0]?.offset ?? 0;
      expect((await readAll(logs, log, 0, last + 1)).records).toEqual([]);
      await logs.writer('w').append(log, 0, [record('next')]);
      expect(texts((await readAll(logs, log, 0, nextOffset)).records)).toEqual(['next']);
    });

    test('a reader that follows the end never meets a gap that is filled in later', async () => {
      const log = await makeLog(subject(), 2);
      let writing = true;
      const followed: LogRecord[][] = [[], []];
      const follow = async (partition: number): Promise<void> => {
        const { logs } = subject();
        for (let next = 0, last = false; ; last = !writing) {
          const { records, nextOffset } = await readAll(logs, log, partition, next);
          followed[partition]?.push(...records);
          next = nextOffset;
          if (last) return;
        }
      };
      const following = Promise.all([follow(0), follow(1)]);
      await writeFromTwoConnections(subject(), log, faults.includes('abortedSend'));
      await Promise.all([readOnce(subject().logs, log, 0, 60), readOnce(subject().logs, log, 1, 60)]);
      writing = false;
      await following;
      for (const partition of [0, 1]) {
        const { records } = await readAll(subject().logs, log, partition);
        expect(records).toHaveLength(60);
        expect(followed[partition]).toEqual(records);
      }
    });
  });
}

async function publishOnce(
  subject: LogContractSubject,
  log: string,
  values: readonly string[],
): Promise<void> {
  const stage = makeStage();
  const publisher = await subject.logs.publisher(publisherName(stage));
  const claim = await claimed(subject, stage, 1);
  await publisher.publish(
    values.map((text) => output(log, 0, text)),
    claim,
  );
  await publisher.close();
}

/**
 * Two publishers that both write to both partitions, in opposite order, and where possible aborted sends
 * between.
 */
async function writeFromTwoConnections(
  subject: LogContractSubject,
  log: string,
  abortToo: boolean,
): Promise<void> {
  const connections = [subject.logs, subject.second()];
  await Promise.all(
    connections.map(async (logs, name) => {
      const stage = makeStage();
      const publisher = await logs.publisher(publisherName(stage));
      const claim = await claimed(subject, stage, 1);
      for (let index = 0; index < 10; index++) {
        const partitions = name === 0 ? [0, 1] : [1, 0];
        const outputs = partitions.flatMap((partition) =>
          ['x', 'y', 'z'].map((part) => output(log, partition, `${name}:${index}:${part}`)),
        );
        await publisher.publish(outputs, claim);
        if (abortToo && index % 4 === name) {
          await subject.faults?.abortedSend?.(log, index % 2, [record('aborted')]);
        }
      }
      await publisher.close();
    }),
  );
}

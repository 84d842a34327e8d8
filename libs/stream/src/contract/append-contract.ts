import { OversizeError, SEND_BYTES_MAX, UnavailableError, type Appended } from '../log.ts';
import { makeLog, numbered, readAll, record, texts, type SubjectOf } from './contract-subject.ts';

export function describeAppends(subject: SubjectOf): void {
  describeCreation(subject);
  describeOrder(subject);
  describeRefusals(subject);
}

function describeCreation(subject: SubjectOf): void {
  describe('creating logs', () => {
    test('a log is created once, and creating it again changes nothing', async () => {
      const { logs } = subject();
      const log = await makeLog(subject(), 2);
      await logs.writer('w').append(log, 1, [record('kept')]);
      await logs.create([{ log, partitions: 3 }]);
      expect(await logs.partitions(log)).toBe(2);
      expect(texts((await readAll(logs, log, 1)).records)).toEqual(['kept']);
    });

    test('check is content with what create made, and names each difference', async () => {
      const { logs } = subject();
      const specs = [
        { log: 'check-plain', partitions: 2 },
        { log: 'check-compacted', partitions: 2, compacted: true },
      ];
      await logs.create(specs);
      expect(await logs.check(specs)).toEqual([]);
      const differences = await logs.check([
        { log: 'check-plain', partitions: 4 },
        { log: 'check-compacted', partitions: 2 },
        { log: 'check-absent', partitions: 1 },
      ]);
      expect(
        differences.filter((text) => text.includes('check-plain') && /partitions/.test(text)),
      ).toHaveLength(1);
      expect(differences.filter((text) => text.includes('check-compacted'))).not.toHaveLength(0);
      expect(differences.filter((text) => text.includes('check-absent'))).not.toHaveLength(0);
    });
  });
}

function describeOrder(subject: SubjectOf): void {
  describe('appending', () => {
    test('records come back in order per partition, keys and bytes unchanged', async () => {
      const { logs } = subject();
      const log = await makeLog(subject(), 2);
      const sent: Appended[] = [
        record('{"a":"促销"}', 'm-1'),
        { key: null, value: Buffer.from([0, 255, 10, 0]) },
        { key: 'k'.repeat(128), value: Buffer.alloc(0) },
      ];
      const writer = logs.writer('w');
      await Promise.all([writer.append(log, 0, sent), writer.append(log, 1, [record('elsewhere')])]);
      await writer.append(log, 0, [record('last')]);
      const { records } = await readAll(logs, log, 0);
      expect(records.map(({ key, value }) => ({ key, value }))).toEqual([...sent, record('last')]);
      expect(records.every(({ offset }, index) => offset > (records[index - 1]?.offset ?? -1))).toBe(true);
    });

    test('appends that were not waited for keep the order of the calls', async () => {
      const { logs } = subject();
      const log = await makeLog(subject(), 1);
      const writer = logs.writer('w');
      const calls = Array.from({ length: 40 }, (_, index) => writer.append(log, 0, numbered(5, index * 5)));
      expect(writer.pendingBytes()).toBeGreaterThan(0);
      await Promise.all(calls);
      expect(writer.pendingBytes()).toBe(0);
      const expected = Array.from({ length: 200 }, (_, index) => String(index));
      expect(texts((await readAll(logs, log, 0)).records)).toEqual(expected);
    });

    test('two writers interleave, and nothing of either is lost or out of order', async () => {
      const log = await makeLog(subject(), 1);
      const writers = [subject().logs.writer('a'), subject().second().writer('b')];
      const sent = (name: number): string[] => Array.from({ length: 60 }, (_, index) => `${name}:${index}`);
      await Promise.all(
        writers.map(async (writer, name) => {
          for (const text of sent(name)) await writer.append(log, 0, [record(text)]);
        }),
      );
      const read = texts((await readAll(subject().logs, log, 0)).records);
      for (const name of writers.keys()) {
        expect(read.filter((text) => text.startsWith(`${name}:`))).toEqual(sent(name));
      }
    });
  });
}

function describeRefusals(subject: SubjectOf): void {
  describe('what a writer refuses', () => {
    test('an oversize record is refused, and what else was in flight is not lost', async () => {
      const { logs } = subject();
      const log = await makeLog(subject(), 1);
      const writer = logs.writer('w');
      const before = writer.append(log, 0, [record('before')]);
      const oversize = writer.append(log, 0, [{ key: 'k', value: Buffer.alloc(SEND_BYTES_MAX + 1) }]);
      const after = writer.append(log, 0, [record('after')]);
      await expect(oversize).rejects.toThrow(OversizeError);
      await Promise.all([before, after]);
      expect(texts((await readAll(logs, log, 0)).records)).toEqual(['before', 'after']);
    });

    test('the largest record that is allowed goes through', async () => {
      const { logs } = subject();
      const log = await makeLog(subject(), 1);
      const largest = { key: 'k'.repeat(128), value: Buffer.alloc(SEND_BYTES_MAX, 'x') };
      await logs.writer('w').append(log, 0, [record('small'), largest, record('small')]);
      const { records } = await readAll(logs, log, 0);
      expect(records.map(({ value }) => value.length)).toEqual([5, SEND_BYTES_MAX, 5]);
    });

    test('a closed writer refuses', async () => {
      const log = await makeLog(subject(), 1);
      const writer = subject().logs.writer('w');
      await writer.append(log, 0, [record('kept')]);
      await writer.close();
      await expect(writer.append(log, 0, [record('late')])).rejects.toThrow(UnavailableError);
      expect(texts((await readAll(subject().logs, log, 0)).records)).toEqual(['kept']);
    });
  });
}

import { FencedError, SEND_BYTES_MAX, type Logs } from '../log.ts';
import {
  claimed,
  makeLog,
  makeStage,
  output,
  publisherName,
  readAll,
  readOnce,
  record,
  texts,
  type SubjectOf,
} from './contract-subject.ts';

export function describePublications(subject: SubjectOf): void {
  describeAtomicity(subject);
  describeFencing(subject);
}

function describeAtomicity(subject: SubjectOf): void {
  describe('publishing', () => {
    test('outputs over several logs appear together, and the offsets returned lead to them', async () => {
      const { logs } = subject();
      const [first, other] = [await makeLog(subject(), 2), await makeLog(subject(), 2)];
      await logs.writer('w').append(first, 1, [record('older')]);
      const stage = makeStage();
      const publisher = await logs.publisher(publisherName(stage));
      const claim = await claimed(subject(), stage, 1);
      const hints = await publisher.publish(
        [output(first, 1, 'a'), output(other, 1, 'b'), output(first, 1, 'c')],
        claim,
      );
      expect(texts(await readOnce(logs, first, 1, 3))).toEqual(['older', 'a', 'c']);
      expect(texts(await readOnce(logs, other, 1, 1))).toEqual(['b']);
      expect([...hints.keys()].sort()).toEqual([first, other].sort());
      expect(texts((await readAll(logs, first, 1, hints.get(first))).records)).toEqual(['a', 'c']);
      expect(texts((await readAll(logs, other, 1, hints.get(other))).records)).toEqual(['b']);
    });

    test('publications follow each other at once, in order', async () => {
      const { logs } = subject();
      const log = await makeLog(subject(), 1);
      const stage = makeStage();
      const publisher = await logs.publisher(publisherName(stage));
      const claim = await claimed(subject(), stage, 1);
      const expected = Array.from({ length: 20 }, (_, index) => String(index));
      for (const text of expected) await publisher.publish([output(log, 0, text)], claim);
      expect(texts(await readOnce(logs, log, 0, 20))).toEqual(expected);
    });

    test('a publication much larger than a send is still all or nothing', async () => {
      const { logs } = subject();
      const [first, other] = [await makeLog(subject(), 1), await makeLog(subject(), 1)];
      const stage = makeStage();
      const publisher = await logs.publisher(publisherName(stage));
      const claim = await claimed(subject(), stage, 1);
      const large = 'x'.repeat(100_000);
      const outputs = Array.from({ length: 28 }, (_, index) =>
        output(index % 2 === 0 ? first : other, 0, large),
      );
      expect(outputs.length * large.length).toBeGreaterThan(3 * SEND_BYTES_MAX);

      let publishing = true;
      const seen = new Set<number>();
      const watching = (async () => {
        const watcher = subject().second();
        while (publishing) seen.add((await readAll(watcher, first, 0)).records.length);
      })();
      const hints = await publisher.publish(outputs, claim);
      await Promise.all([readOnce(logs, first, 0, 14), readOnce(logs, other, 0, 14)]);
      publishing = false;
      await watching;
      expect([...seen].filter((count) => count !== 0 && count !== 14)).toEqual([]);
      expect((await readAll(logs, other, 0, hints.get(other))).records).toHaveLength(14);
    });

    test('a publication with an oversize output is refused, and nothing of it appears', async () => {
      const { logs } = subject();
      const log = await makeLog(subject(), 1);
      const stage = makeStage();
      const publisher = await logs.publisher(publisherName(stage));
      const claim = await claimed(subject(), stage, 1);
      const oversize = output(log, 0, 'x'.repeat(SEND_BYTES_MAX + 1));
      await expect(publisher.publish([output(log, 0, 'a'), oversize], claim)).rejects.toThrow(Error);
      await logs.writer('w').append(log, 0, [record('next')]);
      expect(texts((await readAll(logs, log, 0)).records)).toEqual(['next']);
    });
  });
}

function describeFencing(subject: SubjectOf): void {
  describe('superseding a publisher', () => {
    test('a superseded publisher is fenced, and none of its later outputs appear', async () => {
      const log = await makeLog(subject(), 1);
      const stage = makeStage();
      const older = await subject().logs.publisher(publisherName(stage));
      const olderClaim = await claimed(subject(), stage, 1);
      await older.publish([output(log, 0, 'older')], olderClaim);

      const newer = await subject().second().publisher(publisherName(stage));
      const newerClaim = await claimed(subject(), stage, 2);
      await expect(older.publish([output(log, 0, 'zombie')], olderClaim)).rejects.toThrow(FencedError);
      await newer.publish([output(log, 0, 'newer')], newerClaim);
      await expect(older.publish([output(log, 0, 'zombie')], olderClaim)).rejects.toThrow(Error);
      expect(texts(await readOnce(subject().logs, log, 0, 2))).toEqual(['older', 'newer']);
    });

    test('what a superseded publisher was writing is whole or absent, and settled by then', async () => {
      const log = await makeLog(subject(), 1);
      const stage = makeStage();
      const older = await subject().logs.publisher(publisherName(stage));
      const olderClaim = await claimed(subject(), stage, 1);
      const zombie = publishUntilFenced(older.publish.bind(older), log, olderClaim);
      await readOnce(subject().logs, log, 0, 3);

      const second = subject().second();
      const newer = await second.publisher(publisherName(stage));
      const newerClaim = await claimed(subject(), stage, 2);
      const settled = (await readAll(second, log, 0)).records.length;
      expect(settled % 3).toBe(0);
      await newer.publish([output(log, 0, 'newer')], newerClaim);
      expect(await zombie).toBeInstanceOf(Error);
      expect(await readOnce(second, log, 0, settled + 1)).toHaveLength(settled + 1);
    });

    test('a publisher that takes over a name does not disturb other names', async () => {
      const log = await makeLog(subject(), 1);
      const [one, two] = [makeStage(), makeStage()];
      const claims = [await claimed(subject(), one, 1), await claimed(subject(), two, 1)] as const;
      const kept = await subject().logs.publisher(publisherName(one));
      await openOnly(subject().second(), publisherName(two));
      await kept.publish([output(log, 0, 'kept')], claims[0]);
      expect(texts(await readOnce(subject().logs, log, 0, 1))).toEqual(['kept']);
    });
  });
}

async function openOnly(logs: Logs, name: string): Promise<void> {
  const publisher = await logs.publisher(name);
  await publisher.close();
}

/** Three records a time until it is refused; returns the refusal. */
async function publishUntilFenced(
  publish: (
    outputs: ReturnType<typeof output>[],
    claim: Awaited<ReturnType<typeof claimed>>,
  ) => Promise<unknown>,
  log: string,
  claim: Awaited<ReturnType<typeof claimed>>,
): Promise<unknown> {
  for (let index = 0; ; index++) {
    try {
      await publish(
        ['x', 'y', 'z'].map((part) => output(log, 0, `${index}${part}`)),
        claim,
      );
    } catch (error) {
      return error;
    }
  }
}

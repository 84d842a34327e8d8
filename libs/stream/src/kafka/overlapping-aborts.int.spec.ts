// kafkajs' own read_committed filter fails this on a real broker; the adapter must not.
import type { Transaction } from 'kafkajs';
import { createKafkaClient, explicitPartitioner } from './kafka-client.ts';
import { createKafkaLogs } from './kafka-logs.ts';
import { describeWithKafka } from './jest-kafka.ts';

describeWithKafka('aborted transactions that overlap in one partition', (kafka) => {
  test('none of their records are read, and all committed ones are, from every offset', async () => {
    const prefix = kafka.prefix();
    const options = { brokers: kafka.brokers, prefix, clientId: 'overlap', notice: () => undefined };
    const logs = createKafkaLogs(options);
    await logs.create([{ log: 'overlap', partitions: 1 }]);
    const client = createKafkaClient(options);
    const producers = ['a', 'b'].map((name) =>
      client.producer({
        transactionalId: prefix + name,
        idempotent: true,
        maxInFlightRequests: 1,
        createPartitioner: explicitPartitioner,
        retry: { initialRetryTime: 5, maxRetryTime: 200, retries: 50 },
      }),
    );
    await Promise.all(producers.map((producer) => producer.connect()));
    const [a, b] = [producers[0]!, producers[1]!];
    const send = (transaction: Transaction, value: string): Promise<unknown> =>
      transaction.send({ topic: `${prefix}overlap`, messages: [{ value, partition: 0 }] });

    for (let round = 0; round < 3; round++) {
      const [first, second] = [await a.transaction(), await b.transaction()];
      await send(first, 'aborted');
      await send(second, 'aborted');
      await send(first, 'aborted');
      await second.abort();
      const third = await b.transaction();
      await send(third, `b${round}`);
      await third.commit();
      await first.abort();
      const last = await a.transaction();
      await send(last, `a${round}`);
      await last.commit();
    }
    // A new transaction begins only when the markers of the last are written.
    await Promise.all(producers.map(async (producer) => send(await producer.transaction(), 'open')));
    await Promise.all(producers.map((producer) => producer.disconnect()));

    const committed = ['b0', 'a0', 'b1', 'a1', 'b2', 'a2'];
    const [end] = await logs.endOffsets('overlap');
    for (let from = 0; from <= end!; from++) {
      const read: string[] = [];
      for await (const { records } of logs.read('overlap', 0, from)) {
        read.push(...records.map(({ value }) => value.toString()));
      }
      expect(committed.slice(committed.length - read.length)).toEqual(read);
      if (from === 0) expect(read).toEqual(committed);
    }
    await logs.close();
  });
});

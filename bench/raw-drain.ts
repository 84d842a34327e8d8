import kafkajs from 'kafkajs';

/** The ceiling: what kafkajs alone does with the topic, parsing every value and doing nothing with it. */
export async function drainRaw(
  brokers: readonly string[],
  topic: string,
  records: number,
): Promise<{ readonly eventsPerSecond: number; readonly cpuSecondsPerMillion: number }> {
  const kafka = new kafkajs.Kafka({ brokers: [...brokers], logLevel: kafkajs.logLevel.NOTHING });
  const consumer = kafka.consumer({ groupId: `raw-${process.pid}`, maxBytesPerPartition: 1024 * 1024 });
  await consumer.connect();
  await consumer.subscribe({ topics: [topic], fromBeginning: true });
  let seen = 0;
  let startedAt = 0;
  let cpu = process.cpuUsage();
  let done: () => void = () => undefined;
  const drained = new Promise<void>((resolve) => (done = resolve));
  await consumer.run({
    autoCommit: false,
    eachBatch: ({ batch }) => {
      if (seen === 0) {
        startedAt = performance.now();
        cpu = process.cpuUsage();
      }
      for (const { value } of batch.messages) JSON.parse(value!.toString('utf8'));
      seen += batch.messages.length;
      if (seen >= records) done();
      return Promise.resolve();
    },
  });
  await drained;
  const seconds = (performance.now() - startedAt) / 1_000;
  const { user, system } = process.cpuUsage(cpu);
  await consumer.disconnect();
  return {
    eventsPerSecond: seen / seconds,
    cpuSecondsPerMillion: (user + system) / seen,
  };
}

import 'reflect-metadata';
import { Controller, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Ctx, EventPattern, Payload } from '@nestjs/microservices';
import type { LogBatch, Logs, Subscription, SubscriptionHandlers } from '#stream/log';
import { BatchTransport, type BatchContext } from './batch-transport.ts';
import { turnOver } from './testing/manual-clock.ts';

const BATCH: LogBatch = {
  log: 'activity',
  partition: 2,
  records: [{ offset: 4, key: 'm-1', value: Buffer.from('{}') }],
  nextOffset: 5,
  endOffset: 9,
};

const taken: [LogBatch, BatchContext][] = [];
let failWith: Error | null = null;

@Controller()
class Taker {
  @EventPattern<string>('activity')
  onBatch(@Payload() batch: LogBatch, @Ctx() context: BatchContext): void {
    if (failWith !== null) throw failWith;
    taken.push([batch, context]);
  }
}

@Module({ controllers: [Taker] })
class TakerModule {}

function openTransport() {
  const calls: string[] = [];
  const errors: [unknown, LogBatch][] = [];
  let handlers: SubscriptionHandlers | null = null;
  const subscription: Subscription = {
    resume: (partition, offset) => void calls.push(`resume ${partition} at ${offset}`),
    pause: (partition) => void calls.push(`pause ${partition}`),
    isMember: () => true,
    close: () => (calls.push('left the group'), Promise.resolve()),
  };
  const logs: Partial<Logs> = {
    subscribe(log, group, given) {
      calls.push(`subscribed ${log} as ${group}`);
      handlers = given;
      return Promise.resolve(subscription);
    },
  };
  const transport = new BatchTransport(
    logs as Logs,
    'activity',
    'scoring',
    (error, batch) => errors.push([error, batch]),
    () => (calls.push('finished'), Promise.resolve()),
  );
  return {
    transport,
    calls,
    errors,
    deliver: (batch: LogBatch): void => handlers!.batch(batch),
    told: () => handlers!,
  };
}

const serve = async (strategy: BatchTransport) => {
  const app = await NestFactory.createMicroservice(TakerModule, { strategy, logger: false });
  await app.listen();
  return app;
};

beforeEach(() => {
  taken.length = 0;
  failWith = null;
});

test('a batch reaches the @EventPattern of its log whole, with its place', async () => {
  const { transport, calls, deliver } = openTransport();
  const app = await serve(transport);
  expect(calls).toEqual(['subscribed activity as scoring']);
  deliver(BATCH);
  await turnOver();
  expect(taken).toEqual([[BATCH, { log: 'activity', partition: 2 }]]);
  // The same object: nothing was serialised on the way.
  expect(taken[0]![0]).toBe(BATCH);
  await app.close();
});

test('what a handler lets out is told with its batch and ends nothing', async () => {
  const { transport, errors, deliver } = openTransport();
  const app = await serve(transport);
  failWith = new Error('a bug');
  deliver(BATCH);
  await turnOver();
  expect(errors).toHaveLength(1);
  expect(errors[0]![1]).toBe(BATCH);
  failWith = null;
  deliver(BATCH);
  await turnOver();
  expect(taken).toHaveLength(1);
  await app.close();
});

test('partitions that come and go are told to the stage, and it steers the reading', async () => {
  const { transport, calls, told } = openTransport();
  const partitions: string[] = [];
  transport.on('assigned', (some: readonly number[]) => void partitions.push(`+${some.join(',')}`));
  transport.on('revoked', (some: readonly number[]) => void partitions.push(`-${some.join(',')}`));
  expect(transport.isMember()).toBe(false);
  const app = await serve(transport);
  told().assigned([0, 2]);
  told().revoked([2]);
  expect(partitions).toEqual(['+0,2', '-2']);
  transport.resume(0, 7);
  transport.pause(0);
  expect(transport.isMember()).toBe(true);
  expect(calls.slice(1)).toEqual(['resume 0 at 7', 'pause 0']);
  await app.close();
});

test('closing finishes what is under way before the group is left', async () => {
  const { transport, calls } = openTransport();
  const app = await serve(transport);
  await app.close();
  expect(calls.slice(1)).toEqual(['finished', 'left the group']);
  expect(transport.isMember()).toBe(false);
});

test('a log that cannot be subscribed fails the start', async () => {
  const logs: Partial<Logs> = { subscribe: () => Promise.reject(new Error('no such log')) };
  const transport = new BatchTransport(
    logs as Logs,
    'activity',
    's',
    () => {},
    () => Promise.resolve(),
  );
  const failed = await new Promise<unknown>((resolve) => transport.listen(resolve));
  expect(failed).toMatchObject({ message: 'no such log' });
});

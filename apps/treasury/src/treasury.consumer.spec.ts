import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { Server, type CustomTransportStrategy } from '@nestjs/microservices';
import type { StageService } from '#stage/stage-service';
import type { LogBatch } from '#stream/log';
import { TreasuryModule } from './treasury.module.ts';

/** Delivers what a spec gives it, by pattern. */
class GivenTransport extends Server implements CustomTransportStrategy {
  listen(ready: () => void): void {
    ready();
  }
  close(): void {}
  on(): void {}
  unwrap<T>(): T {
    return undefined as T;
  }
  async give(pattern: string, batch: LogBatch): Promise<void> {
    await this.messageHandlers.get(pattern)!(batch);
  }
  patterns(): string[] {
    return [...this.messageHandlers.keys()];
  }
}

test('batches of the treasury log, and of nothing else, are offered to the runner as they are', async () => {
  const offered: LogBatch[] = [];
  const runner: Partial<StageService['runner']> = { offer: (batch) => void offered.push(batch) };
  const strategy = new GivenTransport();
  const module = TreasuryModule.forRoot({ runner } as StageService);
  const app = await NestFactory.createMicroservice(module, { strategy, logger: false });
  await app.listen();
  expect(strategy.patterns()).toEqual(['treasury']);
  const batch: LogBatch = { log: 'treasury', partition: 1, records: [], nextOffset: 7, endOffset: 7 };
  await strategy.give('treasury', batch);
  expect(offered).toEqual([batch]);
  expect(offered[0]).toBe(batch);
  await app.close();
});

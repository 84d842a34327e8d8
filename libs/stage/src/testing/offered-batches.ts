import 'reflect-metadata';
import type { DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Server, type CustomTransportStrategy } from '@nestjs/microservices';
import type { LogBatch } from '#stream/log';
import type { StageService } from '../stage-service.ts';

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

/** What a consumer makes of a batch: the patterns that it takes, the batch, and what its runner was offered. */
export interface OfferedBatches {
  readonly patterns: readonly string[];
  readonly batch: LogBatch;
  readonly offered: readonly LogBatch[];
}

/** Gives the consumer of a stage's module one batch of a log. */
export async function offerBatch(
  moduleFor: (service: StageService) => DynamicModule,
  log: LogBatch['log'],
): Promise<OfferedBatches> {
  const offered: LogBatch[] = [];
  const runner: Partial<StageService['runner']> = { offer: (batch) => void offered.push(batch) };
  const strategy = new GivenTransport();
  const app = await NestFactory.createMicroservice(moduleFor({ runner } as StageService), {
    strategy,
    logger: false,
  });
  await app.listen();
  const batch: LogBatch = { log, partition: 1, records: [], nextOffset: 7, endOffset: 7 };
  await strategy.give(log, batch);
  await app.close();
  return { patterns: strategy.patterns(), batch, offered };
}

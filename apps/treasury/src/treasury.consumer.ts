import { Controller, Inject } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import type { StageRunner } from '#stage/stage-runner';
import type { LogBatch } from '#stream/log';

/** Injection token of the treasury's runner. */
export const TREASURY_RUNNER = Symbol('TREASURY_RUNNER');

/** Takes batches of partitions of the treasury log: queues them and returns. */
@Controller()
export class TreasuryConsumer {
  constructor(@Inject(TREASURY_RUNNER) private readonly runner: StageRunner) {}

  @EventPattern<string>('treasury')
  onBatch(@Payload() batch: LogBatch): void {
    this.runner.offer(batch);
  }
}

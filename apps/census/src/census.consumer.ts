import { Controller, Inject } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import type { StageRunner } from '#stage/stage-runner';
import type { LogBatch } from '#stream/log';

/** Injection token of the census's runner. */
export const CENSUS_RUNNER = Symbol('CENSUS_RUNNER');

/** Takes batches of partitions of the census log: queues them and returns. */
@Controller()
export class CensusConsumer {
  constructor(@Inject(CENSUS_RUNNER) private readonly runner: StageRunner) {}

  @EventPattern<string>('census')
  onBatch(@Payload() batch: LogBatch): void {
    this.runner.offer(batch);
  }
}

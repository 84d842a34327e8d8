import { Controller, Inject } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import type { StageRunner } from '#stage/stage-runner';
import type { LogBatch } from '#stream/log';

/** Injection token of scoring's runner. */
export const SCORING_RUNNER = Symbol('SCORING_RUNNER');

/** Takes batches of activity partitions: queues them and returns. */
@Controller()
export class ActivityConsumer {
  constructor(@Inject(SCORING_RUNNER) private readonly runner: StageRunner) {}

  @EventPattern<string>('activity')
  onBatch(@Payload() batch: LogBatch): void {
    this.runner.offer(batch);
  }
}

import { Controller, Inject } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import type { StageRunner } from '#stage/stage-runner';
import type { LogBatch } from '#stream/log';

/** Injection token of the allocator's runner. */
export const ALLOCATOR_RUNNER = Symbol('ALLOCATOR_RUNNER');

/** Takes batches of capability partitions: queues them and returns. */
@Controller()
export class CapabilityConsumer {
  constructor(@Inject(ALLOCATOR_RUNNER) private readonly runner: StageRunner) {}

  @EventPattern<string>('capability')
  onBatch(@Payload() batch: LogBatch): void {
    this.runner.offer(batch);
  }
}

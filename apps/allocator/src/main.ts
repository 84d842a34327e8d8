import 'reflect-metadata';
import { allocator } from '#domain/allocator/allocator-machine';
import { runStageProcess } from '#stage/stage-process';
import { readAllocatorConfig } from './allocator.config.ts';
import { AllocatorModule } from './allocator.module.ts';

// The allocator as a process.

await runStageProcess({
  stage: allocator,
  outcome: readAllocatorConfig(process.env),
  moduleOf: (service) => AllocatorModule.forRoot(service),
});

import { Module, type DynamicModule } from '@nestjs/common';
import type { StageService } from '#stage/stage-service';
import { ALLOCATOR_RUNNER, CapabilityConsumer } from './capability.consumer.ts';

/** The allocator as a part of an application: capability in, decisions and grants out. */
@Module({})
export class AllocatorModule {
  static forRoot(service: StageService): DynamicModule {
    return {
      module: AllocatorModule,
      controllers: [CapabilityConsumer],
      providers: [{ provide: ALLOCATOR_RUNNER, useValue: service.runner }],
    };
  }
}

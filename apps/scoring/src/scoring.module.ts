import { Module, type DynamicModule } from '@nestjs/common';
import type { StageService } from '#stage/stage-service';
import { ActivityConsumer, SCORING_RUNNER } from './activity.consumer.ts';

/** Scoring as a part of an application: activity in, capability out. The transport is connected by the process. */
@Module({})
export class ScoringModule {
  static forRoot(service: StageService): DynamicModule {
    return {
      module: ScoringModule,
      controllers: [ActivityConsumer],
      providers: [{ provide: SCORING_RUNNER, useValue: service.runner }],
    };
  }
}

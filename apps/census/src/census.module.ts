import { Module, type DynamicModule } from '@nestjs/common';
import type { StageService } from '#stage/stage-service';
import { CENSUS_RUNNER, CensusConsumer } from './census.consumer.ts';

/** The census as a part of an application: values of merchants in, statistics of groups out. */
@Module({})
export class CensusModule {
  static forRoot(service: StageService): DynamicModule {
    return {
      module: CensusModule,
      controllers: [CensusConsumer],
      providers: [{ provide: CENSUS_RUNNER, useValue: service.runner }],
    };
  }
}

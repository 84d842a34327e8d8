import { Module, type DynamicModule } from '@nestjs/common';
import type { StageService } from '#stage/stage-service';
import { TREASURY_RUNNER, TreasuryConsumer } from './treasury.consumer.ts';

/** The treasury as a part of an application: requests and returns in, leases out. */
@Module({})
export class TreasuryModule {
  static forRoot(service: StageService): DynamicModule {
    return {
      module: TreasuryModule,
      controllers: [TreasuryConsumer],
      providers: [{ provide: TREASURY_RUNNER, useValue: service.runner }],
    };
  }
}

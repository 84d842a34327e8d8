import 'reflect-metadata';
import { treasury } from '#domain/treasury/treasury-machine';
import { runStageProcess } from '#stage/stage-process';
import { readTreasuryConfig } from './treasury.config.ts';
import { TreasuryModule } from './treasury.module.ts';

// The treasury as a process.

await runStageProcess({
  stage: treasury,
  outcome: readTreasuryConfig(process.env),
  moduleOf: (service) => TreasuryModule.forRoot(service),
});

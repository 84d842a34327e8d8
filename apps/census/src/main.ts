import 'reflect-metadata';
import { census } from '#domain/census/census-machine';
import { runStageProcess } from '#stage/stage-process';
import { readCensusConfig } from './census.config.ts';
import { CensusModule } from './census.module.ts';

// The census as a process.

await runStageProcess({
  stage: census,
  outcome: readCensusConfig(process.env),
  moduleOf: (service) => CensusModule.forRoot(service),
});

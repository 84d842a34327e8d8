import 'reflect-metadata';
import { scoring } from '#domain/scoring/scoring-machine';
import { startLiveTime } from '#stage/live-time';
import { runStageProcess } from '#stage/stage-process';
import { readScoringConfig } from './scoring.config.ts';
import { ScoringModule } from './scoring.module.ts';

// Scoring as a process. It also offers to be the ticker: of all scoring processes the one with the lease ticks.

await runStageProcess({
  stage: scoring,
  outcome: readScoringConfig(process.env),
  moduleOf: (service) => ScoringModule.forRoot(service),
  companion: (backbone, owner, health) => startLiveTime(backbone, owner, health),
});

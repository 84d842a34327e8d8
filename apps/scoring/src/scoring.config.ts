import { readStageConfig, type StageConfigOutcome } from '#stage/stage.config';

const PORT_DEFAULT = 8082;

/** DATABASE_URL, KAFKA_BROKERS, UPDRAFT_PREFIX, SCORING_HOST, SCORING_PORT, LOG_LEVEL. */
export function readScoringConfig(env: Readonly<Record<string, string | undefined>>): StageConfigOutcome {
  return readStageConfig(env, 'SCORING', PORT_DEFAULT);
}

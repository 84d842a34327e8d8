import { readStageConfig, type StageConfigOutcome } from '#stage/stage.config';

const PORT_DEFAULT = 8085;

/** DATABASE_URL, KAFKA_BROKERS, UPDRAFT_PREFIX, CENSUS_HOST, CENSUS_PORT, LOG_LEVEL. */
export function readCensusConfig(env: Readonly<Record<string, string | undefined>>): StageConfigOutcome {
  return readStageConfig(env, 'CENSUS', PORT_DEFAULT);
}

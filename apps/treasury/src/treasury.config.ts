import { readStageConfig, type StageConfigOutcome } from '#stage/stage.config';

const PORT_DEFAULT = 8084;

/** DATABASE_URL, KAFKA_BROKERS, UPDRAFT_PREFIX, TREASURY_HOST, TREASURY_PORT, LOG_LEVEL. */
export function readTreasuryConfig(env: Readonly<Record<string, string | undefined>>): StageConfigOutcome {
  return readStageConfig(env, 'TREASURY', PORT_DEFAULT);
}

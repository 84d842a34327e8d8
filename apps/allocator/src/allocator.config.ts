import { readStageConfig, type StageConfigOutcome } from '#stage/stage.config';

const PORT_DEFAULT = 8083;

/** DATABASE_URL, KAFKA_BROKERS, UPDRAFT_PREFIX, ALLOCATOR_HOST, ALLOCATOR_PORT, LOG_LEVEL. */
export function readAllocatorConfig(env: Readonly<Record<string, string | undefined>>): StageConfigOutcome {
  return readStageConfig(env, 'ALLOCATOR', PORT_DEFAULT);
}

import { PROJECTOR_LIMITS, type ProjectorLimits } from './project/log-projector.ts';
import { CLIENT_LIMITS, type ClientLimits } from './stream/stream-clients.ts';

/** The bounds of the console, wherever it runs. */
export interface ConsoleLimits {
  readonly projector: ProjectorLimits;
  readonly stream: ClientLimits;
  /** Heap of the process of one shadow; at the limit that shadow ends, and says so. */
  readonly shadowMemoryMbMax: number;
}

const SHADOW_MEMORY_MB_MAX = 1_024;

export const CONSOLE_LIMITS: ConsoleLimits = {
  projector: PROJECTOR_LIMITS,
  stream: CLIENT_LIMITS,
  shadowMemoryMbMax: SHADOW_MEMORY_MB_MAX,
};

/** Embedded everybody shares one session, so a projection's transaction is short. */
export const EMBEDDED_LIMITS: ConsoleLimits = {
  ...CONSOLE_LIMITS,
  projector: { ...PROJECTOR_LIMITS, batchRecordsMax: 500 },
};

import { randomUUID } from 'node:crypto';
import type { BeforeApplicationShutdown, OnApplicationBootstrap } from '@nestjs/common';
import type { ProgrammeReport } from '#domain/shadow/shadow-report';
import { formatInstant } from '#domain/time';
import { systemClock } from '#stage/clock';
import { createShadowHost, type ShadowHost, type ShadowSummary } from '#stage/shadow/shadow-host';
import { beginShadow, endShadow, type WishOutcome } from '#stage/shadow/shadow-wish';
import { createShadowDesk, type ShadowDesk, type ShadowState, type StoredShadow } from '#store/shadow-desk';
import type { ConsoleParts } from './console.module.ts';

/** How a shadow stands, as it is told. */
export interface ShadowStanding {
  readonly bundle: string;
  readonly state: ShadowState;
  readonly askedBy: string;
  readonly askedAt: string;
  readonly since: string;
  readonly failure: string | null;
  /** Null before the first report. */
  readonly report: (ShadowSummary & { readonly programmes: readonly ProgrammeReport[] }) | null;
  readonly reportedAt: string | null;
}

type Parts = Pick<ConsoleParts, 'logs' | 'database' | 'snapshots' | 'registry' | 'log' | 'config'>;

/** Shadows for people who ask over HTTP, and the host of their processes. */
export class ShadowRuns implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly desk: ShadowDesk;
  private readonly host: ShadowHost;

  constructor(private readonly parts: Parts) {
    this.desk = createShadowDesk(parts.database);
    this.host = createShadowHost({
      ...parts,
      clock: systemClock,
      owner: randomUUID(),
      memoryMbMax: parts.config.shadowMemoryMbMax,
    });
  }

  onApplicationBootstrap(): void {
    void this.host.run();
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.host.stop();
  }

  /** `sinceMs` null: from log time now on. */
  start(hash: string, sinceMs: number | null, by: string): Promise<WishOutcome> {
    return beginShadow(this.parts, { hash, text: null, sinceMs, by });
  }

  stop(hash: string, by: string): Promise<boolean> {
    return endShadow(this.parts.database, hash, by);
  }

  async standing(hash: string): Promise<ShadowStanding | null> {
    const stored = await this.desk.find(hash);
    return stored === null ? null : standingOf(stored);
  }
}

function standingOf(stored: StoredShadow): ShadowStanding {
  const { hash, state, askedBy, askedAtMs, sinceMs, failure, summary, reportedAtMs, programmes } = stored;
  return {
    bundle: hash,
    state,
    askedBy,
    askedAt: formatInstant(askedAtMs),
    since: formatInstant(sinceMs),
    failure,
    report:
      summary === null
        ? null
        : {
            ...(JSON.parse(summary) as ShadowSummary),
            programmes: programmes.map(({ body }) => JSON.parse(body) as ProgrammeReport),
          },
    reportedAt: reportedAtMs === null ? null : formatInstant(reportedAtMs),
  };
}

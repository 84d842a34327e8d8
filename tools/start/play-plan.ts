import type { Workspace } from '#apps/standalone/src/open-workspace';
import { DAY_MS, HOUR_MS } from '#domain/time';
import { playSeason, type GrantJournal, type SeasonProgress } from '#sim/marketplace/demo-season';
import { createMarketplace } from '#sim/marketplace/marketplace';
import { shapeOf } from '#sim/marketplace/shapes';
import type { Reporter } from '#stage/report';
import { activeGrants, trainingOffers } from './active-grants.ts';
import { marketplaceOf, type DemoPlan } from './demo.ts';
import { createDrainProgress } from './drain-progress.ts';
import { createSummary, type Summary } from './summary.ts';
import { tell, type Terminal } from './terminal.ts';

// A planned season on a workspace whose stages run, whatever its logs and its database are. Simulator and pipeline take
// turns; when the season is over, the workspace is live.

export interface PlanPlayer {
  /** For the stages: how far they have come is known from what they report. */
  readonly onReport: Reporter;
  readonly summary: Summary;
  play(plan: DemoPlan, options?: PlayOptions): Promise<void>;
}

export interface PlayOptions {
  /** Until then time passes behind the end of the season; absent: it ends there. */
  readonly quietUntilMs?: number;
  /** Absent: a season that is interrupted cannot go on. */
  readonly journal?: GrantJournal;
}

const STEP_MS = 4 * HOUR_MS;
/** Of a season up to here every step is told, also where lines stay. */
const SHORT_DAYS_MAX = 10;

export function createPlanPlayer(
  { backbone, genesis, pseudonymKey }: Pick<Workspace, 'backbone' | 'genesis' | 'pseudonymKey'>,
  output: Terminal,
): PlanPlayer {
  const { logs } = backbone;
  const { partitions, treasuries } = genesis;
  const summary = createSummary(logs, genesis);
  const progress = createDrainProgress({ allocator: partitions, treasury: treasuries, census: treasuries });

  function told(plan: DemoPlan, { atMs, events }: SeasonProgress): void {
    const share = Math.floor(((atMs - plan.startMs) * 100) / (plan.endMs - plan.startMs));
    const day = new Date(atMs).toISOString().slice(0, 16).replace('T', ' ');
    const isFirstOfDay = atMs % DAY_MS < STEP_MS;
    // A terminal's line is rewritten; elsewhere one a day is enough of a long season.
    if (output.isTTY === true || plan.days <= SHORT_DAYS_MAX || isFirstOfDay || atMs === plan.endMs)
      tell(output, `  ${String(share).padStart(3)} %  ${day}  ${events} events sent  ${summary.line()}`);
    if (isFirstOfDay) void summary.refresh();
  }

  return {
    onReport(stage, partition, report) {
      summary.onReport(stage, partition, report);
      progress.onReport(stage, partition, report);
    },
    summary,
    async play(plan, options = {}) {
      output.write(`Playing ${plan.days} days of a season, ${plan.merchants} merchants, ${whichOf(plan)}:\n`);
      const startedAt = performance.now();
      const { events, ticks } = await playSeason({
        ...options,
        logs,
        sim: createMarketplace(marketplaceOf(plan)),
        pseudonymKey,
        startMs: plan.startMs,
        endMs: plan.endMs,
        stepMs: STEP_MS,
        readGrants: activeGrants(logs, partitions),
        readOffers: trainingOffers(logs, partitions),
        drained: progress.reached,
        onProgress: (now) => told(plan, now),
      });
      await summary.refresh();
      const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
      tell(output, `  ${events} events and ${ticks} ticks in ${seconds} s: ${summary.line()}\n`);
    },
  };
}

function whichOf({ pack, startMs }: DemoPlan): string {
  if (pack === undefined) return 'Double 11 five days before now';
  // The form of the date is the Swedish one: 2026-10-05, by the clock of its zone.
  const clock = new Intl.DateTimeFormat('sv-SE', { timeZone: shapeOf(pack).zone, dateStyle: 'short' });
  return `shaped like ${pack}, from ${clock.format(startMs)} on`;
}

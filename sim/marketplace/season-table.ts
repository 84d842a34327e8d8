import type { Decision, Outcome } from '#domain/outputs';
import type { Said } from './pipeline-fixture.ts';
import type { SeasonInMemory } from './season-fixture.ts';
import { traffic } from './season-outcome.ts';

// For specs that print: a season in a few lines.

type Decisions = readonly Said<Decision>[];

const WITHDRAWALS: readonly Outcome[] = ['shrink', 'revoke', 'claw-back', 'forfeit'];

/** Who was trained first, who did not need it, what the floor gave, what was withdrawn and why, what was wasted. */
export function outcomeTable(season: SeasonInMemory): string {
  const { decisions } = season.pipeline;
  const floors = decisions.filter(({ reasons }) => reasons.includes('floor'));
  const leavers = season.sim.truth().filter(({ closedAtMs }) => closedAtMs !== null);
  return [
    `  trained first   ${trainedFirst(season)}`,
    `  no need         ${withoutNeed(decisions)}`,
    `  floor           ${floors.length} grants`,
    `  left            ${leavers.length} merchants that were given nothing for long`,
    '  withdrawn',
    ...withdrawn(decisions),
    '  traffic',
    ...brought(season),
  ].join('\n');
}

function trainedFirst({ pipeline, sim }: SeasonInMemory): string {
  const { decisions } = pipeline;
  const offered = merchantsOf(decisions.filter(({ outcome }) => outcome === 'offer'));
  const late = merchantsOf(decisions.filter(({ outcome }) => outcome === 'forfeit'));
  const welcomed = merchantsOf(
    decisions.filter(({ outcome, programme }) => outcome === 'issue' && programme === 'welcome-boost'),
  );
  const trained = sim.truth().filter(({ merchantId, hasCourse }) => hasCourse && offered.has(merchantId));
  const rewarded = trained.filter(({ merchantId }) => welcomed.has(merchantId));
  return [
    `${offered.size} merchants were offered the course`,
    `${trained.length} did it`,
    `${late.size} too late or never`,
    `${rewarded.length} had the boost`,
  ].join(', ');
}

/** Merchants by programme. */
function withoutNeed(decisions: Decisions): string {
  const told = decisions.filter(({ reasons }) => reasons[0] === 'not-needed');
  const programmes = [...new Set(told.map(({ programme }) => programme))].sort();
  return programmes
    .map((id) => `${id} ${merchantsOf(told.filter(({ programme }) => programme === id)).size}`)
    .join(', ');
}

/** Most frequent first. */
function withdrawn(decisions: Decisions): string[] {
  const times = new Map<string, number>();
  for (const { outcome, programme, reasons } of decisions) {
    if (!WITHDRAWALS.includes(outcome)) continue;
    const what = `${outcome} ${programme}: ${reasons.join(', ')}`;
    times.set(what, (times.get(what) ?? 0) + 1);
  }
  const sorted = [...times].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  return sorted.map(([what, count]) => `    ${String(count).padStart(6)}  ${what}`);
}

function brought(season: SeasonInMemory): string[] {
  return [...traffic(season)].map(([programme, { exposures, wasted }]) => {
    const percent = ((wasted * 100) / Math.max(1, exposures)).toFixed(1);
    return `    ${programme.padEnd(16)}${String(exposures).padStart(9)} exposures, ${percent} % wasted`;
  });
}

function merchantsOf(decisions: Decisions): ReadonlySet<string> {
  return new Set(decisions.map(({ merchantId }) => merchantId));
}

import type { SeasonInMemory } from './season-fixture.ts';
import { traffic } from './season-outcome.ts';

// For specs that print: a season in a few lines.

/** Who was trained first, who did not need it, what the floor gave, what was withdrawn and why. */
export function outcomeTable(season: SeasonInMemory): string {
  const { pipeline, sim } = season;
  const { decisions } = pipeline;
  const merchantsOf = (outcome: string): ReadonlySet<string> =>
    new Set(decisions.filter((each) => each.outcome === outcome).map(({ merchantId }) => merchantId));
  const offered = merchantsOf('offer');
  const late = merchantsOf('forfeit');
  const truth = sim.truth();
  const trained = truth.filter(({ merchantId, hasCourse }) => hasCourse && offered.has(merchantId));
  const rewarded = new Set(
    decisions
      .filter(({ outcome, programme }) => outcome === 'issue' && programme === 'welcome-boost')
      .map(({ merchantId }) => merchantId),
  );
  const closed = truth.filter(({ closedAtMs }) => closedAtMs !== null);
  const lines = [
    `  trained first   ${offered.size} merchants were offered the course, ${trained.length} did it, ` +
      `${late.size} too late or never; ${trained.filter(({ merchantId }) => rewarded.has(merchantId)).length} had the boost`,
    `  no need         ${counts(decisions.filter(({ reasons }) => reasons[0] === 'not-needed').map(({ programme, merchantId }) => `${programme} ${merchantId}`))}`,
    `  floor           ${decisions.filter(({ reasons }) => reasons.includes('floor')).length} grants`,
    `  left            ${closed.length} merchants that were given nothing for long`,
    '  withdrawn',
  ];
  const withdrawn = decisions.filter(({ outcome }) =>
    ['shrink', 'revoke', 'claw-back', 'forfeit'].includes(outcome),
  );
  for (const [what, times] of tally(
    withdrawn.map((each) => `${each.outcome} ${each.programme}: ${each.reasons.join(', ')}`),
  )) {
    lines.push(`    ${String(times).padStart(6)}  ${what}`);
  }
  lines.push('  traffic');
  for (const [programme, { exposures, wasted }] of traffic(season)) {
    const share = ((wasted * 100) / Math.max(1, exposures)).toFixed(1);
    lines.push(`    ${programme.padEnd(16)}${String(exposures).padStart(9)} exposures, ${share} % wasted`);
  }
  return lines.join('\n');
}

/** Merchants by programme. */
function counts(places: readonly string[]): string {
  return tally([...new Set(places)].map((place) => place.split(' ')[0]!))
    .map(([programme, times]) => `${programme} ${times}`)
    .join(', ');
}

/** Most frequent first. */
export function tally(words: readonly string[]): readonly (readonly [string, number])[] {
  const times = new Map<string, number>();
  for (const word of words) times.set(word, (times.get(word) ?? 0) + 1);
  return [...times].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
}

import type { Played } from './play-vector.ts';
import type { Expectation, ExpectedProgramme } from './vector.ts';

/** What is not as expected, each in words with what was and what should have been. */
export function missesOf(expected: Expectation, played: Played): string[] {
  const { seen, metrics, latest, decisions } = played;
  const misses: string[] = [];
  const compare = (what: string, is: Told, wanted: Told): void => {
    if (is !== wanted) misses.push(`${what} is ${shown(is)}, and should be ${shown(wanted)}`);
  };
  for (const [id, value] of Object.entries(expected.metrics)) {
    if (id in metrics) compare(`metric ${id}`, metrics[id], value);
    else misses.push(`metric ${id} is not defined`);
  }
  const ladderNamed = (id: string) => {
    if (seen.ladders[id] === undefined) misses.push(`ladder ${id} is not defined`);
    return seen.ladders[id];
  };
  for (const [id, tier] of Object.entries(expected.tiers)) {
    const standing = ladderNamed(id);
    if (standing !== undefined) compare(`tier on ${id}`, standing.tier, tier);
  }
  for (const [id, tier] of Object.entries(expected.projected)) {
    const standing = ladderNamed(id);
    if (standing !== undefined) compare(`projected tier on ${id}`, standing.projected, tier);
  }
  for (const [id, isWarned] of Object.entries(expected.warned)) {
    const standing = ladderNamed(id);
    if (standing !== undefined) compare(`warned on ${id}`, standing.isWarned, isWarned);
  }
  for (const [id, wanted] of Object.entries(expected.programmes))
    misses.push(...programmeMisses(id, wanted, latest));
  if (expected.decisions !== null) {
    // Usage that is refused belongs to no programme.
    const made = decisions.map(({ programme, outcome }) => `${programme} ${outcome}`.trim());
    compare('decisions', made.join(', '), expected.decisions.join(', '));
  }
  return misses;
}

function programmeMisses(id: string, wanted: ExpectedProgramme, latest: Played['latest']): string[] {
  const decision = latest.get(id);
  const outcome = decision?.outcome ?? 'none';
  const why = decision === undefined ? '' : ` (${decision.reasons.join(', ')})`;
  if (outcome !== wanted.outcome)
    return [`${id}: outcome is ${outcome}${why}, and should be ${wanted.outcome}`];
  const misses: string[] = [];
  const reasons = [...(decision?.reasons ?? [])].sort().join(', ');
  const wantedReasons = wanted.reasons === null ? null : [...wanted.reasons].sort().join(', ');
  if (wantedReasons !== null && reasons !== wantedReasons) {
    misses.push(`${id}: reasons are ${reasons || 'none'}, and should be ${wantedReasons || 'none'}`);
  }
  const size = decision?.grant?.size ?? 0;
  if (wanted.size !== null && size !== wanted.size) {
    misses.push(`${id}: size is ${size}, and should be ${wanted.size}`);
  }
  return misses;
}

type Told = string | number | boolean | null | undefined;

function shown(value: Told): string {
  return value === null || value === undefined || value === '' ? 'none' : String(value);
}

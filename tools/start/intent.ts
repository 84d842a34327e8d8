import type { Decision, GrantKind } from '#domain/outputs';
import { createCounts, mostFrequent } from './counts.ts';

// What programmes are for, seen from the merchants: who was trained first, who could not carry it, who did not need
// it, what the floor gave, what was taken back and why. A merchant counts once in a line, and once for each reason,
// however often it was said. What is carried and needed is visitors.

export interface Intent {
  note(
    merchantId: string,
    decision: Pick<Decision, 'outcome' | 'programme' | 'reasons' | 'conditions'>,
    /** Of its programme; null where nobody knows. */
    kind: GrantKind | null,
  ): void;
  /** One line each, without an indent. */
  lines(): readonly string[];
  /** Those that the lines name. */
  reasons(): readonly string[];
}

const REASONS_SHOWN = 4;
const NOT_NEEDED = 'not-needed';
const NO_HEADROOM = 'no-headroom';
/** What is taken back before its time; the merchant's own end of a grant is none. */
const TAKEN_BACK: readonly string[] = ['revoke', 'claw-back'];

export function createIntent(): Intent {
  const merchants = { all: new Set<string>(), given: new Set<string>(), floor: new Set<string>() };
  let floors = 0;
  const courses = createCourses();
  const carries = { nothing: new Set<string>(), less: new Set<string>() };
  const unneeded = { merchants: new Set<string>(), why: createWhy() };
  const back = { grants: 0, merchants: new Set<string>(), why: createWhy() };

  function withheld(
    merchantId: string,
    { reasons, conditions }: Pick<Decision, 'reasons' | 'conditions'>,
  ): void {
    if (reasons.includes(NO_HEADROOM)) carries.nothing.add(merchantId);
    if (!reasons.includes(NOT_NEEDED)) return;
    // Whoever was not asked yet has not said that there is no need.
    const unasked = new Set(
      conditions.filter(({ verdict }) => verdict === 'not-assessed').map(({ id }) => id),
    );
    for (const reason of reasons) {
      if (reason === NOT_NEEDED || unasked.has(reason)) continue;
      unneeded.merchants.add(merchantId);
      unneeded.why.add(merchantId, reason);
    }
  }

  function takenBack(merchantId: string, reasons: readonly string[]): void {
    back.grants += 1;
    back.merchants.add(merchantId);
    for (const reason of reasons) back.why.add(merchantId, reason);
  }

  return {
    note(merchantId, { outcome, programme, reasons, conditions }, kind) {
      merchants.all.add(merchantId);
      courses.note(`${merchantId} ${programme}`, outcome);
      if (outcome === 'withhold' && (kind ?? 'traffic') === 'traffic')
        withheld(merchantId, { reasons, conditions });
      if (outcome === 'shrink') carries.less.add(merchantId);
      if (outcome === 'issue') merchants.given.add(merchantId);
      if (outcome === 'issue' && reasons.includes('floor')) {
        merchants.floor.add(merchantId);
        floors += 1;
      }
      if (TAKEN_BACK.includes(outcome)) takenBack(merchantId, reasons);
    },
    lines() {
      const { offered, takenUp, forfeited } = courses.counts();
      const without = merchants.all.size - merchants.given.size;
      return [
        `trained first       courses offered ${offered}: done and given ${takenUp}, too late or never ${forfeited}`,
        `could not carry it  merchants ${carries.nothing.size}; boosts cut of ${carries.less.size}`,
        `did not need it     merchants ${unneeded.merchants.size}${unneeded.why.inWords()}`,
        `had the floor       merchants ${merchants.floor.size}, grants ${floors}`,
        `taken back          grants ${back.grants}, of merchants ${back.merchants.size}${back.why.inWords()}`,
        `had nothing at all  merchants ${without} of ${merchants.all.size}`,
      ];
    },
    reasons: () => [...new Set([...unneeded.why.reasons(), ...back.why.reasons()])],
  };
}

/** Why, each reason counted once for a merchant. */
function createWhy() {
  const counts = createCounts();
  const said = new Set<string>();
  const most = () => mostFrequent(counts, REASONS_SHOWN);
  return {
    add(merchantId: string, reason: string): void {
      const pair = `${merchantId} ${reason}`;
      if (!said.has(pair)) counts.add(reason);
      said.add(pair);
    },
    reasons: () => most().map(([reason]) => reason),
    inWords: () => {
      const words = most().map(([reason, times]) => `${reason} ${times}`);
      return words.length === 0 ? '' : `: ${words.join(', ')}`;
    },
  };
}

/** What became of courses that were offered, each merchant and programme counted once. */
function createCourses() {
  const offered = new Set<string>();
  const takenUp = new Set<string>();
  const forfeited = new Set<string>();
  return {
    note(about: string, outcome: Decision['outcome']): void {
      if (outcome === 'offer') offered.add(about);
      if (outcome === 'forfeit' && offered.has(about)) forfeited.add(about);
      if (outcome === 'issue' && offered.has(about)) takenUp.add(about);
    },
    counts: () => ({ offered: offered.size, takenUp: takenUp.size, forfeited: forfeited.size }),
  };
}

import type { Decision, MerchantCapability } from '#domain/outputs';
import type { OutputRecord } from '#domain/stage/stage';
import { CATCH_UP_MS } from '#stage/ticker';
import {
  AWAY_FROM_MS,
  BACK_AT_MS,
  liveSeason,
  PARTITIONS,
  withoutGuard,
  type LiveSeason,
} from './outage-fixture.ts';
import { openPartitionReplay } from './partition-replay.ts';
import type { WorkspaceInMemory } from './workspace-fixture.ts';

// "An outage demotes nobody", on a season and not on one merchant: the same events, the real ticker and the real
// stages, once as they came, once with two hours of silence over a midnight, and once more with the guard taken away.

/** Lowest first; no score, said as `none`, is below them all, because losing the score counts as a fall. */
const TIERS = ['none', 'seedling', 'growing', 'steady', 'leading'];
/** A bound against hanging: alone it takes some seconds. */
const SEASON_MS_MAX = 240_000;
const CLEARED_AT_MS = BACK_AT_MS + CATCH_UP_MS;

interface Move {
  readonly atMs: number;
  readonly merchantId: string;
  readonly what: 'fall' | 'rise' | 'revoke' | 'shrink';
}

interface Played {
  readonly moves: readonly Move[];
  readonly tierOf: ReadonlyMap<string, string>;
}

let undisturbed: Played;
let guarded: Played;
let unguarded: Played;

beforeAll(async () => {
  const season = await liveSeason({ merchants: 120, seed: 12 });
  const log = await season.withOutage();
  undisturbed = played(season, await season.undisturbed());
  guarded = played(season, log);
  unguarded = played(season, withoutGuard(log));
}, SEASON_MS_MAX);

test('after two hours of silence nobody is demoted, revoked or shrunk until the tick that clears it', () => {
  expect(guarded.moves.filter(isWithin(AWAY_FROM_MS, BACK_AT_MS))).toEqual([]);
  expect(adverse(guarded).filter(isWithin(BACK_AT_MS, CLEARED_AT_MS))).toEqual([]);
});

test('the tick that clears it sweeps who was held: what is deserved comes then', () => {
  const swept = adverse(guarded).filter(isWithin(CLEARED_AT_MS, Infinity));
  expect(swept.filter(({ what }) => what === 'fall')).not.toEqual([]);
  expect(swept.filter(({ what }) => what !== 'fall')).not.toEqual([]);
});

// What could differ, and here does not: who rose before midnight and would not rise after it. Undisturbed it keeps that
// tier for the dwell time, as everybody does; after an outage nobody looked before midnight, and it stands where it
// stood. Such a merchant missed a rise and did not fall.
test('after the sweep every tier is that of the undisturbed run', () => {
  expect(undisturbed.tierOf.size).toBeGreaterThan(100);
  expect(new Map([...guarded.tierOf].sort())).toEqual(new Map([...undisturbed.tierOf].sort()));
  expect(sinceSilence(guarded, 'fall')).toEqual(sinceSilence(undisturbed, 'fall'));
});

test('with ticks that hide the outage tiers fall and grants are revoked, also of whom nothing speaks against', () => {
  const atOnce = adverse(unguarded).filter(isWithin(BACK_AT_MS, CLEARED_AT_MS));
  expect(atOnce.some(({ what }) => what === 'fall')).toBe(true);
  expect(atOnce.some(({ what }) => what === 'revoke')).toBe(true);
  const deserved = sinceSilence(undisturbed, 'fall');
  expect(sinceSilence(unguarded, 'fall').filter((merchantId) => !deserved.includes(merchantId))).not.toEqual(
    [],
  );
});

function played({ bundle }: LiveSeason, workspace: WorkspaceInMemory): Played {
  const moves: Move[] = [];
  const tierOf = new Map<string, string>();
  for (let partition = 0; partition < PARTITIONS; partition += 1) {
    const replay = openPartitionReplay({
      partition,
      bundles: new Map([[bundle.hash, bundle.text]]),
      quarantine: [],
    });
    const { outputs, stop } = replay.step(workspace.partition('activity', partition));
    if (stop !== null) throw new Error(`stopped at ${stop.position}: ${stop.why}`);
    for (const output of outputs) note(moves, tierOf, output);
  }
  return { moves, tierOf };
}

function note(moves: Move[], tierOf: Map<string, string>, { log, key, text }: OutputRecord): void {
  if (key === null || (log !== 'capability' && log !== 'decisions')) return;
  const { type, time, data } = JSON.parse(text) as { type: string; time: string; data: object };
  const move = (what: Move['what']): void => {
    moves.push({ atMs: Date.parse(time), merchantId: key, what });
  };
  if (type === 'updraft.capability.merchant.v1') {
    const tier = (data as MerchantCapability).tier ?? 'none';
    const steps = rankOf(tier) - rankOf(tierOf.get(key) ?? 'none');
    if (steps !== 0) move(steps < 0 ? 'fall' : 'rise');
    tierOf.set(key, tier);
  }
  if (log !== 'decisions') return;
  const { outcome } = data as Decision;
  if (outcome === 'revoke' || outcome === 'shrink') move(outcome);
}

function adverse({ moves }: Played): readonly Move[] {
  return moves.filter(({ what }) => what !== 'rise');
}

/** The merchants to whom it happened from when the pipeline went away, or would have, in order. */
function sinceSilence({ moves }: Played, wanted: Move['what']): readonly string[] {
  const since = moves.filter(isWithin(AWAY_FROM_MS, Infinity)).filter(({ what }) => what === wanted);
  return since.map(({ merchantId }) => merchantId).sort();
}

/** Not at the end itself: there the clearing tick stands. */
function isWithin(fromMs: number, untilMs: number): (move: Move) => boolean {
  return ({ atMs }) => atMs >= fromMs && atMs < untilMs;
}

function rankOf(tier: string | undefined): number {
  const rank = TIERS.indexOf(tier ?? '');
  if (rank < 0) throw new Error(`tier ${tier} must be one of ${TIERS.join(', ')}`);
  return rank;
}

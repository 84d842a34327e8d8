import type { Json } from '../canonical.ts';
import type { Decision } from '../outputs.ts';
import { conditionsIn, tierOrders, type Bundle } from '../policy/bundle.ts';
import { parseBundle } from '../policy/compile.ts';
import { atomsOf } from '../policy/condition.ts';
import type { Gauge } from '../scoring/gauge.ts';
import { liveBundle, type LiveBundle } from '../scoring/live-bundle.ts';
import { lookOnce } from '../scoring/look-once.ts';
import { scoringOf } from '../scoring/scoring-machine.ts';
import { watchOf, type VerdictLetter } from '../scoring/verdict.ts';
import type { Hash } from '../stage/stage.ts';
import { createTreasuryLog } from '../testing/treasury-log.ts';
import { decisionsIn, GENESIS, given, type World } from '../testing/given.ts';
import { DAY_MS, HOUR_MS, startOfLocalDay } from '../time.ts';
import { givenEvent } from './given-events.ts';
import { missesOf } from './misses.ts';
import type { GivenEvents, Vector } from './vector.ts';

// Vectors are played on the real stages in memory: events go through scoring, decisions come from the allocator, money
// from the treasury. Where a vector gives values of metrics, those stand in place of what is measured, and everything
// behind them is as always.

const MERCHANT = 'merchant';
/** A vector's history may be this long, which is longer than any window. */
const HISTORY_DAYS = 820;
/** Ticks after each step, so that requests, leases and what they lead to come to rest. */
const SHARES = 2;

/** What one step of a vector led to. */
export interface Played {
  readonly seen: Gauge;
  readonly metrics: Readonly<Record<string, number | null>>;
  /** The latest decision of each programme so far. */
  readonly latest: ReadonlyMap<string, Decision>;
  /** Those of this step. */
  readonly decisions: readonly Decision[];
}

export interface VectorOutcome {
  readonly vector: string;
  /** What was not as expected, in words; empty where the vector holds. */
  readonly misses: readonly string[];
  /** By id of the condition: what it was. */
  readonly verdicts: ReadonlyMap<string, ReadonlySet<VerdictLetter>>;
}

/** Plays a vector on a bundle. `text` is the bundle's canonical text. What no stage can read is a miss. */
export function playVector(bundle: Bundle, text: string, vector: Vector, hash: Hash): VectorOutcome {
  try {
    return play(bundle, text, vector, hash);
  } catch (error) {
    const why = `cannot be played: ${error instanceof Error ? error.message : String(error)}`;
    return { vector: vector.name, misses: [why], verdicts: new Map() };
  }
}

function play(bundle: Bundle, text: string, vector: Vector, hash: Hash): VectorOutcome {
  const values = new Map<string, number | null>();
  const world = worldOf(vector, hash, values);
  const beginMs = startOfLocalDay(vector.given.day, GENESIS.zoneTransitions);
  const live = withGiven(liveBundle(hash(text), bundle), values);
  const latest = new Map<string, Decision>();
  const verdicts = new Map<string, Set<VerdictLetter>>();
  const misses: string[] = [];
  introduce(world, bundle, vector, beginMs);
  put(values, vector.given.metrics);
  // What happened before counts, and nothing was decided on it: the policy goes live where the vector begins.
  world.tick(beginMs);
  let told = world.outputs.length;
  world.activate(text);
  for (const [i, step] of vector.steps.entries()) {
    put(values, step.metrics);
    // What is kept in memory was worked out from the values before.
    world.scoring.evict();
    world.tick(world.nowMs + step.afterMs);
    send(world, bundle, vector, step.events, world.nowMs);
    haveLooked(world);
    const decisions = decisionsIn(world.outputs.slice(told));
    told = world.outputs.length;
    for (const decision of decisions) latest.set(decision.programme, decision);
    const seen = lookAt(world, live);
    const metrics = Object.fromEntries(live.metricsInOrder.map(({ id, at }) => [id, seen.values[at]!]));
    noteVerdicts(live, seen, verdicts);
    const place = vector.steps.length === 1 ? '' : `step ${i + 1}: `;
    misses.push(...missesOf(step.expect, { seen, metrics, latest, decisions }).map((miss) => place + miss));
  }
  return { vector: vector.name, misses, verdicts };
}

function put(values: Map<string, number | null>, metrics: Vector['given']['metrics']): void {
  for (const [metric, value] of Object.entries(metrics)) values.set(metric, value);
}

function worldOf(vector: Vector, hash: Hash, values: ReadonlyMap<string, number | null>): World {
  const bundles = new Map<string, string>();
  const stage = scoringOf((name, text) => withGiven(liveBundle(name, parseBundle(text)), values));
  const startMs = startOfLocalDay(vector.given.day - HISTORY_DAYS, GENESIS.zoneTransitions);
  const genesis = { ...GENESIS, nowMs: startMs, latenessMs: HISTORY_DAYS * DAY_MS };
  return given(hash, genesis, bundles, 0, createTreasuryLog(hash, bundles), stage);
}

/** An event that says nothing has the merchant looked at; equal ticks bring the money that was asked for. */
function haveLooked(world: World): void {
  world.event('updraft.survey.answered.v1', MERCHANT, { survey: 'vector', answers: {} });
  for (let share = 0; share < SHARES; share++) world.tick(world.nowMs);
}

/** The bundle with values in place of what is measured, where there are any. */
function withGiven(live: LiveBundle, values: ReadonlyMap<string, number | null>): LiveBundle {
  const metrics = live.metrics.map((metric): LiveBundle['metrics'][number] => ({
    ...metric,
    meter: (merchant) => (values.has(metric.id) ? values.get(metric.id)! : metric.meter(merchant)),
  }));
  return { ...live, metrics };
}

/** The merchant's history, oldest first. */
function introduce(world: World, bundle: Bundle, vector: Vector, beginMs: number): void {
  const { registeredDaysAgo, category, country, entity, violations, events } = vector.given;
  if (registeredDaysAgo !== null) {
    const registered = {
      category,
      country,
      currency: bundle.currency,
      ...(entity === null ? {} : { entityId: entity }),
    };
    world.tick(beginMs - registeredDaysAgo * DAY_MS);
    world.event('updraft.merchant.registered.v1', MERCHANT, registered);
  }
  const past: GivenEvents[] = [
    ...violations.map(({ class: violation, daysAgo, points, severity }) => ({
      daysAgo,
      type: 'violation.recorded',
      times: 1,
      data: { violation, points, ...(severity === null ? {} : { severity }) },
    })),
    ...events,
  ];
  const oldestFirst = past
    .map((each, i) => ({ each, i }))
    .sort((a, b) => b.each.daysAgo - a.each.daysAgo || a.i - b.i);
  for (const { each } of oldestFirst) {
    // In the morning of its day, which may be before it was registered; today's at its beginning.
    const atMs = beginMs - each.daysAgo * DAY_MS + (each.daysAgo === 0 ? 0 : HOUR_MS);
    world.tick(atMs);
    send(world, bundle, vector, [each], atMs);
  }
  profile(world, vector);
}

function profile(world: World, { given: merchant }: Vector): void {
  for (const course of merchant.enrolled) world.event('updraft.training.enrolled.v1', MERCHANT, { course });
  for (const course of merchant.trainings) world.event('updraft.training.completed.v1', MERCHANT, { course });
  for (const exam of merchant.exams) world.event('updraft.exam.passed.v1', MERCHANT, { exam });
  for (const tool of merchant.tools) world.event('updraft.tool.adopted.v1', MERCHANT, { tool });
  for (const certification of merchant.certifications) {
    world.event('updraft.certification.granted.v1', MERCHANT, { certification });
  }
  if (Object.keys(merchant.survey).length > 0) {
    world.event('updraft.survey.answered.v1', MERCHANT, { survey: 'vector', answers: merchant.survey });
  }
}

function send(
  world: World,
  { currency }: Bundle,
  vector: Vector,
  events: readonly GivenEvents[],
  atMs: number,
): void {
  const beginMs = startOfLocalDay(vector.given.day, GENESIS.zoneTransitions);
  const place = { currency, category: vector.given.category, beginMs };
  for (const { type, times, data } of events) {
    for (let time = 0; time < times; time++) {
      const said = REPORTS.has(type) ? { ...data, grantId: grantNamed(world, data['grantId']) } : data;
      const event = givenEvent(type, said, atMs, world.sent.length, place);
      world.event(event.type, MERCHANT, event.data, { atMs });
    }
  }
}

/** Events that report on a grant. */
const REPORTS: ReadonlySet<string> = new Set(['boost.delivered', 'grant.used']);

/** The newest grant of the programme that is named, or of any where none is; else what is named is its id. */
function grantNamed({ outputs }: World, named: Json = ''): Json {
  const issued = decisionsIn(outputs).filter(({ outcome }) => outcome === 'issue');
  const newest = issued.findLast(({ programme }) => named === '' || programme === named);
  return newest?.grant?.grantId ?? (named === '' ? 'none' : named);
}

/** The merchant as scoring has it now, looked at once more. */
function lookAt(world: World, live: LiveBundle): Gauge {
  world.scoring.freeze();
  const { root, rows } = world.scoring.store;
  const annex = rows.get(`${MERCHANT}#`)?.body ?? null;
  return lookOnce({ merchant: MERCHANT, root: root!, body: rows.get(MERCHANT)!.body, annex }, live);
}

/** The verdict of every condition, of metrics and ladders as well as programmes. */
function noteVerdicts({ bundle }: LiveBundle, seen: Gauge, verdicts: Map<string, Set<VerdictLetter>>): void {
  const places = new Map(bundle.metrics.map(({ id }, at) => [id, at]));
  const tiers = tierOrders(bundle);
  for (const atom of conditionsIn(bundle).flatMap(atomsOf)) {
    const known = verdicts.get(atom.id) ?? new Set<VerdictLetter>();
    known.add(watchOf(atom, (metric) => places.get(metric)!, tiers)(seen));
    verdicts.set(atom.id, known);
  }
}

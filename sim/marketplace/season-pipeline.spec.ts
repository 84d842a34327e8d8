import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { decode } from '#contracts/codec';
import { encodePolicyActivated } from '#contracts/genesis';
import { allocator } from '#domain/allocator/allocator-machine';
import type { Decision, DeadLetter, Grant } from '#domain/outputs';
import { compileBundle } from '#domain/policy/compile';
import { scoring } from '#domain/scoring/scoring-machine';
import type { CloudEvent, InputRecord, OutputRecord, PartitionMachine } from '#domain/stage/stage';
import { DAY_MS } from '#domain/time';
import type { ActiveGrant } from './boost-delivery.ts';
import { playSeason } from './demo-season.ts';
import { activityInMemory, type ActivityInMemory } from './history-fixture.ts';
import { createMarketplace } from './marketplace.ts';

// The season against the stages' own machines and the starter bundle: what a newcomer sees in the demo. The
// runner and the transports are left out; they have suites of their own.

const START_MS = Date.parse('2026-11-10T00:00:00+08:00');
const DAYS = 5;
const BUNDLE = join(import.meta.dirname, '../../policies/starter/bundle.yaml');

describe('a season against the starter bundle', () => {
  const played = play();

  test('issues boosts, withholds others with reasons, shrinks what a merchant cannot carry', async () => {
    const { decisions } = await played;
    const outcomes = new Set(decisions.map((decision) => decision.outcome));
    expect([...outcomes].sort()).toEqual(expect.arrayContaining(['expire', 'issue', 'shrink', 'withhold']));
    const withheld = decisions.filter((decision) => decision.outcome === 'withhold');
    expect(withheld.filter((decision) => decision.reasons.length === 0)).toEqual([]);
  });

  test('feeds back: boosted merchants report exposures that were paid from the budget', async () => {
    const { decisions, sim } = await played;
    const boosted = sim.truth().reduce((sum, merchant) => sum + merchant.boostedExposures, 0);
    const spent = decisions.map((decision) => decision.budget?.after.spent ?? 0);
    expect(boosted).toBeGreaterThan(1_000);
    expect(Math.max(...spent)).toBeGreaterThan(0);
  });

  test('makes dead letters of what came too late and of nothing else', async () => {
    const { deadLetters, tooLate } = await played;
    expect(tooLate).toBeGreaterThan(3);
    expect(new Set(deadLetters.map((letter) => letter.reason))).toEqual(new Set(['too-late']));
    expect(deadLetters).toHaveLength(tooLate);
  });
});

async function play() {
  const activity = activityInMemory({ partitions: 2, zone: 'Asia/Shanghai', nowMs: START_MS - 10 * DAY_MS });
  const { text, hash } = starterBundle();
  const activation = { sequence: 1, bundle: hash, approvedBy: ['lin', 'wang'] };
  const writer = activity.logs.writer('registry');
  for (const partition of [0, 1]) {
    const value = encodePolicyActivated('spec', activation, START_MS);
    await writer.append('activity', partition, [{ key: null, value }]);
  }
  const stages = [0, 1].map((partition) => openStages(partition, text));
  const decisions: Decision[] = [];
  const deadLetters: DeadLetter[] = [];
  const grants = new Map<string, Grant & { readonly merchantId: string }>();
  const keep = (output: OutputRecord): void => {
    const { data, subject } = JSON.parse(output.text) as CloudEvent;
    if (output.log === 'decisions') decisions.push(data as unknown as Decision);
    if (output.log === 'dead-letters') deadLetters.push(data as unknown as DeadLetter);
    if (output.log !== 'grants') return;
    const grant = data as unknown as Grant;
    grants.set(grant.grantId, { ...grant, merchantId: subject! });
  };
  // Ten days in advance of the season, so that events can be too late at all.
  const sim = createMarketplace({
    seed: 5,
    merchants: 60,
    startMs: START_MS - 10 * DAY_MS,
    days: 10 + DAYS,
    tooLateRatePpm: 5_000,
    duplicateRatePpm: 0,
  });
  await playSeason({
    logs: activity.logs,
    sim,
    pseudonymKey: Buffer.alloc(32, 1),
    startMs: START_MS - 10 * DAY_MS,
    endMs: START_MS + DAYS * DAY_MS,
    readGrants: () => Promise.resolve([...grants.values()].filter(isActive).map(activeGrant)),
    drained: () => {
      for (const stage of stages) stage.feed(activity, keep);
      return Promise.resolve();
    },
  });
  const tooLate = countTooLate(activity.events(0)) + countTooLate(activity.events(1));
  return { decisions, deadLetters, sim, tooLate };
}

/** Both stages of a partition, fed with what is new in its activity log. */
function openStages(partition: number, bundleText: string) {
  const hash = (text: string): string => createHash('sha256').update(text).digest('hex');
  const scores = scoring.open(partition, null, hash);
  const allocates = allocator.open(partition, null, hash);
  let next = 0;
  const feed = (activity: ActivityInMemory, keep: (output: OutputRecord) => void): void => {
    for (const event of activity.events(partition, next)) {
      const position = [partition, next];
      next += 1;
      const key = event.subject ?? null;
      for (const output of step(scores, { position, key, text: JSON.stringify(event), event }, bundleText)) {
        keep(output);
        if (output.log !== 'capability') continue;
        const record = { ...output, event: decode(output.text) };
        for (const decided of step(allocates, record, bundleText)) keep(decided);
      }
    }
  };
  return { feed };
}

/** What a runner does around a step, with an empty store behind it. */
function step(machine: PartitionMachine, record: InputRecord, bundleText: string): readonly OutputRecord[] {
  const bundle = machine.needsBundle(record);
  if (bundle !== null) machine.addBundle(bundle, bundleText);
  const missing = machine.plan(record);
  if (missing.length > 0) machine.addRows(new Map(missing.map((key) => [key, null])));
  return machine.step(record);
}

function starterBundle(): { readonly text: string; readonly hash: string } {
  const outcome = compileBundle(parse(readFileSync(BUNDLE, 'utf8')));
  if ('findings' in outcome) throw new Error(JSON.stringify(outcome.findings));
  const { text } = outcome.compiled;
  return { text, hash: createHash('sha256').update(text).digest('hex') };
}

function countTooLate(activity: readonly CloudEvent[]): number {
  let nowMs = 0;
  let count = 0;
  for (const event of activity) {
    if (event.type === 'updraft.control.tick.v1') nowMs = Number(event.data['atMs']);
    else if (event.subject !== undefined && Date.parse(event.time) < nowMs - 7 * DAY_MS) count += 1;
  }
  return count;
}

function isActive(grant: Grant): boolean {
  return grant.status === 'active' || grant.status === 'shrunk';
}

function activeGrant(grant: Grant & { readonly merchantId: string }): ActiveGrant {
  const { grantId, merchantId, programme, kind, size, validUntil } = grant;
  return { grantId, merchantId, programme, kind, size, validUntilMs: Date.parse(validUntil) };
}

/// <reference types="node" />
import fc from 'fast-check';
import { createHash } from 'node:crypto';
import { scoring } from '../scoring/scoring-machine.ts';
import type { CloudEvent, FrozenRow, InputRecord, OutputRecord } from '../stage/stage.ts';
import { drive } from './drive.ts';
import { asInput, decisionsIn, given, type World } from './given.ts';
import { begin, tell, teller } from './history.ts';
import { policyText } from './random-policy.ts';

// Scoring says only what a decision could depend on. So decisions must be the same when it says everything: here a
// second scoring is made to look at every merchant before every record, and to say all it sees each time.
//
// What the comparison leaves out, and why:
// - positions and the values shown as evidence: saying more gives other ordinals, and a value is as of a position;
// - when exactly within one step of the history: due work runs in bounded shares, so the same decision may come with
//   one tick or with the next equal one. Hence all causes of a step count as one moment, and each step ends in ticks;
// - dry budgets: who is served first when funds come free depends on whose record comes first, and who waits at all on
//   whether it comes before the lease;
// - instants of length zero (no dwell, no settling): what is due at once is due with the next record, and saying
//   everything makes more records.

const SEED = 20_261_123;
const AMPLE = 1_000_000_000;
const TICKS_TO_REST = 3;

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const number = fc.noBias(fc.integer({ min: 0, max: 2 ** 31 - 1 }));
const history = fc.record({
  policies: fc.array(number, { minLength: 1, maxLength: 4 }),
  dice: fc.array(number, { maxLength: 120, size: 'max' }),
});

interface Told {
  readonly policies: readonly number[];
  readonly dice: readonly number[];
}

/** A row in the store as if it were due now and all that was said of it were something else. */
function asIfUnsaid(row: FrozenRow): FrozenRow {
  if (row.key.endsWith('#')) return row;
  const body = JSON.parse(row.body) as { said: object | null };
  const said = body.said === null ? null : { ...body.said, tier: '~' };
  return { ...row, due: 0, body: JSON.stringify({ ...body, said }) };
}

/** Replaces the world's scoring by one that says everything. */
function sayEverything(world: World, bundles: ReadonlyMap<string, string>): void {
  const eager = drive(scoring, sha256, bundles, 0, asIfUnsaid);
  world.step = (record: InputRecord): OutputRecord[] => {
    world.sent.push(record);
    if (eager.machine().position() !== null) eager.reopen();
    const caused = [...eager.step(record)];
    for (const output of caused.filter(({ log }) => log === 'capability')) {
      caused.push(...world.allocator.step(asInput(output)));
    }
    world.outputs.push(...caused);
    for (const { log, text } of caused) {
      if (log === 'treasury') world.treasury.write(JSON.parse(text) as CloudEvent);
    }
    return [...caused, ...world.treasury.read()];
  };
  const genesis = world.sent.shift()!;
  world.outputs.length = 0;
  world.step(genesis);
}

function decided({ policies, dice }: Told, isEager: boolean): { decisions: string[]; said: number } {
  const bundles = new Map<string, string>();
  const world = given(sha256, {}, bundles);
  if (isEager) sayEverything(world, bundles);
  const texts = policies.map((each) => policyText(each, [AMPLE], '6h', true));
  world.activate(texts[0]!);
  begin(world);
  const story = teller(texts, TICKS_TO_REST, true);
  const momentOf: number[] = world.sent.map(() => 0);
  for (const [at, each] of dice.entries()) {
    tell(world, story, each);
    while (momentOf.length < world.sent.length) momentOf.push(at + 1);
  }
  const settled = decisionsIn(world.outputs).filter(({ outcome }) => outcome !== 'wait');
  const decisions = settled.map(({ cause, merchant, programme, outcome, reasons, grant }) => {
    const moment = momentOf[Number(cause.position.split('/')[1])];
    const why = reasons.filter((reason) => !reason.startsWith('grant:')).join('+');
    return [moment, merchant, programme, outcome, why, grant?.size ?? 0].join(' ');
  });
  return {
    decisions: decisions.sort(),
    said: world.outputs.filter(({ log }) => log === 'capability').length,
  };
}

test('decisions from what is worth saying equal decisions from saying everything', () => {
  const outcomes = new Set<string>();
  let [saidLittle, saidAll] = [0, 0];
  const check = fc.property(history, (told) => {
    const little = decided(told, false);
    const all = decided(told, true);
    saidLittle += little.said;
    saidAll += all.said;
    for (const line of little.decisions) outcomes.add(line.split(' ')[3]!);
    expect(little.decisions).toEqual(all.decisions);
  });
  fc.assert(check, { seed: SEED, numRuns: 12 });
  for (const outcome of ['expire', 'issue', 'offer', 'revoke', 'shrink', 'withhold'])
    expect(outcomes).toContain(outcome);
  expect(saidAll).toBeGreaterThan(saidLittle * 2);
});

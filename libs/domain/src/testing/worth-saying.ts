import { parseBundle } from '../policy/compile.ts';
import { liveBundle, type LiveBundle } from '../scoring/live-bundle.ts';
import { scoringOf } from '../scoring/scoring-machine.ts';
import type {
  CloudEvent,
  FrozenRow,
  Hash,
  InputRecord,
  OutputRecord,
  StageDefinition,
} from '../stage/stage.ts';
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
// - withholdings that pass within one step, as while money is on its way: what stands at its end is compared;
// - dry budgets: who is served first when funds come free depends on whose record comes first, and who waits at all on
//   whether it comes before the lease;
// - instants of length zero (no dwell, no settling): what is due at once is due with the next record, and saying
//   everything makes more records.

const AMPLE = 1_000_000_000;
const TICKS_TO_REST = 3;

/** A history from numbers: the policies that it knows, and its steps. */
export interface Told {
  readonly policies: readonly number[];
  readonly dice: readonly number[];
}

/** What came of it: every decision in short, with the step it came in, and how many records said what is known. */
export interface Decided {
  readonly decisions: readonly string[];
  readonly said: number;
}

/** A row in the store as if it were due now and all that was said of it were something else. */
function asIfUnsaid(row: FrozenRow): FrozenRow {
  if (row.key.endsWith('#')) return row;
  const body = JSON.parse(row.body) as { said: object | null };
  const said = body.said === null ? null : { ...body.said, grain: -1 };
  return { ...row, due: 0, body: JSON.stringify({ ...body, said }) };
}

/** The eager scoring is opened anew for each record: its bundles are made ready once. */
function scoringWithMemory(): StageDefinition {
  const ready = new Map<string, LiveBundle>();
  return scoringOf((hash, text) => {
    const live = ready.get(hash) ?? liveBundle(hash, parseBundle(text));
    ready.set(hash, live);
    return live;
  });
}

/** Replaces the world's scoring by one that says everything. */
function sayEverything(world: World, bundles: ReadonlyMap<string, string>, hash: Hash): void {
  const eager = drive(scoringWithMemory(), hash, bundles, 0, asIfUnsaid);
  let lastTickMs: unknown = null;
  world.step = (record: InputRecord): OutputRecord[] => {
    world.sent.push(record);
    const { type, data } = record.event;
    const isTick = type === 'updraft.control.tick.v1';
    // A tick that is only there to rest tells nothing new.
    const isAtRest = isTick && data['atMs'] === lastTickMs;
    if (isTick) lastTickMs = data['atMs'];
    if (eager.machine().position() !== null && !isAtRest) eager.reopen();
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

let written: { readonly policies: readonly number[]; readonly texts: readonly string[] } | null = null;

/** Both scorings of a history decide by the same policies, which are written and compiled once. */
function textsOf(policies: readonly number[]): readonly string[] {
  if (written?.policies !== policies) {
    written = { policies, texts: policies.map((each) => policyText(each, [AMPLE], '6h', true)) };
  }
  return written.texts;
}

/** Plays a history by a scoring that says what is worth saying, or by an eager one that says everything. */
export function decidedBy(hash: Hash, { policies, dice }: Told, isEager: boolean): Decided {
  const bundles = new Map<string, string>();
  const world = given(hash, {}, bundles);
  if (isEager) sayEverything(world, bundles, hash);
  const texts = textsOf(policies);
  world.activate(texts[0]!);
  begin(world);
  for (let tick = 0; tick < TICKS_TO_REST; tick += 1) world.tick(world.nowMs);
  const story = teller(texts, TICKS_TO_REST, true);
  const momentOf: number[] = world.sent.map(() => 0);
  for (const [at, each] of dice.entries()) {
    tell(world, story, each);
    while (momentOf.length < world.sent.length) momentOf.push(at + 1);
  }
  const decisions = atRest(
    decisionsIn(world.outputs).map((decision) => ({
      ...decision,
      moment: momentOf[Number(decision.cause.position.split('/')[1])]!,
    })),
  );
  return {
    decisions: decisions.sort(),
    said: world.outputs.filter(({ log }) => log === 'capability').length,
  };
}

type Dated = ReturnType<typeof decisionsIn>[number] & { readonly moment: number };

/** Each decision in short, and of withholdings those that stand at the end of a moment and did not stand before. */
function atRest(decisions: readonly Dated[]): string[] {
  const short: string[] = [];
  const standing = new Map<string, string>();
  let moment = 0;
  let passing = new Map<string, string>();
  const rest = (): void => {
    for (const [about, why] of passing) {
      if (standing.get(about) !== why) short.push(`${moment} ${about} withhold ${why}`);
      standing.set(about, why);
    }
    passing = new Map();
  };
  for (const decision of decisions) {
    if (decision.moment !== moment) rest();
    moment = decision.moment;
    const { merchant, programme, outcome, reasons, grant } = decision;
    const about = `${merchant} ${programme}`;
    const why = reasons.filter((reason) => !reason.startsWith('grant:')).join('+');
    if (outcome === 'wait') continue;
    if (outcome === 'withhold') passing.set(about, why);
    else {
      passing.delete(about);
      standing.delete(about);
      short.push([moment, about, outcome, why, grant?.size ?? 0].join(' '));
    }
  }
  rest();
  return short;
}

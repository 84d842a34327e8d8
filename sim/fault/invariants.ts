import type { SharedLog } from '#contracts/logs';
import { comparePositions } from '#domain/stage/position';
import type { InputRecord, OutputRecord, PartitionMachine, StageDefinition } from '#domain/stage/stage';
import { decodeInput } from '#stage/decode-input';
import { sha256 } from '#stage/sha256';
import type { LogRecord } from '#stream/log';
import { committed, partitionsOf, stableEnd, type Broker } from './broker.ts';
import type { Scene } from './cluster.ts';
import { causeOf } from './position-text.ts';
import { STAGES } from './process.ts';
import type { Workload } from './workload.ts';

// What a schedule must leave behind, whatever happened in it: exactly what one uninterrupted run over the same
// activity produces. The run here shares the domain with the product and nothing else; what it could get wrong
// together with it is checked against the raw logs and the workload.

/** Violations in words; empty when all holds. */
export function violations({ broker, loud, world, tailsLost }: Scene, workload: Workload): string[] {
  const found: string[] = [];
  const shared = {
    treasury: rerunAll(broker, workload, 'treasury'),
    census: rerunAll(broker, workload, 'census'),
  };
  for (const each of [...shared.treasury, ...shared.census]) {
    found.push(...each.overdue, ...nothingDue(each, workload.endMs));
    for (const output of each.outputs) world.met(branchOf(output));
  }
  for (let partition = 0; partition < workload.partitions; partition++) {
    if (loud.spoils(partition)) continue;
    const activity = beforeHole(broker, partition);
    const isWhole = activity.length === partitionsOf(broker, 'activity')[partition]!.entries.length;
    const scored = rerun(STAGES.scoring, workload, partition, activity);
    const capability = ofLog(scored, 'capability');
    const decided = rerun(STAGES.allocator, workload, partition, capability.map(asRecord));
    const stands = (log: string): readonly LogRecord[] => committed(broker, log, partition);
    found.push(
      ...compare('capability', partition, capability, stands('capability')),
      ...compare('decisions', partition, ofLog(decided, 'decisions'), stands('decisions')),
      ...compareGrants(partition, ofLog(decided, 'grants'), stands('grants')),
      ...compareNumbered(`dead-letters ${partition}`, ofLog(scored, 'dead-letters'), stands('dead-letters')),
      ...compareWith('treasury', broker, partition, decided, shared.treasury, world.met),
      ...compareWith('census', broker, partition, scored, shared.census, world.met),
      ...ticksForwarded(partition, activity, capability),
      ...ofOneTransaction(broker, 'activity', partition, ['capability']),
      ...(tailsLost.has(partition)
        ? []
        : ofOneTransaction(broker, 'capability', partition, ['decisions', 'grants'])),
      ...scored.overdue,
      ...decided.overdue,
    );
    if (isWhole) found.push(...nothingDue(scored, workload.endMs), ...nothingDue(decided, workload.endMs));
    for (const output of [...scored.outputs, ...decided.outputs]) world.met(branchOf(output));
    if (scored.hasHeld || decided.hasHeld) world.met('held-while-catching-up');
  }
  return found;
}

function rerunAll(broker: Broker, workload: Workload, log: SharedLog): readonly Rerun[] {
  return Array.from({ length: workload.treasuries }, (_, place) =>
    rerun(STAGES[log], workload, place, committed(broker, log, place)),
  );
}

/** Activity has no holes; what comes after one must not have been stepped. */
function beforeHole(broker: Broker, partition: number): readonly LogRecord[] {
  const { entries } = partitionsOf(broker, 'activity')[partition]!;
  const hole = entries.findIndex(({ record }) => record === null);
  const activity = committed(broker, 'activity', partition);
  return hole < 0 ? activity : activity.slice(0, hole);
}

interface Rerun {
  readonly name: string;
  readonly outputs: readonly OutputRecord[];
  readonly machine: PartitionMachine;
  /** A tick's share is larger than a partition of the workload: whatever is due after one was not given its turn. */
  readonly overdue: readonly string[];
  readonly hasHeld: boolean;
}

function rerun(
  stage: StageDefinition,
  workload: Workload,
  partition: number,
  records: readonly LogRecord[],
): Rerun {
  const name = `${stage.name} ${partition}`;
  const machine = stage.open(partition, null, sha256);
  for (const { hash, text } of workload.bundles) machine.addBundle(hash, text);
  const outputs: OutputRecord[] = [];
  const overdue: string[] = [];
  let hasHeld = false;
  let nowMs = 0;
  for (const record of records) {
    const input: InputRecord = decodeInput(stage.input, partition, record, new Map());
    outputs.push(...machine.step(input));
    const tick = tickOf(input);
    if (tick === null || tick.atMs < nowMs) continue;
    nowMs = tick.atMs;
    if (!tick.catchingUp) continue;
    const rows = machine.rows();
    hasHeld ||= rows.some(({ held }) => held);
    const late = rows.find(({ due }) => due !== null && due <= nowMs);
    if (late !== undefined)
      overdue.push(`${name}: ${late.key} is due at ${late.due} after the tick of ${nowMs}`);
  }
  return { name, outputs, machine, overdue: overdue.slice(0, 1), hasHeld };
}

interface Tick {
  readonly atMs: number;
  readonly catchingUp: boolean;
}

function tickOf({ event }: InputRecord): Tick | null {
  const { type, data } = event;
  if (type === 'updraft.control.tick.v1') return data as unknown as Tick;
  const isForwarded = data['type'] === 'updraft.control.tick.v1';
  return isForwarded ? (data['control'] as unknown as Tick) : null;
}

function asRecord({ key, text }: OutputRecord, offset: number): LogRecord {
  return { key, value: Buffer.from(text), offset };
}

function ofLog({ outputs }: Rerun, log: OutputRecord['log']): readonly OutputRecord[] {
  return outputs.filter((output) => output.log === log);
}

/** A name for what the domain did, so that a run can show that its schedules reached it. */
function branchOf({ log, text }: OutputRecord): string {
  const [, word] = (log === 'decisions' ? /"outcome":"([a-z]+)"/ : /"reason":"([a-z-]+)"/).exec(text) ?? [];
  return word === undefined ? `output-${log}` : `output-${log}-${word}`;
}

function compare(
  log: string,
  partition: number,
  expected: readonly OutputRecord[],
  actual: readonly LogRecord[],
): string[] {
  const at = `${log} ${partition}`;
  const length = Math.max(expected.length, actual.length);
  for (let i = 0; i < length; i++) {
    const wanted = expected[i]?.text;
    const stands = actual[i]?.value.toString('utf8');
    if (wanted !== stands)
      return [`${at}: record ${i} should be ${wanted ?? 'absent'}, is ${stands ?? 'absent'}`];
  }
  const unordered = expected.find(
    (output, i) => i > 0 && comparePositions(expected[i - 1]!.position, output.position) >= 0,
  );
  return unordered === undefined ? [] : [`${at}: position ${unordered.position.join('/')} is out of order`];
}

function compareGrants(
  partition: number,
  expected: readonly OutputRecord[],
  actual: readonly LogRecord[],
): string[] {
  const latest = (pairs: readonly (readonly [string | null, string])[]): string =>
    JSON.stringify([...new Map(pairs)].sort(([a], [b]) => ((a ?? '') < (b ?? '') ? -1 : 1)));
  const wanted = latest(expected.map(({ key, text }) => [key, text]));
  const stands = latest(actual.map(({ key, value }) => [key, value.toString('utf8')]));
  return wanted === stands ? [] : [`grants ${partition}: the latest states differ`];
}

/** Who speaks with whom, and what is said to and fro. */
const TALKS = {
  treasury: { by: 'allocator', asked: 'request', answered: 'lease' },
  census: { by: 'scoring', asked: 'value', answered: 'statistic' },
} as const;

/** What the allocator asked of each treasury and was leased, or scoring told each census and heard of it. */
function compareWith(
  log: SharedLog,
  broker: Broker,
  partition: number,
  own: Rerun,
  others: readonly Rerun[],
  met: (what: string) => void,
): string[] {
  const { by, asked, answered } = TALKS[log];
  return others.flatMap(({ outputs }, place) => {
    const [one, other] = [`${by}/${partition}`, `${log}/${place}`];
    const said = ofLog(own, log).filter((output) => output.partition === place);
    const heard = outputs.filter((output) => output.partition === partition);
    const saidThere = writtenBy(one, committed(broker, log, place));
    const heardHere = writtenBy(other, committed(broker, 'activity', partition));
    if (saidThere.length > said.length) met(`${asked}-said-again`);
    if (heardHere.length > heard.length) met(`${answered}-said-again`);
    return [
      ...compareNumbered(`${asked}s of ${one} to ${other}`, said, saidThere),
      ...compareNumbered(`${answered}s of ${other} to ${one}`, heard, heardHere),
    ];
  });
}

function writtenBy(writer: string, records: readonly LogRecord[]): readonly LogRecord[] {
  return records.filter(({ value }) => value.includes(`"writer":"${writer}"`));
}

/** What is numbered may stand twice; its receiver takes exactly the next sequence and drops lower ones. */
function compareNumbered(
  what: string,
  expected: readonly OutputRecord[],
  actual: readonly LogRecord[],
): string[] {
  const taken: string[] = [];
  for (const { value } of actual) {
    const text = value.toString('utf8');
    const { sequence } = (JSON.parse(text) as { data: { sequence: number } }).data;
    if (sequence > taken.length + 1) return [`${what}: ${sequence} follows ${taken.length}`];
    if (sequence === taken.length + 1) taken.push(text);
    else if (taken[sequence - 1] !== text) return [`${what}: ${sequence} stands twice and differs`];
  }
  const wanted = expected.map(({ text }) => text);
  return JSON.stringify(wanted) === JSON.stringify(taken) ? [] : [`${what}: not those expected`];
}

const TICK = '"type":"updraft.control.tick.v1"';

/** Every tick that is not older than the one before is forwarded once, with its own time; counted from raw activity. */
function ticksForwarded(
  partition: number,
  activity: readonly LogRecord[],
  capability: readonly OutputRecord[],
): string[] {
  let nowMs = 0;
  let wanted = 0;
  for (const { value } of activity) {
    const text = value.toString('utf8');
    if (!text.includes(TICK)) continue;
    const { atMs } = (JSON.parse(text) as { data: Tick }).data;
    if (atMs < nowMs) continue;
    nowMs = atMs;
    wanted += 1;
  }
  const isForwarded = ({ text }: OutputRecord): boolean =>
    text.includes('"type":"updraft.capability.control.v1"') && text.includes(`${TICK}}`);
  const forwarded = capability.filter(isForwarded).length;
  return forwarded === wanted ? [] : [`ticks ${partition}: ${wanted} should be forwarded, ${forwarded} were`];
}

/** What one input record led to became visible in one transaction: nobody saw a part of it. */
function ofOneTransaction(
  broker: Broker,
  input: 'activity' | 'capability',
  partition: number,
  logs: readonly string[],
): string[] {
  const transactions = new Map<string, unknown>();
  for (const log of logs) {
    const modelled = partitionsOf(broker, log)[partition]!;
    for (const { record, transaction } of modelled.entries.slice(0, stableEnd(modelled))) {
      if (record === null || transaction?.state === 'aborted') continue;
      const cause = causeOf(input, record.value.toString('utf8')).join('/');
      if (!transactions.has(cause)) transactions.set(cause, transaction);
      else if (transactions.get(cause) !== transaction)
        return [`${log} ${partition}: what ${cause} led to came in several transactions`];
    }
  }
  return [];
}

/** The last ticks gave every due item its turn: none is left, and nobody is held any more. */
function nothingDue({ name, machine }: Rerun, endMs: number): string[] {
  const left = machine.rows().filter(({ due, held }) => held || (due !== null && due <= endMs));
  return left.length === 0 ? [] : [`${name}: still due or held: ${left.map(({ key }) => key).join(' ')}`];
}

import { comparePositions, formatPosition } from '#domain/stage/position';
import type { InputRecord, OutputRecord, PartitionMachine, StageDefinition } from '#domain/stage/stage';
import { decodeInput } from '#stage/decode-input';
import { positionOf } from '#stage/published-tail';
import { sha256 } from '#stage/sha256';
import type { LogRecord } from '#stream/log';
import { committed, type Broker } from './modelled-log.ts';
import { STAGES } from './process.ts';
import type { Workload } from './workload.ts';

// What a schedule must leave behind, whatever happened in it: exactly what one uninterrupted run over the same
// activity produces. The run here shares the domain with the product and nothing else; what it could get wrong
// together with it is checked against the workload.

/** Violations in words; empty when all holds. */
export function violations(broker: Broker, workload: Workload): string[] {
  const found: string[] = [];
  for (let partition = 0; partition < workload.partitions; partition++) {
    const activity = committed(broker, 'activity', partition);
    const scored = rerun(STAGES.scoring, workload, partition, activity);
    const capability = scored.outputs.filter(({ log }) => log === 'capability');
    const decided = rerun(
      STAGES.allocator,
      workload,
      partition,
      capability.map(({ key, text }, offset) => ({ key, value: Buffer.from(text), offset })),
    );
    found.push(
      ...compare('capability', partition, capability, committed(broker, 'capability', partition)),
      ...compare(
        'decisions',
        partition,
        ofLog(decided, 'decisions'),
        committed(broker, 'decisions', partition),
      ),
      ...compareGrants(partition, ofLog(decided, 'grants'), committed(broker, 'grants', partition)),
      ...compareLetters(
        partition,
        ofLog(scored, 'dead-letters'),
        committed(broker, 'dead-letters', partition),
      ),
      ...ticksForwarded(partition, activity, capability),
      ...nothingDue(`scoring ${partition}`, scored.machine, workload.endMs),
      ...nothingDue(`allocator ${partition}`, decided.machine, workload.endMs),
    );
  }
  return found;
}

/** How many outputs the workload led to, for the report. */
export function outputsOf(broker: Broker, workload: Workload, log: string): number {
  let count = 0;
  for (let partition = 0; partition < workload.partitions; partition++)
    count += committed(broker, log, partition).length;
  return count;
}

interface Rerun {
  readonly outputs: readonly OutputRecord[];
  readonly machine: PartitionMachine;
}

function rerun(
  stage: StageDefinition,
  workload: Workload,
  partition: number,
  records: readonly LogRecord[],
): Rerun {
  const machine = stage.open(partition, null, sha256);
  for (const { hash, text } of workload.bundles) machine.addBundle(hash, text);
  const outputs: OutputRecord[] = [];
  for (const record of records) {
    const input: InputRecord = decodeInput(stage.input, partition, record, new Map());
    outputs.push(...machine.step(input));
  }
  return { outputs, machine };
}

function ofLog({ outputs }: Rerun, log: OutputRecord['log']): readonly OutputRecord[] {
  return outputs.filter((output) => output.log === log);
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
  const unordered = expected.findIndex(
    (output, i) => i > 0 && comparePositions(expected[i - 1]!.position, output.position) >= 0,
  );
  return unordered < 0 ? [] : [`${at}: position ${expected[unordered]!.position.join('/')} is out of order`];
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

/** Dead letters may stand twice; their receiver takes exactly the next sequence and drops lower ones. */
function compareLetters(
  partition: number,
  expected: readonly OutputRecord[],
  actual: readonly LogRecord[],
): string[] {
  const taken: string[] = [];
  for (const { value } of actual) {
    const text = value.toString('utf8');
    const { sequence } = (JSON.parse(text) as { data: { sequence: number } }).data;
    if (sequence > taken.length + 1)
      return [`dead-letters ${partition}: ${sequence} follows ${taken.length}`];
    if (sequence === taken.length + 1) taken.push(text);
    else if (taken[sequence - 1] !== text)
      return [`dead-letters ${partition}: ${sequence} stands twice and differs`];
  }
  const wanted = expected.map(({ text }) => text);
  return JSON.stringify(wanted) === JSON.stringify(taken)
    ? []
    : [`dead-letters ${partition}: not those expected`];
}

/** Every tick that is not older than the one before is forwarded once, with its own time; counted from raw activity. */
function ticksForwarded(
  partition: number,
  activity: readonly LogRecord[],
  capability: readonly OutputRecord[],
): string[] {
  let nowMs = 0;
  let wanted = 0;
  for (const { value } of activity) {
    const event = JSON.parse(value.toString('utf8')) as { type: string; data: { atMs: number } };
    if (event.type !== 'updraft.control.tick.v1' || event.data.atMs < nowMs) continue;
    nowMs = event.data.atMs;
    wanted += 1;
  }
  const isTick = ({ text }: OutputRecord): boolean => {
    const event = JSON.parse(text) as { type: string; data: { type?: string } };
    return event.type === 'updraft.capability.control.v1' && event.data.type === 'updraft.control.tick.v1';
  };
  const forwarded = capability.filter(isTick).length;
  return forwarded === wanted ? [] : [`ticks ${partition}: ${wanted} should be forwarded, ${forwarded} were`];
}

/** The last ticks gave every due item its turn: none is left, and nobody is held any more. */
function nothingDue(at: string, machine: PartitionMachine, endMs: number): string[] {
  const left = machine.rows().filter(({ due, held }) => held || (due !== null && due <= endMs));
  return left.length === 0 ? [] : [`${at}: still due or held: ${left.map(({ key }) => key).join(' ')}`];
}

/** Position of the newest committed record of a derived log. */
export function lastPosition(broker: Broker, log: string, partition: number): string | null {
  const last = committed(broker, log, partition).at(-1);
  return last === undefined ? null : formatPosition(positionOf(last));
}

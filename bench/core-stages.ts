import { decode } from '#contracts/codec';
import { allocator } from '#domain/allocator/allocator-machine';
import { census } from '#domain/census/census-machine';
import { scoring } from '#domain/scoring/scoring-machine';
import type { Position } from '#domain/stage/position';
import type { InputRecord, OutputRecord, PartitionMachine } from '#domain/stage/stage';
import { treasury } from '#domain/treasury/treasury-machine';
import type { BundleFile } from '#stage/bundle-file';
import { sha256 } from '#stage/sha256';

// The steps of all stages on one core, without logs, database or network around them. Leases and statistics come with
// the batch after the one that they answer. What is measured is processor time of the steps alone, garbage collection
// included.

const STAGES = ['scoring', 'allocator', 'treasury', 'census'] as const;
type StageName = (typeof STAGES)[number];

export interface CoreFigures {
  readonly events: number;
  readonly merchants: number;
  /** Processor seconds of what is named. */
  readonly seconds: Readonly<Record<StageName | 'decode', number>>;
  readonly capabilityRecords: number;
  readonly tierChanges: number;
  readonly decisions: number;
  /** A snapshot of all rows, bytes. */
  readonly stateBytes: number;
}

/** A record to be read: of activity, or said by a stage. */
export interface Line {
  readonly key: string | null;
  readonly text: string;
}

export interface CoreStages {
  /** Steps these through all stages; gives what the allocator said. What they are answered waits for the next. */
  run(lines: readonly Line[]): readonly OutputRecord[];
  figures(): CoreFigures;
}

/** What is written for everybody is written to these logs as well; the census hears of no activation. */
const FOR_ALL = ['control.genesis.', 'control.tick.', 'control.settings.'];
const OF_TREASURY = [...FOR_ALL, 'control.policy-activated.'];

export function openCoreStages(bundle: BundleFile): CoreStages {
  const machines = {
    scoring: scoring.open(0, null, sha256),
    allocator: allocator.open(0, null, sha256),
    treasury: treasury.open(0, null, sha256),
    census: census.open(0, null, sha256),
  };
  const seconds = { decode: 0, scoring: 0, allocator: 0, treasury: 0, census: 0 };
  const timed = <T>(what: keyof typeof seconds, work: () => T): T => {
    const before = process.cpuUsage();
    const result = work();
    const { user, system } = process.cpuUsage(before);
    seconds[what] += (user + system) / 1e6;
    return result;
  };
  const tally = createTally();
  const read = { activity: 0, treasury: 0, census: 0 };
  let answers: Line[] = [];

  const ofLog = (log: keyof typeof read, lines: readonly Line[]): InputRecord[] =>
    timed('decode', () => lines.map(({ key, text }) => inputOf([0, read[log]++], key, text)));
  const stepped = (stage: StageName, inputs: readonly InputRecord[]): OutputRecord[] =>
    timed(stage, () => stepAll(machines[stage], inputs, bundle.text));
  const answer = (stage: 'treasury' | 'census', lines: readonly Line[]): void => {
    for (const { key, text } of stepped(stage, ofLog(stage, lines))) answers.push({ key, text });
  };

  return {
    run(lines) {
      const inputs = ofLog('activity', [...answers, ...lines]);
      answers = [];
      const said = stepped('scoring', inputs);
      const capability = said.filter(({ log }) => log === 'capability');
      const heard = timed('decode', () =>
        capability.map(({ position, key, text }) => inputOf(position, key, text)),
      );
      const decided = stepped('allocator', heard);
      tally.hear(lines, heard, decided);
      const controls = lines.filter(({ key }) => key === null);
      const shared = (types: readonly string[]): Line[] =>
        controls.filter(({ text }) => types.some((type) => text.includes(type)));
      answer('treasury', [...shared(OF_TREASURY), ...decided.filter(({ log }) => log === 'treasury')]);
      answer('census', [...shared(FOR_ALL), ...said.filter(({ log }) => log === 'census')]);
      return decided;
    },
    figures: () => ({
      ...tally.counts(),
      seconds,
      stateBytes: bytesOf(machines.scoring) + bytesOf(machines.allocator),
    }),
  };
}

export function inputOf(position: Position, key: string | null, text: string): InputRecord {
  return { position, key, text, event: decode(text) };
}

/** A whole snapshot, bytes. */
function bytesOf(machine: PartitionMachine): number {
  const { rows, chunks } = machine.freeze();
  const ofRows = rows.reduce((sum, { body }) => sum + body.length, 0);
  return ofRows + chunks.reduce((sum, { body }) => sum + body.length, 0);
}

function createTally() {
  const tiers = new Map<string, string | null>();
  const counts = { events: 0, capabilityRecords: 0, tierChanges: 0, decisions: 0 };
  return {
    counts: () => ({ ...counts, merchants: tiers.size }),
    hear(lines: readonly Line[], capability: readonly InputRecord[], decided: readonly OutputRecord[]): void {
      counts.events += lines.filter(({ key }) => key !== null).length;
      counts.decisions += decided.filter(({ log }) => log === 'decisions').length;
      for (const { key, event } of capability) {
        if (event.type !== 'updraft.capability.merchant.v1') continue;
        counts.capabilityRecords += 1;
        const tier = event.data['tier'] as string | null;
        if (tiers.has(key!) && tiers.get(key!) !== tier) counts.tierChanges += 1;
        tiers.set(key!, tier);
      }
    },
  };
}

function stepAll(machine: PartitionMachine, inputs: readonly InputRecord[], bundle: string): OutputRecord[] {
  const outputs: OutputRecord[] = [];
  for (const input of inputs) for (const output of stepOn(machine, input, bundle)) outputs.push(output);
  return outputs;
}

/** One record, of which all rows are in memory, by a policy whose text is `bundle`. */
export function stepOn(
  machine: PartitionMachine,
  record: InputRecord,
  bundle: string,
): readonly OutputRecord[] {
  const wanted = machine.needsBundle(record);
  if (wanted !== null) machine.addBundle(wanted, bundle);
  if (machine.plan(record).length > 0) throw new Error('a row was not in memory');
  return machine.step(record);
}

/** Events that the steps of all stages manage in a second of one core. */
export function eventsPerSecond({ events, seconds }: CoreFigures): number {
  return events / STAGES.reduce((sum, stage) => sum + seconds[stage], 0);
}

export function coreLines(title: string, figures: CoreFigures): string[] {
  const { events, merchants, capabilityRecords, tierChanges, decisions, stateBytes, seconds } = figures;
  const each = (what: keyof CoreFigures['seconds']): string => ((seconds[what] * 1e6) / events).toFixed(2);
  const share = (count: number): string => `${((100 * count) / events).toFixed(1)} %`;
  return [
    `${title}: the steps of the stages on one core`,
    `  ${events} events of ${merchants} merchants: ${share(tierChanges)} changed a tier, ` +
      `${share(capabilityRecords)} were worth saying, ${share(decisions)} decisions`,
    `  ${Math.round(eventsPerSecond(figures))} events/s: CPU-microseconds an event: ` +
      `${STAGES.map((stage) => `${stage} ${each(stage)}`).join(', ')}; decoding besides ${each('decode')}`,
    `  ${Math.round(stateBytes / merchants)} bytes of state a merchant`,
  ];
}

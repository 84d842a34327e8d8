import { decode } from '#contracts/codec';
import { allocator } from '#domain/allocator/allocator-machine';
import { census } from '#domain/census/census-machine';
import { scoring } from '#domain/scoring/scoring-machine';
import type { Position } from '#domain/stage/position';
import type { InputRecord, OutputRecord, PartitionMachine } from '#domain/stage/stage';
import { treasury } from '#domain/treasury/treasury-machine';
import type { BundleFile } from '#stage/bundle-file';
import { CLUSTER_LIMITS } from '#stage/limit';
import { sha256 } from '#stage/sha256';

// The steps of all stages on one core, without logs, database or network around them. Leases and statistics come with
// the batch after the one that they answer. What a stage says is given away as soon as a process would publish it: kept
// until the batch is through, it would be copied by every collection. What is measured is processor time of the steps
// alone, garbage collection included.

const STAGES = ['scoring', 'allocator', 'treasury', 'census'] as const;
type StageName = (typeof STAGES)[number];

/** What was measured so far. */
export interface CoreProgress {
  readonly events: number;
  /** Processor seconds of what is named. */
  readonly seconds: Readonly<Record<StageName | 'decode', number>>;
  readonly decisions: number;
}

export interface CoreFigures extends CoreProgress {
  readonly merchants: number;
  readonly capabilityRecords: number;
  readonly tierChanges: number;
  /** A snapshot of all rows, bytes. */
  readonly stateBytes: number;
}

/** A record to be read: of activity, or said by a stage. */
export interface Line {
  readonly key: string | null;
  readonly text: string;
}

export interface CoreStages {
  /** Steps a batch through all stages; gives what the allocator says. What they are answered waits for the next. */
  run(lines: readonly Line[]): Generator<readonly OutputRecord[], void>;
  progress(): CoreProgress;
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
  /** What a stage says to these, in portions as a process publishes them. */
  function* stepped(stage: StageName, inputs: readonly InputRecord[]): Generator<OutputRecord[], void> {
    for (let from = 0; from < inputs.length;) {
      const outputs: OutputRecord[] = [];
      timed(stage, () => {
        for (let bytes = 0; from < inputs.length && bytes < CLUSTER_LIMITS.publishBytesMax; from++) {
          for (const output of stepOn(machines[stage], inputs[from]!, bundle.text)) {
            outputs.push(output);
            bytes += output.text.length;
          }
        }
      });
      yield outputs;
    }
  }
  const answer = (stage: 'treasury' | 'census', lines: readonly Line[]): void => {
    for (const said of stepped(stage, ofLog(stage, lines))) {
      for (const { key, text } of said) answers.push({ key, text });
    }
  };

  return {
    *run(lines) {
      const controls = lines.filter(({ key }) => key === null);
      const shared = (types: readonly string[]): Line[] =>
        controls.filter(({ text }) => types.some((type) => text.includes(type)));
      const letters = { treasury: shared(OF_TREASURY), census: shared(FOR_ALL) };
      const inputs = ofLog('activity', [...answers, ...lines]);
      answers = [];
      tally.count('events', lines.length - controls.length);
      for (const said of stepped('scoring', inputs)) {
        letters.census.push(...said.filter(({ log }) => log === 'census'));
        const heard = timed('decode', () =>
          said
            .filter(({ log }) => log === 'capability')
            .map(({ position, key, text }) => inputOf(position, key, text)),
        );
        tally.hear(heard);
        for (const decided of stepped('allocator', heard)) {
          letters.treasury.push(...decided.filter(({ log }) => log === 'treasury'));
          tally.count('decisions', decided.filter(({ log }) => log === 'decisions').length);
          yield decided;
        }
      }
      answer('treasury', letters.treasury);
      answer('census', letters.census);
    },
    progress: () => ({ ...tally.counts(), seconds: { ...seconds } }),
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
    count(what: 'events' | 'decisions', more: number): void {
      counts[what] += more;
    },
    hear(capability: readonly InputRecord[]): void {
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
export function eventsPerSecond({ events, seconds }: CoreProgress): number {
  return events / STAGES.reduce((sum, stage) => sum + seconds[stage], 0);
}

export function coreLines(title: string, figures: CoreFigures): string[] {
  const { events, merchants, capabilityRecords, tierChanges, decisions, stateBytes } = figures;
  const share = (count: number): string => `${((100 * count) / events).toFixed(1)} %`;
  return [
    `${title}: the steps of the stages on one core`,
    `  ${events} events of ${merchants} merchants: ${share(tierChanges)} changed a tier, ` +
      `${share(capabilityRecords)} were worth saying, ${share(decisions)} decisions`,
    `  ${costs(figures)}`,
    `  ${Math.round(stateBytes / merchants)} bytes of state a merchant`,
  ];
}

function costs(progress: CoreProgress): string {
  const { events, seconds } = progress;
  const each = (what: keyof CoreProgress['seconds']): string => ((seconds[what] * 1e6) / events).toFixed(2);
  return (
    `${Math.round(eventsPerSecond(progress))} events/s: CPU-microseconds an event: ` +
    `${STAGES.map((stage) => `${stage} ${each(stage)}`).join(', ')}; decoding besides ${each('decode')}`
  );
}

/** On one line, for those who wait. */
export function progressLine(progress: CoreProgress): string {
  return `${progress.events} events, ${progress.decisions} decisions, ${costs(progress)}`;
}

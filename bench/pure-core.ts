import { makeAdmit } from '#contracts/admit';
import { decode } from '#contracts/codec';
import { encodeGenesis, encodePolicyActivated, encodeTick, makeGenesis } from '#contracts/genesis';
import { allocator } from '#domain/allocator/allocator-machine';
import { ENGINE } from '#domain/engine';
import { scoring } from '#domain/scoring/scoring-machine';
import { treasury } from '#domain/treasury/treasury-machine';
import { DUE_ITEMS_PER_TICK } from '#domain/stage/due-work';
import type { Position } from '#domain/stage/position';
import type { InputRecord, OutputRecord, PartitionMachine } from '#domain/stage/stage';
import { DAY_MS, localDay, MINUTE_MS } from '#domain/time';
import { readBundleFile, type BundleFile } from '#stage/bundle-file';
import { sha256 } from '#stage/sha256';
import { FIXED_WORKLOAD, workload } from './workload.ts';

// The pure core: the stages' steps on one core, without logs, database, decoding or network around them. Leases come
// with the batch after the one that asked for them. What is measured is processor time of the steps alone, garbage
// collection included.

export interface CoreFigures {
  readonly events: number;
  readonly merchants: number;
  /** Processor seconds of what is named. */
  readonly decodeSeconds: number;
  readonly scoringSeconds: number;
  readonly allocatorSeconds: number;
  readonly treasurySeconds: number;
  readonly capabilityRecords: number;
  readonly tierChanges: number;
  readonly decisions: number;
  /** A snapshot of all rows, bytes. */
  readonly stateBytes: number;
}

const BATCH_RECORDS = 4_000;
const TICK_MS = 10 * MINUTE_MS;

interface Line {
  readonly key: string | null;
  readonly text: string;
}

/** One partition's activity: genesis, the policy, events, and the ticks that an import would write. */
function* activity(events: number, merchants: number, bundle: BundleFile): Generator<Line> {
  const genesis = makeGenesis({
    logId: 'bench',
    partitions: 1,
    zone: 'Asia/Shanghai',
    latenessMs: 7 * DAY_MS,
    futureMs: TICK_MS,
    nowMs: FIXED_WORKLOAD.startMs,
    engine: ENGINE,
  });
  const admit = makeAdmit({ partitions: 1, pseudonymKey: Buffer.alloc(32, 1) });
  const activated = { sequence: 1, bundle: bundle.hash, approvedBy: ['one', 'two'] };
  yield { key: null, text: String(encodeGenesis(genesis)) };
  yield { key: null, text: String(encodePolicyActivated('bench', activated, genesis.nowMs)) };
  const seen = new Set<string>();
  let nowMs = genesis.nowMs;
  for (const { event, deliveredAtMs } of workload({ ...FIXED_WORKLOAD, merchants, events })) {
    const isMidnight =
      localDay(deliveredAtMs, genesis.zoneTransitions) !== localDay(nowMs, genesis.zoneTransitions);
    if (isMidnight || deliveredAtMs > nowMs + TICK_MS) {
      nowMs = deliveredAtMs;
      const times = isMidnight ? 1 + Math.ceil((2 * seen.size) / DUE_ITEMS_PER_TICK) : 1;
      const text = String(encodeTick('bench', { atMs: nowMs, catchingUp: false }));
      for (let sent = 0; sent < times; sent++) yield { key: null, text };
    }
    const outcome = admit(event);
    if (!outcome.admitted) throw new Error(`${event.id}: ${JSON.stringify(outcome.problems)}`);
    seen.add(outcome.merchantId);
    yield { key: outcome.merchantId, text: outcome.value.toString('utf8') };
  }
}

export async function measureCore(options: {
  readonly events: number;
  readonly merchants: number;
  readonly policy: string;
}): Promise<CoreFigures> {
  const bundle = await readBundleFile(options.policy);
  const stages = {
    scoring: scoring.open(0, null, sha256),
    allocator: allocator.open(0, null, sha256),
    treasury: treasury.open(0, null, sha256),
  };
  const seconds = { decode: 0, scoring: 0, allocator: 0, treasury: 0 };
  const timed = <T>(what: keyof typeof seconds, work: () => T): T => {
    const before = process.cpuUsage();
    const result = work();
    const { user, system } = process.cpuUsage(before);
    seconds[what] += (user + system) / 1e6;
    return result;
  };
  const tally = createTally();
  let offset = 0;
  let mails = 0;
  let leases: Line[] = [];
  const mail = (lines: readonly Line[]): void => {
    const inputs = timed('decode', () => lines.map(({ key, text }) => inputOf([0, mails++], key, text)));
    const said = timed('treasury', () => stepAll(stages.treasury, inputs, bundle.text));
    leases = said.map(({ key, text }) => ({ key, text }));
  };
  const run = (lines: readonly Line[]): void => {
    const first = offset;
    offset += lines.length;
    const inputs = timed('decode', () =>
      lines.map(({ key, text }, at) => inputOf([0, first + at], key, text)),
    );
    const said = timed('scoring', () => stepAll(stages.scoring, inputs, bundle.text));
    const capability = said.filter(({ log }) => log === 'capability');
    const heard = timed('decode', () =>
      capability.map(({ position, key, text }) => inputOf(position, key, text)),
    );
    tally.events += lines.filter(({ key }) => key !== null).length;
    for (const input of heard) tally.hear(input);
    const decided = timed('allocator', () => stepAll(stages.allocator, heard, bundle.text));
    tally.decisions += decided.filter(({ log }) => log === 'decisions').length;
    const controls = lines.filter(
      ({ text }) => text.includes('"updraft.control.') && !text.includes('control.lease'),
    );
    mail([...controls, ...decided.filter(({ log }) => log === 'treasury')]);
  };
  let lines: Line[] = [];
  for (const line of activity(options.events, options.merchants, bundle)) {
    lines.push(line);
    if (lines.length < BATCH_RECORDS) continue;
    run(lines);
    lines = leases;
  }
  run(lines);
  const { events, capabilityRecords, tierChanges, decisions } = tally;
  return {
    events,
    merchants: tally.merchants(),
    decodeSeconds: seconds.decode,
    scoringSeconds: seconds.scoring,
    allocatorSeconds: seconds.allocator,
    treasurySeconds: seconds.treasury,
    capabilityRecords,
    tierChanges,
    decisions,
    stateBytes: bytesOf(stages.scoring) + bytesOf(stages.allocator),
  };
}

function inputOf(position: Position, key: string | null, text: string): InputRecord {
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
  return {
    events: 0,
    capabilityRecords: 0,
    tierChanges: 0,
    decisions: 0,
    merchants: () => tiers.size,
    hear({ key, event }: InputRecord): void {
      if (event.type !== 'updraft.capability.merchant.v1') return;
      this.capabilityRecords += 1;
      const tier = event.data['tier'] as string | null;
      if (tiers.has(key!) && tiers.get(key!) !== tier) this.tierChanges += 1;
      tiers.set(key!, tier);
    },
  };
}

function stepAll(machine: PartitionMachine, inputs: readonly InputRecord[], bundle: string): OutputRecord[] {
  const outputs: OutputRecord[] = [];
  for (const input of inputs) {
    const wanted = machine.needsBundle(input);
    if (wanted !== null) machine.addBundle(wanted, bundle);
    if (machine.plan(input).length > 0) throw new Error('a row was not in memory');
    for (const output of machine.step(input)) outputs.push(output);
  }
  return outputs;
}
export function coreLines(figures: CoreFigures): string[] {
  const { events, merchants, capabilityRecords, tierChanges, decisions, stateBytes } = figures;
  const { decodeSeconds, scoringSeconds, allocatorSeconds, treasurySeconds } = figures;
  const each = (seconds: number): string => ((seconds * 1e6) / events).toFixed(2);
  const share = (count: number): string => `${((100 * count) / events).toFixed(1)} %`;
  return [
    'Core: the steps of the stages on one core',
    `  ${events} events of ${merchants} merchants: ${share(tierChanges)} changed a tier, ` +
      `${share(capabilityRecords)} were worth saying, ${share(decisions)} decisions`,
    `  ${Math.round(events / (scoringSeconds + allocatorSeconds + treasurySeconds))} events/s: CPU-microseconds ` +
      `an event: scoring ${each(scoringSeconds)}, allocator ${each(allocatorSeconds)}, ` +
      `treasury ${each(treasurySeconds)}; decoding besides ${each(decodeSeconds)}`,
    `  ${Math.round(stateBytes / merchants)} bytes of state a merchant`,
  ];
}

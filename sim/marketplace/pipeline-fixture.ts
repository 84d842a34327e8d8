import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { allocator } from '#domain/allocator/allocator-machine';
import { census } from '#domain/census/census-machine';
import type { Genesis } from '#domain/controls';
import type { DeadLetter, Decision, Grant, MerchantCapability } from '#domain/outputs';
import { compileBundle } from '#domain/policy/compile';
import { scoring } from '#domain/scoring/scoring-machine';
import type { CloudEvent, InputRecord, OutputRecord } from '#domain/stage/stage';
import { drive, type Driven } from '#domain/testing/drive';
import { CENSUS_CONTROLS, TREASURY_CONTROLS } from '#domain/testing/treasury-log';
import { treasury } from '#domain/treasury/treasury-machine';
import type { ActivityInMemory } from './history-fixture.ts';
import { followInForce, type ActiveGrant, type TrainingOffer } from './in-force.ts';

// For specs: the stages' own machines behind an activity log in memory. Partitions go on in step with each other, and
// what a partition asks of the treasury or tells the census is answered at once: before anything else of it is read.
// The runner and the transports are left out; they have suites of their own.

/** What a stage said of a merchant, when its log time was this. */
export type Said<T> = T & { readonly merchantId: string; readonly atMs: number };

/** With the number of decisions that were made before it. */
export type SaidOfCapability = Said<MerchantCapability> & { readonly decisionsBefore: number };

export interface PipelineInMemory {
  /** Decides on what is new in the activity log. */
  drain(): void;
  activeGrants(): readonly ActiveGrant[];
  trainingOffers(): readonly TrainingOffer[];
  readonly decisions: Said<Decision>[];
  readonly capabilities: SaidOfCapability[];
  readonly deadLetters: DeadLetter[];
  /** Log time at which an activity record was read, by its position. */
  readAtMs(position: string): number;
  readonly recorded: readonly RecordedPartition[];
  readonly allocators: readonly Driven[];
  readonly treasury: Driven;
}

/** All that a partition's stages read and said. */
export interface RecordedPartition {
  /** By offset. What treasury and census say stands among what others wrote. */
  readonly activity: readonly CloudEvent[];
  /** Of all that scoring and the allocator said, in order. */
  digest(): string;
}

interface Partition {
  readonly scoring: Driven;
  readonly allocator: Driven;
  /** Records of the activity log taken over from the writer. */
  taken: number;
  waiting: CloudEvent[];
  nowMs: number;
  /** By offset. */
  readonly read: { readonly event: CloudEvent; readonly atMs: number }[];
  readonly said: OutputDigest;
}

export function openPipeline(
  activity: ActivityInMemory,
  partitions: number,
  bundles: ReadonlyMap<string, string>,
): PipelineInMemory {
  const all = Array.from({ length: partitions }, (_, partition): Partition => {
    return {
      scoring: drive(scoring, sha256, bundles, partition),
      allocator: drive(allocator, sha256, bundles, partition),
      taken: 0,
      waiting: [],
      nowMs: 0,
      read: [],
      said: digestOutputs(),
    };
  });
  const shared = {
    treasury: { driven: drive(treasury, sha256, bundles, 0), mailed: 0 },
    census: { driven: drive(census, sha256, bundles, 0), mailed: 0 },
  };
  const inForce = followInForce();
  const decisions: Said<Decision>[] = [];
  const capabilities: SaidOfCapability[] = [];
  const deadLetters: DeadLetter[] = [];
  const activityQueue: { readonly partition: number; readonly event: CloudEvent }[] = [];
  const mail: { readonly to: keyof typeof shared; readonly event: CloudEvent }[] = [];

  function keep({ log, text }: OutputRecord): void {
    if (log === 'dead-letters')
      deadLetters.push((JSON.parse(text) as CloudEvent).data as unknown as DeadLetter);
    if (log !== 'decisions' && log !== 'grants') return;
    const { data, subject = '', time } = JSON.parse(text) as CloudEvent;
    if (log === 'grants') inForce.grant(subject, data as unknown as Grant);
    else {
      const decision = { ...(data as unknown as Decision), merchantId: subject, atMs: Date.parse(time) };
      decisions.push(decision);
      inForce.decision(subject, decision);
    }
  }

  function stepOne(partition: number, event: CloudEvent): void {
    const of = all[partition]!;
    const position = [partition, of.read.length];
    if (event.type === 'updraft.control.tick.v1') of.nowMs = Math.max(of.nowMs, Number(event.data['atMs']));
    if (event.type === 'updraft.control.genesis.v1') of.nowMs = (event.data as unknown as Genesis).nowMs;
    of.read.push({ event, atMs: of.nowMs });
    const record = { position, key: event.subject ?? null, text: JSON.stringify(event), event };
    for (const output of of.scoring.step(record)) {
      of.said.add(output);
      if (output.log === 'census') {
        mail.push({ to: 'census', event: JSON.parse(output.text) as CloudEvent });
        continue;
      }
      if (output.log !== 'capability') {
        keep(output);
        continue;
      }
      const said = inputOf(output);
      if (said.event.type === 'updraft.capability.merchant.v1') {
        const data = said.event.data as unknown as MerchantCapability;
        capabilities.push({
          ...data,
          merchantId: said.event.subject!,
          atMs: of.nowMs,
          decisionsBefore: decisions.length,
        });
      }
      for (const decided of of.allocator.step(said)) {
        of.said.add(decided);
        if (decided.log === 'treasury')
          mail.push({ to: 'treasury', event: JSON.parse(decided.text) as CloudEvent });
        else keep(decided);
      }
    }
    if (partition !== 0) return;
    if (TREASURY_CONTROLS.includes(event.type)) mail.push({ to: 'treasury', event });
    if (CENSUS_CONTROLS.includes(event.type)) mail.push({ to: 'census', event });
  }

  function step(partition: number, event: CloudEvent): void {
    stepOne(partition, event);
    for (;;) {
      const next = activityQueue.shift();
      const letter = next === undefined ? mail.shift() : undefined;
      if (next !== undefined) stepOne(next.partition, next.event);
      else if (letter === undefined) return;
      else {
        const { event } = letter;
        const at = shared[letter.to];
        const record = { position: [0, at.mailed++], key: null, text: JSON.stringify(event), event };
        for (const output of at.driven.step(record)) {
          activityQueue.push({ partition: output.partition!, event: JSON.parse(output.text) as CloudEvent });
        }
      }
    }
  }

  /** Up to and including the next record that moves the clock. */
  function stepOn(partition: number): void {
    const of = all[partition]!;
    const fromMs = of.nowMs;
    while (of.waiting.length > 0 && of.nowMs === fromMs) step(partition, of.waiting.pop()!);
  }

  return {
    drain() {
      for (const [partition, of] of all.entries()) {
        const fresh = activity.events(partition, of.taken);
        of.taken += fresh.length;
        of.waiting = fresh.reverse();
      }
      while (all.some(({ waiting }) => waiting.length > 0)) all.forEach((_, partition) => stepOn(partition));
    },
    activeGrants: inForce.grants,
    trainingOffers: inForce.offers,
    decisions,
    capabilities,
    deadLetters,
    readAtMs(position) {
      const [partition, offset] = position.split('/').map(Number);
      return all[partition!]!.read[offset!]!.atMs;
    },
    recorded: all.map(({ read, said }) => ({
      get activity() {
        return read.map(({ event }) => event);
      },
      digest: said.digest,
    })),
    allocators: all.map((of) => of.allocator),
    treasury: shared.treasury.driven,
  };
}

interface OutputDigest {
  add(output: OutputRecord): void;
  digest(): string;
}

export function digestOutputs(): OutputDigest {
  const hash = createHash('sha256');
  return {
    add: ({ log, text }) => void hash.update(`${log} ${text}\n`),
    digest: () => hash.copy().digest('hex'),
  };
}

export function inputOf(output: OutputRecord): InputRecord {
  return {
    position: output.position,
    key: output.key,
    text: output.text,
    event: JSON.parse(output.text) as CloudEvent,
  };
}

export interface CompiledPolicy {
  readonly hash: string;
  readonly text: string;
}

/** The starter policy, or what an edit of its text makes of it. */
export function starterPolicy(edit: (yaml: string) => string = (yaml) => yaml): CompiledPolicy {
  const yaml = readFileSync(join(import.meta.dirname, '../../policies/starter/bundle.yaml'), 'utf8');
  const outcome = compileBundle(parse(edit(yaml)));
  if ('findings' in outcome) throw new Error(JSON.stringify(outcome.findings));
  const { text } = outcome.compiled;
  return { text, hash: sha256(text) };
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { allocator } from '#domain/allocator/allocator-machine';
import type { Genesis } from '#domain/controls';
import type { DeadLetter, Decision, Grant, MerchantCapability } from '#domain/outputs';
import { compileBundle } from '#domain/policy/compile';
import { scoring } from '#domain/scoring/scoring-machine';
import type { CloudEvent, InputRecord, OutputRecord } from '#domain/stage/stage';
import { drive, type Driven } from '#domain/testing/drive';
import { TREASURY_CONTROLS } from '#domain/testing/treasury-log';
import { treasury } from '#domain/treasury/treasury-machine';
import type { ActivityInMemory } from './history-fixture.ts';
import { activeGrant, trainingOffer, type ActiveGrant, type TrainingOffer } from './in-force.ts';

// For specs: the three stages' own machines behind an activity log in memory. Partitions go on in step with each other,
// and what an allocator asks of the treasury is answered at once: before anything else of its partition is read. The
// runner and the transports are left out; they have suites of their own.

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
  readonly allocators: readonly Driven[];
  readonly treasury: Driven;
}

interface Partition {
  readonly scoring: Driven;
  readonly allocator: Driven;
  /** Records of the activity log taken over from the writer. */
  taken: number;
  waiting: CloudEvent[];
  nowMs: number;
  /** By offset. What the treasury says stands among what others wrote. */
  readonly readAt: number[];
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
      readAt: [],
    };
  });
  const ofTreasury = drive(treasury, sha256, bundles, 0);
  const inForce = followInForce();
  const decisions: Said<Decision>[] = [];
  const capabilities: SaidOfCapability[] = [];
  const deadLetters: DeadLetter[] = [];
  const activityQueue: { readonly partition: number; readonly event: CloudEvent }[] = [];
  const mail: CloudEvent[] = [];
  let mailed = 0;

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
    const position = [partition, of.readAt.length];
    if (event.type === 'updraft.control.tick.v1') of.nowMs = Math.max(of.nowMs, Number(event.data['atMs']));
    if (event.type === 'updraft.control.genesis.v1') of.nowMs = (event.data as unknown as Genesis).nowMs;
    of.readAt.push(of.nowMs);
    const record = { position, key: event.subject ?? null, text: JSON.stringify(event), event };
    for (const output of of.scoring.step(record)) {
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
        if (decided.log === 'treasury') mail.push(JSON.parse(decided.text) as CloudEvent);
        else keep(decided);
      }
    }
    if (partition === 0 && TREASURY_CONTROLS.includes(event.type)) mail.push(event);
  }

  function step(partition: number, event: CloudEvent): void {
    stepOne(partition, event);
    for (;;) {
      const next = activityQueue.shift();
      const letter = next === undefined ? mail.shift() : undefined;
      if (next !== undefined) stepOne(next.partition, next.event);
      else if (letter === undefined) return;
      else {
        const text = JSON.stringify(letter);
        for (const output of ofTreasury.step({ position: [0, mailed++], key: null, text, event: letter })) {
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
      return all[partition!]!.readAt[offset!]!;
    },
    allocators: all.map((of) => of.allocator),
    treasury: ofTreasury,
  };
}

function followInForce() {
  const grants = new Map<string, ActiveGrant>();
  const offers = new Map<string, TrainingOffer>();
  return {
    grant(merchantId: string, grant: Grant): void {
      const active = activeGrant(merchantId, grant);
      if (active === null) grants.delete(grant.grantId);
      else grants.set(grant.grantId, active);
    },
    decision(merchantId: string, decision: Decision): void {
      const offer = trainingOffer(merchantId, decision);
      const place = `${merchantId} ${decision.programme}`;
      if (offer === null) offers.delete(place);
      else offers.set(place, offer);
    },
    grants: () => [...grants.values()],
    offers: () => [...offers.values()],
  };
}

function inputOf(output: OutputRecord): InputRecord {
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

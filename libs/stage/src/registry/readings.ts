import { formatInstant } from '#domain/time';
import {
  lastPolicyActivation,
  pendingPolicyActivation,
  type PolicyActivation,
} from '#store/policy/policy-activations';
import { findPolicySteps, type PolicyStepName, type TakenStep } from '#store/policy/policy-steps';
import {
  findPolicyVersions,
  findPolicyVersionsFrom,
  type PolicyVersion,
} from '#store/policy/policy-versions';
import type { Sql } from '#store/sql';
import { confirmationsOf, placesOf } from './follow-activation.ts';
import { RegistryError } from './life.ts';
import type { RegistryPorts } from './registry-ports.ts';
import { notKnown } from './steps.ts';

/** Digits of a hash that must be given where it is not given whole. */
const PREFIX_CHARS_MIN = 8;
const HASH = /^[0-9a-f]+$/;
const HASH_CHARS = 64;
/** Steps shown of one bundle, the last ones: its whole history stays in the table. */
const STEPS_SHOWN_MAX = 200;

export type ReadingPorts = Pick<RegistryPorts, 'database' | 'store' | 'partitions' | 'treasuries'>;

/** A bundle by its hash, the first digits of it, or `live`. */
export async function findPolicy(sql: Sql, name: string): Promise<PolicyVersion> {
  if (name === 'live') {
    const [live] = await findPolicyVersions(sql, 'live', null, 1);
    if (live === undefined)
      throw new RegistryError('unknown', 'live: no policy is live as far as is confirmed');
    return live;
  }
  if (!HASH.test(name) || name.length < PREFIX_CHARS_MIN || name.length > HASH_CHARS) {
    const rule = `must be live, or a hash or its first digits, at least ${PREFIX_CHARS_MIN}`;
    throw new RegistryError('unknown', `${name}: ${rule}`);
  }
  const [found, another] = await findPolicyVersionsFrom(sql, name, 2);
  if (found === undefined) throw notKnown(name);
  if (another !== undefined) throw new RegistryError('unknown', `${name}: more than one hash begins so`);
  return found;
}

/** An activation and how far it is: partitions of activity and of the treasury whose stages have confirmed it. */
export interface ActivationSeen {
  readonly hash: string;
  readonly sequence: number;
  readonly state: PolicyActivation['state'];
  readonly approvedBy: readonly string[];
  readonly askedAt: string;
  readonly confirmed: number;
  readonly partitions: number;
}

export interface VersionSeen extends Omit<PolicyVersion, 'submittedAtMs' | 'why'> {
  readonly submittedAt: string;
  readonly reason: string;
}

export interface StepSeen {
  readonly step: PolicyStepName;
  readonly by: readonly string[];
  readonly at: string;
  readonly reason: string;
  /** Findings of a check, the sequence of an activation. */
  readonly details: Readonly<Record<string, unknown>>;
}

export interface PolicySeen extends VersionSeen {
  /** The last one that was asked for. */
  readonly activation: ActivationSeen | null;
  /** Oldest first, the last ones. */
  readonly steps: readonly StepSeen[];
}

/** What is live as far as is confirmed; and what is on its way, or how that which is live became so. */
export interface RegistrySeen {
  readonly live: VersionSeen | null;
  readonly activation: ActivationSeen | null;
}

export async function activationSeen(
  ports: ReadingPorts,
  activation: PolicyActivation,
): Promise<ActivationSeen> {
  const { hash, sequence, state, approvedBy, askedAtMs } = activation;
  return {
    hash,
    sequence,
    state,
    approvedBy,
    askedAt: formatInstant(askedAtMs),
    confirmed: await confirmationsOf(ports, activation),
    partitions: placesOf(ports),
  };
}

export async function policySeen(ports: ReadingPorts, version: PolicyVersion): Promise<PolicySeen> {
  const { database } = ports;
  const activation = await lastPolicyActivation(database, version.hash);
  return {
    ...versionSeen(version),
    activation: activation === null ? null : await activationSeen(ports, activation),
    steps: (await findPolicySteps(database, version.hash, STEPS_SHOWN_MAX)).map(stepSeen),
  };
}

export function versionSeen({ submittedAtMs, why, ...version }: PolicyVersion): VersionSeen {
  return { ...version, submittedAt: formatInstant(submittedAtMs), reason: why };
}

export async function registrySeen(ports: ReadingPorts): Promise<RegistrySeen> {
  const { database } = ports;
  const [live] = await findPolicyVersions(database, 'live', null, 1);
  const pending = await pendingPolicyActivation(database);
  const shown = pending ?? (live === undefined ? null : await lastPolicyActivation(database, live.hash));
  return {
    live: live === undefined ? null : versionSeen(live),
    activation: shown === null ? null : await activationSeen(ports, shown),
  };
}

function stepSeen({ step, people, why, details, atMs }: TakenStep): StepSeen {
  return { step, by: people, at: formatInstant(atMs), reason: why, details };
}

import {
  lastPolicyActivation,
  pendingPolicyActivation,
  type PolicyActivation,
} from '#store/policy/policy-activations';
import { findPolicyVersions } from '#store/policy/policy-versions';
import { askActivation, askFor, askRollback } from './ask-activation.ts';
import { isSamePerson, RegistryError } from './life.ts';
import type { RegistryPorts } from './registry-ports.ts';
import { approvePolicy } from './steps.ts';
import { submitPolicy, type Submission } from './submit.ts';

/**
 * A process that begins a workspace enters its policy and puts it live in its own name, which the history says. It
 * replaces nothing but what it entered itself: null where people have put something live, or are about to.
 */
export async function enterFirstPolicy(
  ports: RegistryPorts,
  submission: Submission,
  process: string,
): Promise<PolicyActivation | null> {
  const { database } = ports;
  const { hash } = submission;
  const [live] = await findPolicyVersions(database, 'live', null, 1);
  const pending = await pendingPolicyActivation(database);
  const isOurs = (names: readonly string[]): boolean => names.every((name) => name === process);
  const last = live === undefined ? null : await lastPolicyActivation(database, live.hash);
  if (last !== null && !isOurs(last.approvedBy)) return null;
  if (pending !== null && !isOurs(pending.approvedBy)) return null;
  const why = `first policy of the workspace, put live by ${process} itself`;
  const { version, findings } = await submitPolicy(database, submission, process, why);
  if (version.state === 'draft') {
    const errors = findings.filter(({ level }) => level === 'error');
    throw new RegistryError('state', errors.map(({ field, rule }) => `${field}: ${rule}`).join('; '));
  }
  const approved = (): readonly string[] => [process];
  return askFor(ports, { hash, step: 'activation-asked', people: [process], why, approved });
}

/** Two people submit, approve and activate at once; what was live before is rolled back to. */
export async function activateByTwo(
  ports: RegistryPorts,
  submission: Submission,
  people: readonly [string, string],
  why: string,
): Promise<PolicyActivation> {
  const { database } = ports;
  const { hash } = submission;
  const { version } = await submitPolicy(database, submission, people[0], why);
  if (version.state === 'superseded' || version.state === 'live')
    return askRollback(ports, hash, people, why);
  if (version.approvedBy !== null) return askActivation(ports, hash, people[0], why);
  const second = people.find((name) => !isSamePerson(name, version.submittedBy))!;
  await approvePolicy(database, hash, second, why);
  return askActivation(ports, hash, people[0], why);
}

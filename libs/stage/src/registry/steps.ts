import { pendingPolicyActivation } from '#store/policy/policy-activations';
import { addPolicyStep, type PolicyStepName } from '#store/policy/policy-steps';
import {
  approvePolicyVersion,
  lockPolicyVersion,
  setPolicyState,
  type PolicyVersion,
} from '#store/policy/policy-versions';
import type { Database, Sql } from '#store/sql';
import { isSamePerson, RegistryError, requireState, requireWords } from './life.ts';

/** A second person stands for the bundle. Approving it again changes nothing. */
export async function approvePolicy(
  database: Database,
  hash: string,
  by: string,
  why: string,
): Promise<PolicyVersion> {
  requireWords([by], why);
  return onVersion(database, hash, async (sql, version) => {
    if (isSamePerson(version.submittedBy, by)) {
      throw new RegistryError('people', `${by}: submitted ${hash}; another person must approve it`);
    }
    if (version.approvedBy !== null) return;
    requireState(version, 'approve');
    await approvePolicyVersion(sql, hash, by);
    await take(sql, hash, 'approved', [by], why);
  });
}

/** Takes a bundle that is not live out of use. It comes back only by being submitted again. */
export async function retirePolicy(
  database: Database,
  hash: string,
  by: string,
  why: string,
): Promise<PolicyVersion> {
  requireWords([by], why);
  return onVersion(database, hash, async (sql, version) => {
    requireState(version, 'retire');
    if (version.state === 'retired') return;
    if ((await pendingPolicyActivation(sql))?.hash === hash)
      throw new RegistryError('state', `${hash}: is being activated; activate another one first`);
    await setPolicyState(sql, hash, 'retired');
    await take(sql, hash, 'retired', [by], why);
  });
}

/** A checked bundle runs beside the live one, without effects, from here on. */
export async function noteShadowStarted(
  database: Database,
  hash: string,
  by: string,
  why: string,
): Promise<PolicyVersion> {
  requireWords([by], why);
  return onVersion(database, hash, async (sql, version) => {
    requireState(version, 'shadow');
    if (version.state === 'shadow') return;
    await setPolicyState(sql, hash, 'shadow');
    await take(sql, hash, 'shadow-started', [by], why);
  });
}

/** Its shadow is over: it is checked, as before. One that is no shadow any more is left as it is. */
export async function noteShadowEnded(
  database: Database,
  hash: string,
  by: string,
  why: string,
): Promise<PolicyVersion> {
  requireWords([by], why);
  return onVersion(database, hash, async (sql, { state }) => {
    if (state !== 'shadow') return;
    await setPolicyState(sql, hash, 'checked');
    await take(sql, hash, 'shadow-ended', [by], why);
  });
}

export function notKnown(hash: string): RegistryError {
  return new RegistryError('unknown', `${hash}: no such policy was submitted`);
}

/** Does it with the bundle's row locked, and answers how it stands then. */
function onVersion(
  database: Database,
  hash: string,
  work: (sql: Sql, version: PolicyVersion) => Promise<void>,
): Promise<PolicyVersion> {
  return database.transaction(async (sql) => {
    const version = await lockPolicyVersion(sql, hash);
    if (version === null) throw notKnown(hash);
    await work(sql, version);
    return (await lockPolicyVersion(sql, hash))!;
  });
}

function take(
  sql: Sql,
  hash: string,
  step: PolicyStepName,
  people: readonly string[],
  why: string,
): Promise<void> {
  return addPolicyStep(sql, { hash, step, people, why, details: {} });
}

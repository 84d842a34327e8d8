import { parseBundle } from '#domain/policy/compile';
import {
  endPolicyActivation,
  insertPolicyActivation,
  lastPolicyActivation,
  lastPolicySequence,
  lockPolicyActivations,
  pendingPolicyActivation,
  type PolicyActivation,
} from '#store/policy/policy-activations';
import { addPolicyStep, type PolicyStepName } from '#store/policy/policy-steps';
import {
  findPolicyVersionsFrom,
  lockPolicyVersion,
  readPolicyContent,
  type PolicyVersion,
} from '#store/policy/policy-versions';
import type { Sql } from '#store/sql';
import { ACTIVATION_READERS, newestSequence, publishBundle } from '../activation.ts';
import { readFacts, type Facts } from '../until-confirmed.ts';
import { goLive } from './go-live.ts';
import { isSamePerson, RegistryError, requireState, requireWords } from './life.ts';
import type { RegistryPorts } from './registry-ports.ts';
import { notKnown } from './steps.ts';

/** What is asked for, by whom, and who stands for it. Throws RegistryError where `approved` refuses. */
export interface Wish {
  readonly hash: string;
  readonly step: PolicyStepName;
  readonly people: readonly string[];
  readonly why: string;
  /** The names that go into the log for ever. */
  readonly approved: (version: PolicyVersion) => readonly string[];
}

/** Asks for an approved bundle to go live. Asking again changes nothing. */
export function askActivation(
  ports: RegistryPorts,
  hash: string,
  by: string,
  why: string,
): Promise<PolicyActivation> {
  const approved = (version: PolicyVersion): readonly string[] => {
    requireState(version, 'activate');
    if (version.approvedBy === null)
      throw new RegistryError('people', `${hash}: a second person must approve it before it goes live`);
    return [version.submittedBy, version.approvedBy];
  };
  return askFor(ports, { hash, step: 'activation-asked', people: [by], why, approved });
}

/** Asks for a bundle that was live before to be live again. It takes two people, whoever stood for it then. */
export async function askRollback(
  ports: RegistryPorts,
  hash: string,
  people: readonly string[],
  why: string,
): Promise<PolicyActivation> {
  const [one, other] = people;
  if (one === undefined || other === undefined || isSamePerson(one, other))
    throw new RegistryError('people', `${people.join(' ')}: a rollback takes two different people`);
  const approved = (version: PolicyVersion): readonly string[] => {
    requireState(version, 'roll back to');
    return people;
  };
  return askFor(ports, { hash, step: 'rollback-asked', people, why, approved });
}

/**
 * The content stands in the log before anything is asked for; what was pending gives way. The number is above all that
 * were ever given, whether or not their records have been read: what is asked for last is live in the end.
 */
export async function askFor(ports: RegistryPorts, wish: Wish): Promise<PolicyActivation> {
  const { hash, people, why } = wish;
  requireWords(people, why);
  const { database } = ports;
  const content = await readPolicyContent(database, hash);
  const [known] = await findPolicyVersionsFrom(database, hash, 1);
  if (content === null || known === undefined) throw notKnown(hash);
  if (known.state !== 'live') wish.approved(known);
  await publishReadable(ports, hash, content.content);
  const facts = await readFacts(ports, ACTIVATION_READERS);
  return database.transaction(async (sql) => {
    await lockPolicyActivations(sql);
    const version = (await lockPolicyVersion(sql, hash))!;
    const pending = await pendingPolicyActivation(sql);
    if (pending?.hash === hash) return pending;
    if (pending === null && version.state === 'live') return (await lastPolicyActivation(sql, hash))!;
    const approvedBy = wish.approved(version);
    if (pending !== null) await giveWay(sql, pending, hash);
    const last = await lastPolicySequence(sql);
    const isThere = pending === null && isLiveEverywhere(ports, hash, facts) && newestSequence(facts) > last;
    const sequence = isThere ? newestSequence(facts) : Math.max(newestSequence(facts), last) + 1;
    const activation = await insertPolicyActivation(sql, { hash, sequence, state: 'pending', approvedBy });
    const details = { sequence, approvedBy };
    await addPolicyStep(sql, { hash, step: wish.step, people, why, details });
    if (!isThere) return activation;
    await goLive(sql, activation);
    return { ...activation, state: 'confirmed' };
  });
}

async function publishReadable(ports: RegistryPorts, hash: string, content: string): Promise<void> {
  try {
    parseBundle(content);
  } catch (error) {
    throw new RegistryError('state', `${hash}: ${(error as Error).message}`);
  }
  await publishBundle(ports, hash, content);
}

async function giveWay(sql: Sql, { id, hash, sequence }: PolicyActivation, to: string): Promise<void> {
  await endPolicyActivation(sql, id, 'superseded');
  const details = { sequence, by: to };
  await addPolicyStep(sql, { hash, step: 'activation-superseded', people: [], why: '', details });
}

/** Put there before the registry was, or by something that does not know it. */
function isLiveEverywhere(
  { partitions, treasuries }: RegistryPorts,
  hash: string,
  facts: readonly Facts[],
): boolean {
  const newest = newestSequence(facts);
  const there = facts.filter((each) => each['bundleSequence'] === newest && each['bundle'] === hash);
  return newest > 0 && there.length === partitions + treasuries;
}

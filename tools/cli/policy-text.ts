import type { CheckFinding } from '#stage/registry/check-before-live';
import type {
  ActivationSeen,
  PolicySeen,
  RegistrySeen,
  StepSeen,
  VersionSeen,
} from '#stage/registry/readings';

// What the commands of the registry print, from what its readings answer.

const HASH_SHOWN_CHARS = 12;

export function listLine({
  hash,
  bundle,
  state,
  submittedBy,
  submittedAt,
  approvedBy,
  reason,
}: VersionSeen): string {
  const people = approvedBy === null ? submittedBy : `${submittedBy} and ${approvedBy}`;
  return `${shortly(hash)}  ${state.padEnd(10)}  ${bundle}, ${submittedAt}, ${people}: ${reason}`;
}

export function policyLines(seen: PolicySeen): string[] {
  const { hash, bundle, state, submittedBy, approvedBy, activation, steps } = seen;
  const approval = approvedBy === null ? 'not approved' : `approved by ${approvedBy}`;
  return [
    `${bundle} is ${state}, ${hash}`,
    `submitted by ${submittedBy}, ${approval}`,
    ...(activation === null ? [] : [activationLine(activation)]),
    ...steps.map(stepLine),
  ];
}

export function statusLines({ live, activation }: RegistrySeen): string[] {
  const first =
    live === null
      ? 'no policy is live as far as is confirmed'
      : `live: ${live.bundle}, submitted by ${live.submittedBy}, ${live.hash}`;
  return activation === null ? [first] : [first, activationLine(activation)];
}

function activationLine(seen: ActivationSeen): string {
  const { hash, sequence, state, confirmed, partitions, approvedBy, askedAt } = seen;
  return (
    `activation ${sequence} of ${shortly(hash)}: ${state}, ${confirmed}/${partitions} partitions have confirmed; ` +
    `asked for at ${askedAt}, ${approvedBy.join(' and ')}`
  );
}

function stepLine({ step, by, at, reason, details }: StepSeen): string {
  const findings = (details['findings'] ?? []) as readonly CheckFinding[];
  const found = findings.map(({ field, rule }) => `${field} ${rule}`).join('; ');
  return [`${at}  ${step}`, by.join(' and '), reason, found].filter((part) => part !== '').join(', ');
}

function shortly(hash: string): string {
  return hash.slice(0, HASH_SHOWN_CHARS);
}

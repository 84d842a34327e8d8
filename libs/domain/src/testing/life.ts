import type { GrantState } from '../allocator/grant-states.ts';
import type { Outcome } from '../outputs.ts';
import type { OutputRecord } from '../stage/stage.ts';
import { decisionsIn, grantsIn } from './given.ts';

/** A step in the life of a grant, as the logs alone tell it. */
export interface Step {
  readonly from: GrantState;
  readonly outcome: Outcome;
  readonly to: GrantState;
}

const APPLICANT: Partial<Record<Outcome, GrantState>> = {
  withhold: 'none',
  offer: 'offered',
  wait: 'waiting',
};

/** Every step that the decisions took, told from decisions and grants and nothing else. */
export function stepsIn(outputs: readonly OutputRecord[]): Step[] {
  const statuses = new Map(grantsIn(outputs).map(({ decision, status }) => [decision, status]));
  const applicants = new Map<string, GrantState>();
  const grants = new Map<string, GrantState>();
  const steps: Step[] = [];
  for (const { merchant, programme, outcome, grant, position } of decisionsIn(outputs)) {
    if (outcome === 'refuse-usage') continue;
    const applicant = `${merchant} ${programme}`;
    const isRunning = grant !== null && outcome !== 'issue';
    const from = isRunning ? grants.get(grant.grantId)! : (applicants.get(applicant) ?? 'none');
    const to = grant === null ? (APPLICANT[outcome] ?? 'none') : statuses.get(position)!;
    steps.push({ from, outcome, to });
    if (grant !== null) grants.set(grant.grantId, to);
    if (!isRunning) applicants.set(applicant, grant === null ? to : 'none');
  }
  return steps;
}

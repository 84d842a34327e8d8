import type { Outcome } from '../outputs.ts';

// The life of a grant, the same for every kind. What stands here is what decisions may do: `decide` refuses anything
// else, and docs/grants.md draws it (a test compares them).

/** Where a merchant stands with a programme, or a grant in its life. */
export type GrantState =
  | 'none'
  | 'offered'
  | 'waiting'
  | 'active'
  | 'shrunk'
  | 'grown'
  | 'used-up'
  | 'expired'
  | 'revoked'
  | 'clawed-back'
  | 'settled';

export interface Transition {
  readonly from: readonly GrantState[];
  readonly outcome: Outcome;
  readonly to: GrantState;
  /** In words, for the page of the life of a grant. */
  readonly when: string;
}

const APPLYING: readonly GrantState[] = ['none', 'offered', 'waiting'];
const RUNNING: readonly GrantState[] = ['active', 'shrunk', 'grown'];
const ENDED: readonly GrantState[] = ['used-up', 'expired', 'revoked', 'clawed-back'];

/** What leaves a running grant in the state in which it is. */
const stays = (outcome: Outcome, when: string): Transition[] =>
  RUNNING.map((state) => ({ from: [state], outcome, to: state, when }));

export const TRANSITIONS: readonly Transition[] = [
  {
    from: APPLYING,
    outcome: 'withhold',
    to: 'none',
    when: 'something speaks against it, or no money came in time',
  },
  { from: APPLYING, outcome: 'offer', to: 'offered', when: 'only the training is missing' },
  { from: ['offered'], outcome: 'forfeit', to: 'none', when: 'the training was not done in time' },
  {
    from: APPLYING,
    outcome: 'wait',
    to: 'waiting',
    when: 'eligible, and the money is on its way',
  },
  { from: APPLYING, outcome: 'issue', to: 'active', when: 'eligible, and the money is reserved' },
  { from: RUNNING, outcome: 'advance', to: 'active', when: 'the next stage was earned' },
  { from: RUNNING, outcome: 'shrink', to: 'shrunk', when: 'the merchant can carry less than was given' },
  { from: RUNNING, outcome: 'grow', to: 'grown', when: 'the merchant can carry more, one step at a time' },
  ...stays('pace', 'delivery is behind schedule, or no longer'),
  ...stays('forfeit', 'the next stage was not earned in time'),
  { from: RUNNING, outcome: 'renew', to: 'active', when: 'its time is over and the conditions still hold' },
  { from: RUNNING, outcome: 'expire', to: 'expired', when: 'its time is over' },
  { from: RUNNING, outcome: 'expire', to: 'used-up', when: 'nothing of it is left' },
  ...stays('warn', 'the condition for revoking is met, and there is time to comply'),
  ...stays('clear', 'what it was warned of was made good in time'),
  {
    from: RUNNING,
    outcome: 'revoke',
    to: 'revoked',
    when: 'the condition for revoking is met and any time to comply over, or the merchant closed',
  },
  {
    from: [...RUNNING, 'used-up', 'expired', 'revoked'],
    outcome: 'claw-back',
    to: 'clawed-back',
    when: 'fraud: what was spent is claimed',
  },
  {
    from: ENDED,
    outcome: 'settle',
    to: 'settled',
    when: 'nothing more can be reported; the rest is free again',
  },
];

/** Throws for a step that no grant may take: a bug. */
export function checkTransition(from: GrantState, outcome: Outcome, to: GrantState): void {
  const isKnown = TRANSITIONS.some(
    (each) => each.outcome === outcome && each.to === to && each.from.includes(from),
  );
  if (!isKnown) throw new Error(`no grant goes from ${from} by ${outcome} to ${to}`);
}

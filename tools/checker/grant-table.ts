// The life of a grant as docs/grants.md draws it, written down once more.

export type State = 'none' | 'offered' | 'waiting' | Running | Ended | 'settled';
type Running = 'active' | 'shrunk' | 'grown';
type Ended = 'used-up' | 'expired' | 'revoked' | 'clawed-back';

export const RUNNING: readonly State[] = ['active', 'shrunk', 'grown'];
export const ENDED: readonly State[] = ['used-up', 'expired', 'revoked', 'clawed-back'];
const APPLYING: readonly State[] = ['none', 'offered', 'waiting'];

/** Outcome, the states from which it may come, and where it leads; `same`: nowhere else. */
const STEPS: readonly (readonly [string, readonly State[], State | 'same'])[] = [
  ['withhold', APPLYING, 'none'],
  ['offer', APPLYING, 'offered'],
  ['forfeit', ['offered'], 'none'],
  ['wait', APPLYING, 'waiting'],
  ['issue', APPLYING, 'active'],
  ['advance', RUNNING, 'active'],
  ['shrink', RUNNING, 'shrunk'],
  ['grow', RUNNING, 'grown'],
  ['pace', RUNNING, 'same'],
  ['forfeit', RUNNING, 'same'],
  ['renew', RUNNING, 'active'],
  ['expire', RUNNING, 'expired'],
  ['expire', RUNNING, 'used-up'],
  ['warn', RUNNING, 'same'],
  ['clear', RUNNING, 'same'],
  ['revoke', RUNNING, 'revoked'],
  ['claw-back', RUNNING, 'clawed-back'],
  ['claw-back', ['used-up', 'expired', 'revoked'], 'clawed-back'],
  ['settle', ENDED, 'settled'],
];

/** Where an outcome may lead from a state; empty: no grant takes that step. */
export function statesAfter(from: State, outcome: string): readonly State[] {
  return STEPS.filter(([name, states]) => name === outcome && states.includes(from)).map(([, , to]) =>
    to === 'same' ? from : to,
  );
}

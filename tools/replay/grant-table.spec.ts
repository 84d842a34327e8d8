import { TRANSITIONS, type GrantState } from '#domain/allocator/grant-states';
import { ENDED, RUNNING, statesAfter } from '#tools/checker/grant-table';

// The checker may import nothing of ours and has the table once more; here the two meet.

const STATES: readonly GrantState[] = [
  'none',
  'offered',
  'waiting',
  'active',
  'shrunk',
  'grown',
  'used-up',
  'expired',
  'revoked',
  'clawed-back',
  'settled',
];
const OUTCOMES = [...new Set(TRANSITIONS.map(({ outcome }) => outcome))];

test.each(OUTCOMES)(
  'from every state %s leads where the allocator lets it lead, and nowhere else',
  (outcome) => {
    for (const state of STATES) {
      const wanted = TRANSITIONS.filter((each) => each.outcome === outcome && each.from.includes(state));
      expect([state, ...statesAfter(state, outcome)].sort()).toEqual(
        [state, ...wanted.map(({ to }) => to)].sort(),
      );
    }
  },
);

test('what runs and what has ended is called so on both sides', () => {
  const issued = TRANSITIONS.filter(({ outcome }) => outcome === 'pace').flatMap(({ from }) => from);
  expect([...RUNNING].sort()).toEqual([...issued].sort());
  const settling = TRANSITIONS.find(({ outcome }) => outcome === 'settle')!.from;
  expect([...ENDED].sort()).toEqual([...settling].sort());
});

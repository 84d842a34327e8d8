import { programmeReports } from './shadow-report.ts';
import { createTally, type SideName, type Tally } from './tally.ts';
import type { Told } from './told.ts';

/** `issue 100`, `withhold budget-dry`: what one side decides about one merchant, in order. */
function hear(tally: Tally, side: SideName, ...decided: readonly string[]): void {
  for (const each of decided) {
    const [outcome, ...rest] = each.split(' ');
    const size = Number(rest.find((word) => /^\d/.test(word)) ?? 0);
    tally.hear(side, {
      offset: 0,
      merchant: 'm',
      programme: 'boost',
      outcome: outcome as Told['outcome'],
      reasons: rest.filter((word) => !/^\d/.test(word)),
      grantId: size > 0 ? side : null,
      size,
      bundle: 'b',
    });
  }
}

function counts(tally: Tally): object {
  const [{ differing, byMoneyOnly, newlyGet, noLongerGet }] = programmeReports([tally]) as [
    ReturnType<typeof programmeReports>[number],
  ];
  return { differing, byMoneyOnly, newlyGet, noLongerGet };
}

const SAME = { differing: 0, byMoneyOnly: 0, newlyGet: 0, noLongerGet: 0 };
const WAIT = 'wait budget-on-its-way';
const HELD = 'withhold budget-held-elsewhere';
const ISSUE = 'issue 100';

test('who waits live and gets the same at once from the shadow is no difference', () => {
  const tally = createTally();
  hear(tally, 'live', WAIT, ISSUE);
  hear(tally, 'shadow', ISSUE);
  expect(counts(tally)).toEqual(SAME);
});

test.each([HELD, 'withhold budget-dry'])(
  'who meets %s on the way to the same grant differs by money only',
  (why) => {
    const tally = createTally();
    hear(tally, 'live', WAIT, why, ISSUE);
    hear(tally, 'shadow', WAIT, ISSUE);
    expect(counts(tally)).toEqual({ ...SAME, byMoneyOnly: 1 });
  },
);

test('who is withheld for want of money and never gets what the other side gives is a difference', () => {
  const tally = createTally();
  hear(tally, 'live', ISSUE);
  hear(tally, 'shadow', WAIT, HELD);
  expect(counts(tally)).toEqual({ ...SAME, differing: 1, noLongerGet: 1 });
});

test('who lacks more than money on one side is a difference', () => {
  const tally = createTally();
  hear(tally, 'live', 'withhold budget-dry');
  hear(tally, 'shadow', 'withhold budget-dry no-headroom');
  expect(counts(tally)).toEqual({ ...SAME, differing: 1 });
});

test('what only one side said of money before puts nothing out of step that both decide after', () => {
  const tally = createTally();
  hear(tally, 'live', WAIT, HELD, ISSUE);
  hear(tally, 'shadow', ISSUE);
  tally.begin();
  expect(tally.before).toEqual({ pairs: 1, differing: 0, byMoneyOnly: 1 });
  for (const side of ['live', 'shadow'] as const) hear(tally, side, 'expire used-up 100', 'settle 100');
  expect(counts(tally)).toEqual(SAME);
});

test('a grant whose money was on its way when the comparison began belongs to the time before', () => {
  const tally = createTally();
  hear(tally, 'live', WAIT);
  hear(tally, 'shadow', ISSUE);
  tally.begin();
  expect(tally.before.differing).toBe(1);
  hear(tally, 'live', HELD, ISSUE);
  expect(tally.before.differing).toBe(0);
  for (const side of ['live', 'shadow'] as const) hear(tally, side, 'expire 100');
  expect(counts(tally)).toEqual({ ...SAME, byMoneyOnly: 1 });
});

test('a decision too many on one side before puts nothing out of step that both decide after', () => {
  const tally = createTally();
  hear(tally, 'live', 'withhold served');
  hear(tally, 'shadow', 'withhold floor-not-due', 'withhold served');
  tally.begin();
  expect(tally.before).toEqual({ pairs: 1, differing: 1, byMoneyOnly: 0 });
  for (const side of ['live', 'shadow'] as const) hear(tally, side, 'withhold floor-not-due');
  expect(counts(tally)).toEqual(SAME);
});

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { TRANSITIONS } from '#domain/allocator/grant-states';
import { codesIn, rowsUnder } from './markdown-table.ts';

// docs/grants.md is written by hand, for people. Its transitions are compared with those that the allocator allows.

const PAGE = readFileSync(join(import.meta.dirname, 'grants.md'), 'utf8');

test('the page has every transition that a grant may take, and no other', () => {
  const told = rowsUnder(PAGE, '## Transitions').map(({ From, Outcome, To, When }) => ({
    from: codesIn(From!),
    outcome: codesIn(Outcome!)[0],
    to: codesIn(To!)[0],
    when: When,
  }));
  expect(told).toEqual(TRANSITIONS);
});

test('every arrow of the diagram is a transition', () => {
  const arrows = [...PAGE.matchAll(/^ {2}(\w+) --> (\w+): (.+)$/gm)].flatMap(([, from, to, outcomes]) =>
    outcomes!.split(', ').map((outcome) => [from, outcome, to].join(' ').replaceAll('_', '-')),
  );
  const known = TRANSITIONS.flatMap(({ from, outcome, to }) =>
    from.map((state) => `${state} ${outcome} ${to}`),
  );
  expect(arrows.filter((arrow) => !known.includes(arrow))).toEqual([]);
  expect(arrows.length).toBeGreaterThan(20);
});

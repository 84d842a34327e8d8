import type { ConditionEvidence } from '#domain/outputs';
import { createReasons } from './reasons.ts';

const EVIDENCE = { value: null, margin: null, verdict: 'false' } as const;

function meaningOf(reason: string, what?: string, op = '>=', line: string | number = 'x'): string {
  const conditions =
    what === undefined ? [] : [{ ...EVIDENCE, id: reason, what, op, line } as ConditionEvidence];
  const reasons = createReasons();
  reasons.note({ reasons: [reason], conditions, budget: null }, null);
  return reasons.inWords(reason);
}

test('a condition means what it asks', () => {
  expect(meaningOf('late', 'metric:on_time', '<', 7_000)).toBe('on_time < 7000');
  expect(meaningOf('wanted', 'survey:wants_traffic', '!=', 'no')).toBe(
    'survey question “wants_traffic” ≠ no',
  );
  expect(meaningOf('trained', 'training:first-sale', 'completed')).toBe('training “first-sale”');
  expect(meaningOf('leader', 'certification:group-leader', '=')).toBe('certification “group-leader”');
});

test('a code means what people are told of it, and a word that nobody knows stays as it is', () => {
  expect(meaningOf('no-headroom')).toBe('it can carry no more orders than it already has');
  expect(meaningOf('something-new')).toBe('something-new');
  expect(createReasons().inWords('never-noted')).toBe('never-noted');
});

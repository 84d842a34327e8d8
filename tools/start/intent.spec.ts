import type { ConditionEvidence } from '#domain/outputs';
import { createIntent } from './intent.ts';

type Said = readonly [merchantId: string, programme: string, outcome: string, ...reasons: string[]];

/** A reason of this beginning is a question that nobody has answered yet. */
const UNASKED = 'unasked:';

function notAssessed(id: string): ConditionEvidence {
  return {
    id,
    what: 'survey:q',
    op: '=',
    line: 'yes',
    value: null,
    margin: null,
    verdict: 'not-assessed',
    asOf: '0/1/0',
  };
}

function linesOf(...said: readonly Said[]): readonly string[] {
  const intent = createIntent();
  for (const [merchantId, programme, outcome, ...reasons] of said) {
    const kind = programme === 'course' ? 'service' : 'traffic';
    const conditions = reasons.filter((reason) => reason.startsWith(UNASKED)).map(notAssessed);
    intent.note(merchantId, { programme, outcome: outcome as 'issue', reasons, conditions }, kind);
  }
  return intent.lines();
}

test('says what became of courses that were offered, each merchant and programme once', () => {
  const lines = linesOf(
    ['m1', 'welcome', 'offer', 'train-first'],
    ['m1', 'welcome', 'issue'],
    ['m2', 'welcome', 'offer', 'train-first'],
    ['m2', 'welcome', 'forfeit', 'training-late:c'],
    ['m3', 'welcome', 'offer', 'train-first'],
    ['m4', 'steps', 'forfeit', 'stage-late:second'],
  );
  expect(lines).toContain('trained first       courses offered 3: done and given 1, too late or never 1');
});

test('tells who could not carry it from who did not need it', () => {
  const lines = linesOf(
    ['m1', 'growth', 'withhold', 'no-headroom', 'cool-down'],
    ['m1', 'growth', 'withhold', 'no-headroom'],
    ['m2', 'growth', 'shrink', 'no-headroom'],
    ['m3', 'growth', 'withhold', 'not-needed', 'wants'],
    ['m3', 'growth', 'withhold', 'not-needed', 'wants'],
    ['m5', 'course', 'withhold', 'not-needed', 'asked-for'],
    ['m4', 'growth', 'withhold', 'not-needed', 'wants', 'busy'],
    ['m6', 'growth', 'withhold', 'not-needed', 'unasked:wants'],
  );
  expect(lines).toContain('could not carry it  merchants 1; boosts cut of 1');
  expect(lines).toContain('did not need it     merchants 2: wants 2, busy 1');
});

test('says what the floor gave, what was taken back and why, and who had nothing', () => {
  const lines = linesOf(
    ['m1', 'floor', 'issue', 'floor'],
    ['m1', 'floor', 'issue', 'floor'],
    ['m2', 'growth', 'issue'],
    ['m2', 'growth', 'revoke', 'late'],
    ['m2', 'growth', 'claw-back', 'fake'],
    ['m3', 'growth', 'withhold', 'late'],
    ['m2', 'growth', 'expire', 'duration-over'],
  );
  expect(lines).toContain('had the floor       merchants 1, grants 2');
  expect(lines).toContain('taken back          grants 2, of merchants 1: fake 1, late 1');
  expect(lines).toContain('had nothing at all  merchants 1 of 3');
});

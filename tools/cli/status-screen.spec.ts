import type { Status } from '#apps/console/src/partition-status';
import { faultsOf, statusLines } from './status-screen.ts';

type Stage = Status['partitions'][number]['stages'][string];

const WELL: Stage = {
  owner: 'scoring@host/7/a',
  takeover: 2,
  snapshotPosition: '0/41',
  publishedPosition: '0/41/0',
  snapshotAgeMs: 1_600,
  inputBeyondSnapshot: 3,
  isCatchingUp: false,
};

const LENDS: Stage = { ...WELL, snapshotPosition: '0/9', publishedPosition: null, inputBeyondSnapshot: 0 };

function statusOf(
  scoring: Stage,
  alarm: string | null = null,
  treasury: Stage | null = LENDS,
  census: Stage | null = LENDS,
): Status {
  const projection = { position: '0/41/0', lag: 5, alarm };
  return {
    asOf: {},
    treasury: [{ partition: 0, projection: { ...projection, alarm: null }, stage: treasury }],
    census: [{ partition: 0, stage: census }],
    deadLetters: { conflict: 1, 'too-late': 4 },
    partitions: [
      {
        partition: 0,
        now: '2026-11-11T00:00:00.000Z',
        nowPosition: '0/40',
        projections: { capability: projection, decisions: projection },
        stages: { scoring, allocator: { ...WELL, isCatchingUp: true } },
      },
    ],
  };
}

test('the screen says owner, position, what is behind, age, log time and dead letters', () => {
  expect(statusLines('workspace updraft', statusOf(WELL))).toEqual([
    'workspace updraft',
    '',
    'partition  stage      owner             stands at  behind  saved    log time',
    '0          scoring    scoring@host/7/a  0/41       3       2 s ago  2026-11-11T00:00:00.000Z',
    '0          allocator  scoring@host/7/a  0/41       3       2 s ago  2026-11-11T00:00:00.000Z  catching up',
    '0          treasury   scoring@host/7/a  0/9        0       2 s ago  -',
    '0          census     scoring@host/7/a  0/9        0       2 s ago  -',
    '',
    'Read side, records behind',
    'partition  capability  decisions  grants  dead letters',
    '0          5           5          -       -',
    '',
    'Dead letters: 1 conflict, 4 too-late',
    'All is well.',
  ]);
});

test.each<[string, Partial<Stage>, string]>([
  ['nobody owns', { owner: null }, 'scoring 0 has no owner'],
  ['input waits and nothing was saved for a minute', { snapshotAgeMs: 61_000 }, 'has not saved for 61 s'],
])('a fault is told where %s', (_, change, fault) => {
  expect(faultsOf(statusOf({ ...WELL, ...change })).join()).toContain(fault);
});

test('a partition of treasury or census that nobody owns is a fault', () => {
  expect(faultsOf(statusOf(WELL, null, null))).toEqual(['treasury 0 has no owner']);
  expect(faultsOf(statusOf(WELL, null, LENDS, null))).toEqual(['census 0 has no owner']);
});

test('an old snapshot of a stage that has read everything is no fault, and an alarm of the read side is one', () => {
  expect(faultsOf(statusOf({ ...WELL, snapshotAgeMs: 3_600_000, inputBeyondSnapshot: 0 }))).toEqual([]);
  expect(faultsOf(statusOf(WELL, 'chain broken'))).toContain('read side of decisions 0: chain broken');
});

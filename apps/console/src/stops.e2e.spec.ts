import 'reflect-metadata';
import { clearReadSide } from '#store/read/progress';
import { openTestDatabase, type TestDatabase } from '#store/testing/test-database';
import { bearer, ConsoleUnderTest } from './testing/console-under-test.ts';
import { stopText } from './testing/money-records.ts';
import { START_MS } from './testing/records.ts';

const GOOD = { scope: 'all', reason: 'spec' };
const SECOND = { 'x-second-authorization': bearer('second')['authorization']! };
const SCOPE_RULE = 'must be all, programme:ID or account:ID';
const REASON_RULE = 'must be 1 to 500 characters';

describe('stops over HTTP', () => {
  let opened: TestDatabase;
  let served: ConsoleUnderTest;

  beforeAll(async () => {
    opened = await openTestDatabase();
  }, 60_000);
  afterAll(() => opened.close());
  beforeEach(async () => {
    await clearReadSide(opened.database);
    served = await ConsoleUnderTest.open(opened.database);
  });
  afterEach(() => served.close());

  const stands = (partition: number, offset: number, ...rest: [object, number?]): void => {
    const [stop, atMs = START_MS] = rest;
    served.logs.append('capability', partition, null, stopText(`${partition}/${offset}/0`, stop, atMs));
  };

  test('what is stopped now is listed with the newest word, since the first, and where', async () => {
    const growth = 'programme:growth-boost';
    stands(0, 1, { scope: growth, by: ['wang'] });
    stands(1, 1, { scope: growth, by: ['wang'] }, START_MS + 1_000);
    stands(0, 2, { sequence: 2, scope: 'all' });
    stands(0, 3, { sequence: 3, scope: growth, reason: 'still' }, START_MS + 2_000);
    stands(0, 4, { sequence: 4, scope: 'all', isStopped: false });
    await served.projected();
    const { status, body } = await served.get('/v1/stops');
    const since = '2026-11-11T08:00:00.000Z';
    expect([status, body]).toEqual([
      200,
      {
        asOf: { capability: ['0/4/0', '1/1/0'] },
        stops: [{ scope: growth, by: ['lin'], reason: 'still', since, confirmed: 2, partitions: 2 }],
      },
    ]);
  });

  test('tables that an earlier version began do not say that nothing is stopped', async () => {
    await opened.database.query(
      `insert into read_progress (projection, partition, next_offset, position, marks)
       values ('capability', 1, 0, null, '{}')`,
    );
    const { status, body } = await served.get('/v1/stops');
    expect([status, body.detail]).toEqual([503, expect.stringContaining('partition 1 of capability')]);
  });

  test.each([
    ['/v1/stops', {}, 401, 'a bearer token of an operator is needed'],
    ['/v1/stops', bearer('auditor'), 403, 'role auditor may not stop or resume: only operator may'],
    ['/v1/stops', bearer('producer'), 403, 'role producer may not stop or resume: only operator may'],
    ['/v1/resumptions', { ...bearer('auditor'), ...SECOND }, 403, 'role auditor may not stop or resume'],
    ['/v1/resumptions', SECOND, 401, 'a bearer token of an operator is needed'],
    ['/v1/resumptions', bearer('operator'), 403, 'must be the bearer token of a second operator'],
    [
      '/v1/resumptions',
      { ...bearer('operator'), 'x-second-authorization': 'Bearer nonsense' },
      403,
      'must be the bearer token of a second operator',
    ],
    ['/v1/resumptions', { ...bearer('second'), ...SECOND }, 403, 'must be another person than second'],
    [
      '/v1/resumptions',
      { ...bearer('operator'), 'x-second-authorization': bearer('auditor')['authorization']! },
      403,
      'x-second-authorization: role auditor may not resume: only operator may',
    ],
  ])('%s with %j is answered %d', async (path, headers: Record<string, string>, status, detail) => {
    const answer = await served.post(path, GOOD, headers);
    expect([answer.status, answer.body.detail]).toEqual([status, expect.stringContaining(detail)]);
  });

  test.each([
    [{ scope: 'everything', reason: 'x' }, [['scope', '"everything"', SCOPE_RULE]]],
    [{ scope: 'programme:', reason: 'x' }, [['scope', '"programme:"', SCOPE_RULE]]],
    [{ scope: 'account:a b', reason: 'x' }, [['scope', '"account:a b"', SCOPE_RULE]]],
    [{ scope: ['all'], reason: 'x' }, [['scope', '["all"]', SCOPE_RULE]]],
    [{ scope: 'all' }, [['reason', 'absent', REASON_RULE]]],
    [{ scope: 'all', reason: ' ' }, [['reason', '" "', REASON_RULE]]],
    [{ scope: 'all', reason: '\ud800' }, [['reason', expect.any(String), REASON_RULE]]],
    [{ scope: 'all', reason: 'x'.repeat(501) }, [['reason', expect.any(String), REASON_RULE]]],
    [{ ...GOOD, by: 'wang' }, [['by', '"wang"', 'known fields are scope, reason']]],
    [
      [],
      [
        ['scope', 'absent', SCOPE_RULE],
        ['reason', 'absent', REASON_RULE],
      ],
    ],
  ])(
    '%j is refused with 400, naming field, value and rule',
    async (payload: unknown, problems: unknown[][]) => {
      const expected = problems.map(([field, value, rule]) => ({ field, value, rule }));
      for (const path of ['/v1/stops', '/v1/resumptions']) {
        const { status, body } = await served.post(path, payload, { ...bearer('operator'), ...SECOND });
        expect([status, body.problems]).toEqual([400, expected]);
      }
    },
  );

  test('a scope is not guessed at while no bundle is live', async () => {
    const asked = { scope: 'programme:growth-boost', reason: 'spec' };
    const { status, body } = await served.post('/v1/stops', asked, bearer('operator'));
    expect([status, body.problems]).toEqual([
      422,
      [{ field: 'scope', value: '"programme:growth-boost"', rule: 'must be all: no bundle is live' }],
    ]);
  });
});

import 'reflect-metadata';
import { readFileSync } from 'node:fs';
import { encodeGenesis, makeGenesis } from '#contracts/genesis';
import { ENGINE } from '#domain/engine';
import { openTestDatabase, type TestDatabase } from '#store/testing/test-database';
import { bearer, ConsoleUnderTest, PARTITIONS, type Body } from './testing/console-under-test.ts';
import { START_MS } from './testing/records.ts';

const STARTER = readFileSync(new URL('../../../policies/starter/bundle.yaml', import.meta.url), 'utf8');
const GOOD = { reason: 'spec' };
const FILES = { files: { 'bundle.yaml': STARTER }, ...GOOD };
const SECOND = { 'x-second-authorization': bearer('second')['authorization']! };
const REASON_RULE = 'must be 1 to 500 characters';
const NOWHERE = '0'.repeat(64);

type Answer = { readonly status: number; readonly body: Body };

describe('policies over HTTP', () => {
  let opened: TestDatabase;
  let served: ConsoleUnderTest;

  beforeAll(async () => {
    opened = await openTestDatabase();
  }, 60_000);
  afterAll(() => opened.close());
  beforeEach(async () => {
    await opened.database.query('truncate policy_activation, policy_step, policy_version');
    served = await ConsoleUnderTest.open(opened.database);
    const wish = {
      logId: 'spec',
      partitions: PARTITIONS,
      zone: 'Asia/Shanghai',
      nowMs: START_MS,
      engine: ENGINE,
    };
    served.logs.append('activity', 0, null, encodeGenesis(makeGenesis(wish)).toString('utf8'));
  });
  afterEach(() => served.close());

  const post = (path: string, payload: object, who = bearer('operator')): Promise<Answer> =>
    served.post(`/v1/policies${path}`, payload, who);
  const submitted = async (): Promise<string> => {
    const { status, body } = await post('', FILES);
    expect([status, body.state, body.submittedBy, body.findings]).toEqual([201, 'checked', 'operator', []]);
    return body.hash as string;
  };

  test('a policy is submitted with its files, is known from then on, and is read with its steps', async () => {
    const hash = await submitted();
    const again = await post('', { source: 'x', ...FILES });
    expect(again.status).toBe(400);
    const known = await post('', FILES, bearer('second'));
    expect([known.status, known.body.submittedBy]).toEqual([200, 'operator']);
    const { body } = await served.get(`/v1/policies/${hash.slice(0, 8)}`);
    expect(body).toMatchObject({ hash, bundle: 'starter', approvedBy: null, activation: null });
    expect(body.sources).toEqual({ entry: 'bundle.yaml', files: FILES.files });
    expect(body.compiled.id).toBe('starter');
    expect(body.steps.map(({ step }: Body) => step)).toEqual(['submitted', 'checked']);
    const { body: listed } = await served.get('/v1/policies?state=checked&limit=1');
    expect([listed.live, listed.next, listed.policies.map((each: Body) => each.hash)]).toEqual([
      null,
      null,
      [hash],
    ]);
    expect((await served.get('/v1/policies?state=live')).body.policies).toEqual([]);
  });

  test('what cannot be compiled is refused with every finding, its file and its line', async () => {
    const source = STARTER.replace('bundle: starter', 'bundel: starter').replace(
      'currency: CNY',
      'currency: yuan',
    );
    const { status, body } = await post('', { files: { 'bundle.yaml': source }, ...GOOD });
    expect(status).toBe(422);
    const found = body.problems.map(({ file, field }: Body) => `${file}${field}`);
    expect(found).toEqual(expect.arrayContaining(['bundle.yaml/bundel', 'bundle.yaml/currency']));
    expect(body.problems.every(({ line }: Body) => line > 0)).toBe(true);
    expect((await served.get('/v1/policies')).body.policies).toEqual([]);
  });

  test('nobody approves their own, nothing goes live unapproved, and a second approval changes nothing', async () => {
    const hash = await submitted();
    expect((await post(`/${hash}/activations`, GOOD)).body.detail).toContain('a second person must approve');
    expect((await post(`/${hash}/approvals`, GOOD)).status).toBe(403);
    for (const _ of ['once', 'again']) {
      const { status, body } = await post(`/${hash}/approvals`, GOOD, bearer('second'));
      expect([status, body.approvedBy]).toEqual([200, 'second']);
    }
    const asked = await post(`/${hash}/activations`, GOOD);
    const again = await post(`/${hash}/activations`, GOOD);
    expect([asked.status, again.status]).toEqual([202, 202]);
    expect(asked.body).toMatchObject({ hash, sequence: 1, state: 'pending', confirmed: 0, partitions: 3 });
    expect(again.body).toEqual(asked.body);
    expect((await post(`/${hash}/retirements`, GOOD)).body).toMatchObject({
      status: 409,
      detail: expect.stringContaining('is being activated'),
    });
    expect((await served.get('/v1/policies')).body.activation).toMatchObject({ hash, state: 'pending' });
  });

  test('what was never live is not rolled back to; what is retired is out', async () => {
    const hash = await submitted();
    const back = await post(`/${hash}/rollbacks`, GOOD, { ...bearer('operator'), ...SECOND });
    expect([back.status, back.body.detail]).toEqual([409, expect.stringContaining('it was never live')]);
    expect((await post(`/${hash}/retirements`, GOOD)).body.state).toBe('retired');
    expect((await post(`/${hash}/approvals`, GOOD, bearer('second'))).status).toBe(409);
  });

  test('a difference is told against another policy', async () => {
    const hash = await submitted();
    const text = STARTER.replace('bundle: starter', 'bundle: another');
    const other = await post('', { files: { 'a/bundle.yaml': text }, entry: 'a/bundle.yaml', ...GOOD });
    const { body } = await served.get(`/v1/policies/${other.body.hash}/diff?against=${hash}`);
    expect(body).toMatchObject({ before: hash, after: other.body.hash });
    expect(body.changes.map(({ words }: Body) => words)).toEqual(['bundle: id starter → another']);
    expect((await served.get(`/v1/policies/${hash}/diff`)).body.detail).toContain('live: no policy is live');
    expect((await served.get(`/v1/policies/${hash}/diff?against=all`)).status).toBe(400);
  });

  test.each([
    ['', FILES],
    [`/${NOWHERE}/approvals`, GOOD],
    [`/${NOWHERE}/activations`, GOOD],
    [`/${NOWHERE}/rollbacks`, GOOD],
    [`/${NOWHERE}/retirements`, GOOD],
  ])('POST /v1/policies%s is for operators', async (path, payload) => {
    const answers = [
      await post(path, payload, {}),
      await post(path, payload, bearer('auditor')),
      await post(path, payload, bearer('producer')),
    ];
    expect(answers.map(({ status }) => status)).toEqual([401, 403, 403]);
    const { status } = await post(path, payload, { ...bearer('operator'), ...SECOND });
    expect(status).toBe(path === '' ? 201 : 404);
  });

  test('producers do not read policies', async () => {
    for (const path of ['/v1/policies', `/v1/policies/${NOWHERE}`, `/v1/policies/${NOWHERE}/diff`])
      expect((await served.get(path, bearer('producer'))).status).toBe(403);
    expect((await served.get(`/v1/policies/${NOWHERE}`)).status).toBe(404);
    expect((await served.get('/v1/policies/latest')).status).toBe(404);
  });

  test.each<[object, string[]]>([
    [{}, ['files', 'reason']],
    [{ files: {}, reason: 'x' }, ['files']],
    [{ files: { '/etc/bundle.yaml': 'x' }, entry: '/etc/bundle.yaml', reason: 'x' }, ['files']],
    [{ files: { 'bundle.yaml': 7 }, reason: 'x' }, ['files']],
    [{ files: { 'other.yaml': 'x' }, reason: 'x' }, ['entry']],
    [{ source: 'bundle: x', reason: ' ' }, ['source', 'reason']],
    [{ ...FILES, by: 'lin' }, ['by']],
  ])('%j is refused with 400, naming every field', async (payload, fields) => {
    const { status, body } = await post('', payload);
    expect([status, body.problems.map(({ field }: Body) => field)]).toEqual([400, fields]);
  });

  test.each(['approvals', 'activations', 'rollbacks', 'retirements'])(
    'of %s the reason must be said',
    async (what) => {
      const { status, body } = await post(`/${NOWHERE}/${what}`, {}, { ...bearer('operator'), ...SECOND });
      const problem = { field: 'reason', value: 'absent', rule: REASON_RULE };
      expect([status, body.problems]).toEqual([400, [problem]]);
    },
  );

  test('more than a request may hold is refused before it is read', async () => {
    const files = { 'bundle.yaml': `${STARTER}\n#${'x'.repeat(2 ** 20)}` };
    expect((await post('', { files, ...GOOD })).status).toBe(413);
  });
});

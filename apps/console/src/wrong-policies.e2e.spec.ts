import 'reflect-metadata';
import { readFileSync } from 'node:fs';
import { openTestDatabase, type TestDatabase } from '#store/testing/test-database';
import { bearer, ConsoleUnderTest, type Body } from './testing/console-under-test.ts';

// Policies with mistakes, sent to a running console: refused with what is said on the command line, and not kept.

const STARTER = readFileSync(new URL('../../../policies/starter/bundle.yaml', import.meta.url), 'utf8');

let opened: TestDatabase;
let served: ConsoleUnderTest;
beforeAll(async () => {
  opened = await openTestDatabase();
  served = await ConsoleUnderTest.open(opened.database);
}, 60_000);
afterAll(async () => {
  await served.close();
  await opened.close();
});

test.each<[string, string, string, string, string]>([
  ['a key that nothing knows', 'probe: 6', 'prob: 6', '/capacity/prob', 'did you mean probe?'],
  [
    'a fact that is not there',
    'sum: ordersPaid',
    'sum: ordersPayed',
    '/metrics/0/sum',
    'did you mean ordersPaid?',
  ],
  ['a window without its unit', 'window: 30d }', 'window: 30 }', '/metrics/0/window', 'with its unit: 30d'],
  ['a fraction', 'stockCover: 7d', 'stockCover: 1.5', '/capacity/stockCover', 'for example 30d'],
  [
    'a number that is no whole one',
    'total: 3400000',
    'total: 0.5',
    '/accounts/0/total',
    '0, or the next whole number',
  ],
  ['a list that is none', 'accounts:\n', 'accounts: none\nothers:\n', '/accounts', 'as a list: [none]'],
  [
    'a key of every object',
    'currency: CNY',
    'currency: CNY\nconstructor: {}',
    '/constructor',
    'leave it out, or write one of these',
  ],
  [
    'a key that stands twice',
    'currency: CNY',
    'currency: CNY\ncurrency: CNY',
    '/currency',
    'write each key once',
  ],
  ['text that is no YAML', 'currency: CNY', 'currency: [CNY', '/', 'indent what belongs together alike'],
  [
    'an account that is not there',
    'account: growth-2026',
    'account: growth-2025',
    '/programmes/1/account',
    'did you mean growth-2026?',
  ],
])('%s is refused with its place and a remedy, and nothing is kept', async (_, good, wrong, field, right) => {
  expect(STARTER).toContain(good);
  const text = STARTER.replace(good, wrong);
  const payload = { files: { 'bundle.yaml': text }, reason: 'spec' };
  const { status, body } = await served.post('/v1/policies', payload, bearer('operator'));
  expect(status).toBe(422);
  const found = body.problems.find((problem: Body) => problem.field === field && problem.right === right);
  expect(found).toMatchObject({ file: 'bundle.yaml', value: expect.any(String), rule: expect.any(String) });
  expect(text.split('\n')[found.line - 1]).toBeDefined();
  expect(found.column).toBeGreaterThan(0);
  expect(body.problems.filter((problem: Body) => typeof problem.right !== 'string')).toEqual([]);
  const { rows } = await opened.database.query('select hash from policy_version');
  expect(rows).toEqual([]);
});

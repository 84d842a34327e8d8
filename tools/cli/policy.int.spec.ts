import { updraft } from './cli-under-test.ts';

const STARTER = 'policies/starter/bundle.yaml';
/** A command on a busy machine. */
const SLOW_MS = 60_000;

test.each([[['lin']], [['lin', 'lin']]])(
  'a policy does not go live in the name of %j: it takes two people',
  async (names) => {
    const refused = await updraft(['policy', 'activate', STARTER, '--approved-by', ...names]);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('--approved-by');
    expect(refused.stderr).toContain('must name two different people');
  },
  SLOW_MS,
);

test(
  'a policy file is checked without a workspace, and every finding is told',
  async () => {
    expect(await updraft(['policy', 'check', STARTER])).toMatchObject({ code: 0 });
    const refused = await updraft(['policy', 'check', 'nest-cli.json']);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('/collection: ');
    expect(refused.stderr).toContain('/currency: ');
  },
  SLOW_MS,
);

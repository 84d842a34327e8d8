import { build, ROOT, runSimulation } from './child.ts';

// Seeded schedules of faults over the product's own runner. More of them:
//   UPDRAFT_SIM_SCHEDULES=20000 UPDRAFT_SIM_SEED=1001 npm run test:only -- sim/fault/simulation.spec.ts

const SCHEDULES = process.env['UPDRAFT_SIM_SCHEDULES'] ?? '1000';
const FIRST_SEED = process.env['UPDRAFT_SIM_SEED'] ?? '1';
const BUILD_TIMEOUT_MS = 120_000;
/** A thousand take half a minute on an idle core. */
const SCHEDULE_TIMEOUT_MS = 500;

beforeAll(build, BUILD_TIMEOUT_MS);

test(
  `${SCHEDULES} schedules from seed ${FIRST_SEED} leave what one run leaves, and meet every fault`,
  async () => {
    const { code, output } = await runSimulation(ROOT, ['--schedules', SCHEDULES, '--seed', FIRST_SEED]);
    console.log(output);
    // The output names the seed and how to reproduce it.
    expect({ code, complaints: output.split('\n').filter(isComplaint) }).toEqual({ code: 0, complaints: [] });
  },
  Math.max(SCHEDULE_TIMEOUT_MS * Number(SCHEDULES), BUILD_TIMEOUT_MS),
);

test('a seed leads to the same steps again', async () => {
  const args = ['--schedules', '3', '--seed', '77', '--allow-unmet', '--trace'];
  const [first, second] = await Promise.all([runSimulation(ROOT, args), runSimulation(ROOT, args)]);
  const steps = (output: string): string => output.replace(/ in [\d.]+ s$/m, '');
  expect(first.code).toBe(0);
  expect(first.output.length).toBeGreaterThan(10_000);
  expect(steps(second.output)).toBe(steps(first.output));
});

function isComplaint(line: string): boolean {
  return /^seed \d+:|^ {2}\S|^never met|rror/.test(line) && !/^ *\d+ {2}/.test(line);
}

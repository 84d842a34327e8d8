import { activityInMemory } from '#sim/marketplace/history-fixture';
import { olistGenesis } from './import-olist.ts';
import { SMALL_MARKET, writeOlist } from './olist-fixture.ts';
import { createProgressBar } from './progress-bar.ts';
import { runImport, type RunImport } from './run-import.ts';

async function run(options: Partial<RunImport> & { isTTY?: boolean }): Promise<string> {
  const dir = await writeOlist(SMALL_MARKET);
  const { logs } = activityInMemory({ partitions: 1, ...(await olistGenesis(dir)) });
  let shown = '';
  await runImport({
    dataset: 'olist',
    dir,
    logs,
    pseudonymKey: Buffer.alloc(32, 5),
    workspaceState: { read: () => Promise.resolve(0), write: () => Promise.resolve() },
    output: { isTTY: options.isTTY ?? false, write: (text) => (shown += text) },
    ...options,
  });
  return shown;
}

test('the import shows its progress and then what became of the rows', async () => {
  const shown = await run({});
  expect(shown).toContain('] 100 %  10/10  2018-03-09\n');
  expect(shown).toContain('read      3 leads, 2 won deals, 4 sellers, 4 order lines\n');
  expect(shown).toContain('merchants 2 won, 2 with order lines, 1 both; 1 leads were never won\n');
  expect(shown).toContain('accepted  10 events\n');
  expect(shown).toContain('refused   0\n');
  expect(shown).toContain('3 orders without any evidence of dispatch');
});

test('a data set that is not known is refused by name', async () => {
  await expect(run({ dataset: 'olits' })).rejects.toThrow('dataset olits is not known; known: olist');
});

test('a terminal sees one line that is redrawn at most ten times a second, and always its end', () => {
  const drawn: string[] = [];
  let nowMs = 0;
  const bar = createProgressBar({ isTTY: true, write: (text) => drawn.push(text) }, () => nowMs);
  for (nowMs = 0; nowMs <= 300; nowMs += 10) bar.show(nowMs, 300, 'x');
  bar.end();
  expect(drawn).toHaveLength(5);
  expect(drawn.slice(0, 4).every((text) => text.startsWith('\r['))).toBe(true);
  expect(drawn.at(-2)).toContain('100 %');
  expect(drawn.at(-1)).toBe('\n');
});

test('without a terminal there is a line at each tenth', () => {
  const drawn: string[] = [];
  const bar = createProgressBar({ write: (text) => drawn.push(text) });
  for (let done = 0; done <= 1_000; done += 1) bar.show(done, 1_000, 'x');
  bar.end();
  expect(drawn).toHaveLength(11);
});

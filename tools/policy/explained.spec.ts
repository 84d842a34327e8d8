import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { NOBODY_COUNTED, shownTotal, worstCaseInAll, worstCaseSpend } from '#domain/policy/analysis/spend';
import { gatherFiles } from '#policy-source/gather-files';
import { lookOver, type LookedOver } from '#policy-source/look-over';

// What `updraft policy check` says of a bundle its README explains: every finding by its code, a warning together with
// the ladder, metric or programme that it is of, and what can be spent at most in the very words of the check.

const ROOT = 'policies';
const PATHS = readdirSync(ROOT, { recursive: true, encoding: 'utf8' }).map((path) => join(ROOT, path));
const BUNDLES = PATHS.filter((path) => path.endsWith('/bundle.yaml')).sort();
const TOTAL = /^all \w+: .+ in all$/gm;

/** The nearest README above a bundle; that of all policies explains none of them. */
function readmeOf(bundle: string): string {
  for (let folder = dirname(bundle); folder !== ROOT; folder = dirname(folder)) {
    const path = join(folder, 'README.md');
    if (PATHS.includes(path)) return path;
  }
  throw new Error(`${bundle} has no README.md`);
}

const looked = new Map<string, LookedOver>();
const README_TEXTS = new Map(BUNDLES.map((path) => [readmeOf(path), readFileSync(readmeOf(path), 'utf8')]));

beforeAll(async () => {
  for (const path of BUNDLES) {
    const { files, entry } = await gatherFiles(path);
    const result = lookOver(files, entry);
    if ('findings' in result) throw new Error(JSON.stringify(result.findings, null, 1));
    looked.set(path, result);
  }
});

function totalsOf(path: string): readonly string[] {
  const { bundle } = looked.get(path)!;
  return worstCaseInAll(bundle, worstCaseSpend(bundle, NOBODY_COUNTED)).map(shownTotal);
}

describe.each(BUNDLES)('%s', (path) => {
  const readme = README_TEXTS.get(readmeOf(path))!;
  const lines = readme.split('\n');

  test('it has no errors, and each warning and note is explained in its README', () => {
    const unexplained = looked.get(path)!.advice.filter(({ severity, rule, field }) => {
      const of = severity === 'note' ? '' : field.split('/')[2]!;
      return severity === 'error' || !lines.some((line) => line.includes(`\`${rule}\``) && line.includes(of));
    });
    expect(unexplained.map(({ rule, says, field }) => `${rule}: ${says} (${field})`)).toEqual([]);
  });

  test('its README states what can be spent at most', () => {
    const stated = [...readme.matchAll(TOTAL)].map(([total]) => total);
    expect(totalsOf(path).filter((total) => !stated.includes(total))).toEqual([]);
  });
});

test('no README states a worst case that none of its bundles has', () => {
  const stale = [...README_TEXTS].flatMap(([readme, text]) => {
    const totals = BUNDLES.filter((path) => readmeOf(path) === readme).flatMap(totalsOf);
    return [...text.matchAll(TOTAL)].map(([total]) => total).filter((total) => !totals.includes(total));
  });
  expect(stale).toEqual([]);
});

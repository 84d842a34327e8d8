import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compileSource } from '#policy-source/compile-source';
import type { PlacedFinding } from '#policy-source/place';
import { rowsUnder, type Row } from '../../markdown-table.ts';
import { pageOf, referenceFiles } from './examples.ts';

// Each row of docs/guide/policies/findings.md is a wrong policy file: the mistake is made in an example of the
// reference, and what is said of it is what the row says.

const PAGE = pageOf('findings.md');
const SECTIONS = [...PAGE.matchAll(/^## .+$/gm)].map(([heading]) => heading);
const ROWS = SECTIONS.flatMap((heading) => rowsUnder(PAGE, heading));
const FILES = referenceFiles();
/** The page shortens long rules. */
const RULE_COMPARED_CHARS = 30;

/** What stands in the code marks of a cell, with its new lines and tabs. */
function written(cell: string): string {
  const [, text] = /^`` (.*) ``$|^`(.*)`$/.exec(cell)?.filter((group) => group !== undefined) ?? [];
  if (text === undefined) throw new Error(`${cell}: must be in code marks`);
  return text.trim() === '' ? '' : text.replaceAll('⏎', '\n').replaceAll('⇥', '\t').replaceAll('\\|', '|');
}

function mistakeOf(row: Row): { readonly path: string; readonly text: string } {
  const good = written(row['Instead of']!);
  const having = [...FILES].filter(([, text]) => text.includes(good));
  const times = having.map(([, text]) => text.split(good).length - 1);
  if (times.join() !== '1')
    throw new Error(`${good}: must stand once in the reference, and stands ${times.join()}`);
  const [path, text] = having[0]!;
  return { path, text: text.replace(good, () => written(row['Written']!)) };
}

function findingsOf({ path, text }: ReturnType<typeof mistakeOf>): readonly PlacedFinding[] {
  const result = compileSource(new Map([...FILES, [path, text]]), 'bundle.yaml', 'trial');
  return 'findings' in result ? result.findings : [];
}

test('the page has more than 200 mistakes, no two the same', () => {
  const written = ROWS.map((row) => `${row['Instead of']!} ${row['Written']!}`);
  expect(new Set(written).size).toBe(ROWS.length);
  expect(ROWS.length).toBeGreaterThan(200);
});

test.each(SECTIONS)(
  '%s: each mistake is refused as the page says, and all that is said of it has a remedy',
  (heading) => {
    const told = rowsUnder(PAGE, heading).map((row) => {
      const mistake = mistakeOf(row);
      const findings = findingsOf(mistake);
      const rule = row['Rule']!.replace(/ …$/, '').replaceAll('\\|', '|');
      const found = findings.find(
        (each) => each.field === written(row['Field']!) && each.rule.startsWith(rule),
      );
      if (found === undefined)
        return { ...row, Field: JSON.stringify(findings.map(({ field, rule: is }) => [field, is])) };
      const text = found.file === mistake.path ? mistake.text : FILES.get(found.file)!;
      const at = text.split('\n')[found.line - 1]!.slice(found.column - 1);
      const bare = findings.filter(({ right }) => right === null);
      return {
        ...row,
        At: at.startsWith(written(row['At']!)) ? row['At'] : at,
        Right: bare.length > 0 ? `nothing, of ${bare[0]!.rule}` : found.right?.replaceAll('|', '\\|'),
      };
    });
    expect(told).toEqual(rowsUnder(PAGE, heading));
  },
);

test('every rule that readers and checks of policies can name has its mistake on the page', () => {
  const folder = join(import.meta.dirname, '../../../libs/domain/src/policy');
  const readers = readdirSync(folder).filter((name) => /^(read|check|compile).*(?<!spec)\.ts$/.test(name));
  const rules = readers.flatMap((name) =>
    [...readFileSync(join(folder, name), 'utf8').matchAll(/fail\(\s*[`']((?:[^`'$\\]|\\`)+)/g)].map(
      ([, rule]) => rule!.replaceAll('\\`', '`').slice(0, RULE_COMPARED_CHARS),
    ),
  );
  const told = ROWS.map((row) => row['Rule']!).join('\n');
  expect(rules.filter((rule) => !told.includes(rule))).toEqual([]);
  expect(rules.length).toBeGreaterThan(60);
});

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { RULES } from '#domain/policy/analysis/rule';
import { codesIn, rowsUnder } from '../../markdown-table.ts';

// docs/guide/policies/check.md has every rule of the command, as the command itself says it.

const PAGE = readFileSync(join(import.meta.dirname, 'check.md'), 'utf8');

test('the page has every rule with its severity, its meaning and its repair, and no other', () => {
  const told = rowsUnder(PAGE, '## Rules').map(({ Rule, Severity, Meaning, Repair }) => [
    codesIn(Rule!)[0],
    { severity: Severity, means: Meaning, repair: Repair },
  ]);
  expect(told).toEqual(Object.entries(RULES));
});

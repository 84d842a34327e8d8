import type { Command } from 'commander';
import {
  NOBODY_COUNTED,
  shown,
  shownBound,
  shownTotal,
  worstCaseInAll,
  worstCaseSpend,
  type Bound,
  type GrantsAtOnce,
} from '#domain/policy/analysis/spend';
import type { Bundle } from '#domain/policy/bundle';
import { gatherFiles } from '#policy-source/gather-files';
import { lookOver, type LookedOver, type PlacedAdvice } from '#policy-source/look-over';
import { findingsText } from '#policy-source/place';
import { sha256 } from '#stage/sha256';
import { CommandError } from './command-error.ts';
import { wholeNumber } from './option-value.ts';

interface CheckOptions {
  readonly merchants?: number;
  readonly entities?: number;
  readonly categories?: number;
  readonly countries?: number;
  readonly strict?: boolean;
  readonly notes?: boolean;
  readonly json?: boolean;
}

const COUNT_MAX = 1_000_000_000;

export function addPolicyCheckCommand(policy: Command): void {
  const count = wholeNumber(1, COUNT_MAX);
  policy
    .command('check')
    .description('say what is wrong with a policy, what it may not mean, and what it can cost at most')
    .argument('<path>', 'a bundle file, a folder with a bundle.yaml, or the folder of a pack')
    .option(
      '--merchants <count>',
      'how many merchants there are: bounds what is spent by limits as well',
      count,
    )
    .option('--entities <count>', 'how many legal entities; left out: one for each merchant', count)
    .option('--categories <count>', 'how many categories; left out: one for each merchant', count)
    .option('--countries <count>', 'how many countries; left out: one for each merchant', count)
    .option('--no-notes', 'leave notes out')
    .option('--strict', 'fail for warnings as well')
    .option('--json', 'as JSON')
    .addHelpText(
      'after',
      `
What each rule means is in docs/guide/policies/check.md. The worst case counts the grants of this policy, not those that
an earlier one gave.
Exit code 0: no errors; 1: errors, or with --strict warnings, or the files make no policy.`,
    )
    .action(check);
}

async function check(path: string, options: CheckOptions): Promise<void> {
  const { files, entry, findings } = await gatherFiles(path);
  if (findings.length > 0) throw new CommandError(findingsText(findings));
  const looked = lookOver(files, entry);
  if ('findings' in looked) throw new CommandError(findingsText(looked.findings));
  const advice = looked.advice.filter(({ severity }) => options.notes !== false || severity !== 'note');
  process.stdout.write(
    options.json === true ? asJson(looked, advice, options) : asText(path, looked, advice, options),
  );
  const failing = options.strict === true ? ['error', 'warning'] : ['error'];
  if (advice.some(({ severity }) => failing.includes(severity))) process.exitCode = 1;
}

function spendOf(bundle: Bundle, options: CheckOptions) {
  const { merchants = null, entities = null, categories = null, countries = null } = options;
  const accounts = worstCaseSpend(bundle, { ...NOBODY_COUNTED, merchants, entities, categories, countries });
  return { accounts, inAll: worstCaseInAll(bundle, accounts) };
}

function asJson(
  { bundle, text }: LookedOver,
  advice: readonly PlacedAdvice[],
  options: CheckOptions,
): string {
  const told = { bundle: bundle.id, hash: sha256(text), advice, worstCase: spendOf(bundle, options) };
  return `${JSON.stringify(told, null, 2)}\n`;
}

function asText(
  path: string,
  { bundle, text }: LookedOver,
  advice: readonly PlacedAdvice[],
  options: CheckOptions,
): string {
  const lines = advice.flatMap(({ file, line, column, severity, rule, field, says, repair }) => [
    `${file}:${line}:${column}: ${severity}: ${rule}: ${says} (${field})`,
    `    ${repair}`,
  ]);
  const { accounts, inAll } = spendOf(bundle, options);
  lines.push(
    accounts.length === 0 ? 'nothing can be spent: there is no account' : 'what can be spent at most',
  );
  for (const { account, unit, perDay, perPeriod, inAll: ever, grants } of accounts) {
    lines.push(`  ${account}, ${unit}`);
    if (unit === 'seats') lines.push(...boundLines('at one time', perDay));
    else {
      lines.push(...boundLines('a day', perDay), ...boundLines(`a ${perPeriod.period}`, perPeriod));
      lines.push(...boundLines('in all', ever));
    }
    if (grants !== null) lines.push(...grantLines(grants));
  }
  for (const total of inAll) lines.push(`  ${shownTotal(total)}`);
  const count = (wanted: string): number => advice.filter(({ severity }) => severity === wanted).length;
  const counts = `${count('error')} errors, ${count('warning')} warnings, ${count('note')} notes`;
  const verdict = count('error') === 0 ? 'is well' : 'is not well';
  lines.push(`${path}: bundle ${bundle.id} ${verdict}, ${sha256(text)}: ${counts}`);
  return `${lines.join('\n')}\n`;
}

function boundLines(when: string, bound: Bound): readonly string[] {
  return [`    ${when.padEnd(11)} ${shownBound(bound)}`, `      = ${bound.because}`];
}

function grantLines({ count, size, promiseBps }: GrantsAtOnce): readonly string[] {
  const line = `    grants      ${shown(count)} at once, of ${shown(size)} each`;
  if (promiseBps === null) return [line];
  const share = (promiseBps / 100).toFixed(2);
  return [line, `      given as merchants come, at most ${share} % of the best in hindsight can be promised`];
}

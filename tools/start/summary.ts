import type { Decision, LeaseRequest } from '#domain/outputs';
import type { Account, Bundle } from '#domain/policy/bundle';
import type { Reporter } from '#stage/report';
import type { Logs } from '#stream/log';
import { createAccountStatement } from './account-statement.ts';
import { countOf, createCounts, mostFrequent, type Counts } from './counts.ts';
import { createIntent } from './intent.ts';
import { followLog } from './log-follow.ts';
import { createReasons } from './reasons.ts';

/** What the terminal shows while Updraft runs. */
export interface Summary {
  readonly onReport: Reporter;
  /** Reads what is new. */
  refresh(): Promise<void>;
  /** One line: records stepped, decisions by outcome, partitions that stand still. */
  line(): string;
  /** What was decided, by programme; what that meant for merchants; why much was withheld; the accounts. */
  table(): string;
}

const REASONS_SHOWN = 6;
const REASON_WIDTH = 30;
const IN_LINE: readonly string[] = ['issue', 'offer', 'withhold', 'shrink', 'revoke', 'expire'];
const PER_OWNER = '~';

export function createSummary(
  logs: Logs,
  { partitions, treasuries }: { readonly partitions: number; readonly treasuries: number },
): Summary {
  const decisions = followLog(logs, 'decisions', partitions);
  const mail = followLog(logs, 'treasury', treasuries);
  const policies = followLog(logs, 'policies', 1);
  const statement = createAccountStatement();
  const bundles = new Map<string, Bundle>();
  const outcomes = new Map<string, Counts>();
  const reasons = createCounts();
  const intent = createIntent();
  const meanings = createReasons();
  const halted = new Set<string>();
  let live: readonly Account[] = [];
  let records = 0;
  let decided = 0;

  function take(merchantId: string, decision: Decision): void {
    const { outcome, programme, bundle, budget, position } = decision;
    const byOutcome = outcomes.get(programme) ?? createCounts();
    outcomes.set(programme, byOutcome);
    byOutcome.add(outcome);
    decided += 1;
    const policy = bundles.get(bundle) ?? null;
    const kind = policy?.programmes.find(({ id }) => id === programme)?.kind ?? null;
    intent.note(merchantId, decision, kind);
    meanings.note(decision, policy);
    if (outcome === 'withhold') for (const reason of decision.reasons) reasons.add(reason);
    live = policy?.accounts ?? live;
    if (budget === null) return;
    const holder = budget.account.includes(PER_OWNER) ? merchantId : null;
    statement.note({ position, instance: budget.account, holder }, budget.after);
  }

  const meaning = (reason: string): string =>
    `${reason.padEnd(REASON_WIDTH)} ${meanings.inWords(reason)}`.trimEnd();

  return {
    onReport(stage, partition, report) {
      if (report.kind === 'batch' && stage === 'scoring') records += report.records;
      if (report.kind === 'halted') halted.add(`${stage} ${partition} at ${report.at}`);
    },
    async refresh() {
      await policies.catchUp(({ key, value }) => {
        bundles.set(key ?? '', JSON.parse(value.toString('utf8')) as Bundle);
      });
      await decisions.catchUp(({ value }) => {
        const { subject, data } = JSON.parse(value.toString('utf8')) as { subject?: string; data: Decision };
        take(subject ?? '', data);
      });
      await mail.catchUp(({ value }) => {
        const { type, data } = JSON.parse(value.toString('utf8')) as { type: string; data: LeaseRequest };
        if (!type.startsWith('updraft.treasury.')) return;
        statement.note(
          { position: data.position, instance: data.account, holder: data.holder },
          data.balance,
        );
      });
    },
    line() {
      const parts = IN_LINE.map((outcome) => `${outcome} ${countOf(outcomes.values(), outcome)}`);
      const standing = halted.size === 0 ? '' : `  HALTED: ${[...halted].join(', ')}`;
      return `${records} records  ${decided} decisions: ${parts.join('  ')}${standing}`;
    },
    table() {
      const rows = [...outcomes]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(
          ([programme, counts]) =>
            `  ${(programme === '' ? 'no programme' : programme).padEnd(20)} ${counts.inWords()}`,
        );
      const why = mostFrequent(reasons, REASONS_SHOWN).map(
        ([reason, times]) => `  ${String(times).padStart(6)}  ${meaning(reason)}`,
      );
      return [
        ...rows,
        '',
        ...intent.lines().map((line) => `  ${line}`),
        ...intent.reasons().map((reason) => `          ${meaning(reason)}`),
        '',
        '  most frequent reasons for withholding:',
        ...why,
        '',
        statement.table(live),
      ].join('\n');
    },
  };
}

import type { Decision, LeaseRequest } from '#domain/outputs';
import type { Account } from '#domain/policy/bundle';
import type { Reporter } from '#stage/report';
import type { Logs } from '#stream/log';
import { createAccountStatement } from './account-statement.ts';
import { countOf, createCounts, mostFrequent, type Counts } from './counts.ts';
import { followLog } from './log-follow.ts';

/** What the terminal shows while Updraft runs. */
export interface Summary {
  readonly onReport: Reporter;
  /** Reads what is new. */
  refresh(): Promise<void>;
  /** One line: records stepped, decisions by outcome, partitions that stand still. */
  line(): string;
  /** What was decided, by programme; what became of offers, floors and fraud; why much was withheld; the accounts. */
  table(): string;
}

const REASONS_SHOWN = 6;
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
  const bundles = new Map<string, readonly Account[]>();
  const outcomes = new Map<string, Counts>();
  const reasons = createCounts();
  const offers = createOffers();
  const halted = new Set<string>();
  const given = { floor: 0, clawedBack: 0 };
  let live: readonly Account[] = [];
  let records = 0;
  let decided = 0;

  function take(merchantId: string, decision: Decision): void {
    const { outcome, programme, budget, position } = decision;
    const byOutcome = outcomes.get(programme) ?? createCounts();
    outcomes.set(programme, byOutcome);
    byOutcome.add(outcome);
    decided += 1;
    offers.note(merchantId, decision);
    if (outcome === 'withhold') for (const reason of decision.reasons) reasons.add(reason);
    if (outcome === 'issue' && decision.reasons.includes('floor')) given.floor += 1;
    if (outcome === 'claw-back') given.clawedBack += 1;
    live = bundles.get(decision.bundle) ?? live;
    if (budget === null) return;
    const holder = budget.account.includes(PER_OWNER) ? merchantId : null;
    statement.note({ position, instance: budget.account, holder }, budget.after);
  }

  return {
    onReport(stage, partition, report) {
      if (report.kind === 'batch' && stage === 'scoring') records += report.records;
      if (report.kind === 'halted') halted.add(`${stage} ${partition} at ${report.at}`);
    },
    async refresh() {
      await policies.catchUp(({ key, value }) => {
        const bundle = JSON.parse(value.toString('utf8')) as { accounts: readonly Account[] };
        bundles.set(key ?? '', bundle.accounts);
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
            `  ${(programme === '' ? 'no programme' : programme).padEnd(18)} ${counts.inWords()}`,
        );
      const why = mostFrequent(reasons, REASONS_SHOWN).map(
        ([reason, times]) => `  ${String(times).padStart(6)}  ${reason}`,
      );
      const { offered, takenUp, forfeited } = offers.counts();
      return [
        ...rows,
        '',
        `  courses offered ${offered}: done and given ${takenUp}, too late or never ${forfeited}`,
        `  given by a floor ${given.floor}, clawed back ${given.clawedBack}`,
        '',
        '  most frequent reasons for withholding:',
        ...why,
        '',
        statement.table(live),
      ].join('\n');
    },
  };
}

/** What became of courses that were offered, each merchant and programme counted once. */
function createOffers() {
  const offered = new Set<string>();
  const takenUp = new Set<string>();
  const forfeited = new Set<string>();
  return {
    note(merchantId: string, { outcome, programme }: Decision): void {
      const place = `${merchantId} ${programme}`;
      if (outcome === 'offer') offered.add(place);
      if (outcome === 'forfeit') forfeited.add(place);
      if (outcome === 'issue' && offered.has(place)) takenUp.add(place);
    },
    counts: () => ({ offered: offered.size, takenUp: takenUp.size, forfeited: forfeited.size }),
  };
}

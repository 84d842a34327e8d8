import type { Decision } from '#domain/outputs';
import type { Logs } from '#stream/log';
import type { Reporter } from '#stage/report';
import { followLog } from './log-follow.ts';

/** What the terminal shows while Updraft runs. */
export interface Summary {
  readonly onReport: Reporter;
  /** Reads the decisions that are new. */
  refresh(): Promise<void>;
  /** One line: records stepped, decisions by outcome, partitions that stand still. */
  line(): string;
  /** A table of what was decided, by programme, and the most frequent reasons for withholding. */
  table(): string;
}

const REASONS_SHOWN = 6;

export function createSummary(logs: Logs, partitions: number): Summary {
  const decisions = followLog(logs, 'decisions', partitions);
  const outcomes = new Map<string, Map<string, number>>();
  const reasons = new Map<string, number>();
  const halted = new Set<string>();
  let records = 0;
  let decided = 0;

  function count(map: Map<string, number>, key: string): void {
    map.set(key, (map.get(key) ?? 0) + 1);
  }

  function total(outcome: string): number {
    let sum = 0;
    for (const byOutcome of outcomes.values()) sum += byOutcome.get(outcome) ?? 0;
    return sum;
  }

  return {
    onReport(stage, partition, report) {
      if (report.kind === 'batch' && stage === 'scoring') records += report.records;
      if (report.kind === 'halted') halted.add(`${stage} ${partition} at ${report.at}`);
    },
    refresh: () =>
      decisions.catchUp(({ value }) => {
        const { data } = JSON.parse(value.toString('utf8')) as { data: Decision };
        const byOutcome = outcomes.get(data.programme) ?? new Map<string, number>();
        outcomes.set(data.programme, byOutcome);
        count(byOutcome, data.outcome);
        decided += 1;
        if (data.outcome === 'withhold') for (const reason of data.reasons) count(reasons, reason);
      }),
    line() {
      const parts = ['issue', 'withhold', 'shrink', 'revoke', 'expire'].map(
        (outcome) => `${outcome} ${total(outcome)}`,
      );
      const standing = halted.size === 0 ? '' : `  HALTED: ${[...halted].join(', ')}`;
      return `${records} records  ${decided} decisions: ${parts.join('  ')}${standing}`;
    },
    table() {
      const rows = [...outcomes].sort().map(([programme, byOutcome]) => {
        const cells = [...byOutcome].sort().map(([outcome, times]) => `${outcome} ${times}`);
        return `  ${programme.padEnd(16)} ${cells.join('  ')}`;
      });
      const most = [...reasons].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)).slice(0, REASONS_SHOWN);
      const why = most.map(([reason, times]) => `  ${String(times).padStart(6)}  ${reason}`);
      return [...rows, '', '  most frequent reasons for withholding:', ...why].join('\n');
    },
  };
}

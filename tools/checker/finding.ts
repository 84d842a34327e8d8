import { statementLines, type AccountStatement } from './account-statement.ts';

/** What a finding is about. */
export type Rule =
  /** The export itself: hashes, counts, digests. */
  | 'manifest'
  | 'genesis'
  /** A record in a partition where its merchant does not live. */
  | 'placement'
  /** Positions strictly increasing, unique, without gaps among what one record produced. */
  | 'position'
  /** What an output says of the record that caused it. */
  | 'cause'
  | 'activity-hash'
  | 'chain'
  /** The purses of holders, and what goes from the treasury to them and back. */
  | 'budget'
  | 'treasury'
  /** What is published of groups is what the values that were said make of them. */
  | 'census'
  /** A grant is paid by the instance of its merchant's entity, category, country and of its period. */
  | 'quota'
  | 'grant'
  | 'dead-letter'
  /** Every event counted exactly once, or refused. */
  | 'facts';

export interface Finding {
  readonly rule: Rule;
  readonly where: string;
  readonly what: string;
}

/** One broken record can make thousands of findings: of each rule only the first ones are kept. */
const SHOWN_PER_RULE_MAX = 20;

export class Findings {
  readonly shown: Finding[] = [];
  private readonly counts = new Map<Rule, number>();

  add(rule: Rule, where: string, what: string): void {
    const count = (this.counts.get(rule) ?? 0) + 1;
    this.counts.set(rule, count);
    if (count <= SHOWN_PER_RULE_MAX) this.shown.push({ rule, where, what });
  }

  /** Adds a finding unless `holds`. */
  expect(holds: boolean, rule: Rule, where: string, what: () => string): void {
    if (!holds) this.add(rule, where, what());
  }

  total(): number {
    return [...this.counts.values()].reduce((sum, count) => sum + count, 0);
  }

  /** Of the findings that were counted and not kept. */
  omitted(): number {
    return this.total() - this.shown.length;
  }
}

export interface CheckSummary {
  readonly partitions: number;
  readonly activity: number;
  readonly counted: number;
  readonly duplicates: number;
  readonly refused: number;
  readonly capability: number;
  readonly decisions: number;
  readonly grants: number;
  /** Merchants whose state was compared; null when no state was given. */
  readonly merchantsCompared: number | null;
}

export interface CheckResult {
  readonly found: number;
  readonly findings: readonly Finding[];
  readonly omitted: number;
  readonly summary: CheckSummary;
  /** By account instance, in order of their names. */
  readonly accounts: readonly AccountStatement[];
}

export function findingLines({ found, findings, omitted, summary, accounts }: CheckResult): string[] {
  const { activity, counted, duplicates, refused, merchantsCompared } = summary;
  const compared =
    merchantsCompared === null
      ? 'facts not compared (no --state)'
      : `facts of ${merchantsCompared} merchants compared`;
  return [
    ...findings.map(({ rule, where, what }) => `${rule}  ${where}: ${what}`),
    ...(omitted > 0 ? [`and ${omitted} findings more`] : []),
    ...(accounts.length > 0 ? statementLines(accounts) : []),
    `checked  ${summary.partitions} partitions: ${activity} activity records (${counted} events counted, ` +
      `${duplicates} duplicates, ${refused} refused), ${summary.capability} capability records, ` +
      `${summary.decisions} decisions, ${summary.grants} grants; ${compared}`,
    found === 0 ? 'nothing found' : `found    ${found}`,
  ];
}

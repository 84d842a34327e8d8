import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { DAYS_KEPT, type MerchantFacts } from './count-facts.ts';
import type { Findings } from './finding.ts';
import { daysBefore } from './local-day.ts';

// Our own count of each merchant's facts against what `updraft state --all` says.

interface StateLine {
  readonly merchantId: string;
  readonly partition: number;
  readonly asOf: string;
  readonly openOrders: number;
  readonly overdueOrders: number;
  readonly boosts: Readonly<Record<string, number>>;
  readonly days: readonly { readonly day: string; readonly facts: Readonly<Record<string, number>> }[];
}

export type MerchantStates = ReadonlyMap<string, StateLine>;

/** The state file by partition, then merchant. */
export async function readStates(
  file: string,
  findings: Findings,
): Promise<Map<number, Map<string, StateLine>>> {
  const partitions = new Map<number, Map<string, StateLine>>();
  for await (const text of createInterface({ input: createReadStream(file), crlfDelay: Infinity })) {
    if (text === '') continue;
    const line = JSON.parse(text) as StateLine;
    const merchants = partitions.get(line.partition) ?? new Map<string, StateLine>();
    partitions.set(line.partition, merchants);
    findings.expect(
      !merchants.has(line.merchantId),
      'facts',
      line.merchantId,
      () => 'stands twice in the state',
    );
    merchants.set(line.merchantId, line);
  }
  return partitions;
}

/** Compares a partition; `asOf` is its last activity record, `today` its local date there. */
export function compareStates(
  counted: ReadonlyMap<string, MerchantFacts>,
  states: MerchantStates,
  asOf: string,
  today: string,
  findings: Findings,
): number {
  for (const [merchant, facts] of counted) {
    const state = states.get(merchant);
    if (state === undefined) findings.add('facts', merchant, 'has events that count and no state');
    else compareMerchant(merchant, facts, state, asOf, today, findings);
  }
  for (const merchant of states.keys()) {
    findings.expect(counted.has(merchant), 'facts', merchant, () => 'has a state and no event that counts');
  }
  return counted.size;
}

function compareMerchant(
  merchant: string,
  counted: MerchantFacts,
  state: StateLine,
  asOf: string,
  today: string,
  findings: Findings,
): void {
  findings.expect(state.asOf === asOf, 'facts', merchant, () => {
    return `the state is as of ${state.asOf}, the export ends at ${asOf}`;
  });
  const oldest = daysBefore(today, DAYS_KEPT);
  const ours = flatten(
    [...counted.days].filter(([day]) => day > oldest).map(([day, facts]) => [day, [...facts]]),
  );
  const theirs = flatten(state.days.map(({ day, facts }) => [day, Object.entries(facts)]));
  for (const name of new Set([...ours.keys(), ...theirs.keys()])) {
    const [own, said] = [ours.get(name) ?? 0, theirs.get(name) ?? 0];
    findings.expect(own === said, 'facts', merchant, () => `${name} is ${own}, the state says ${said}`);
  }
  const open = Math.max(0, sum(counted.open.values()));
  const overdue = Math.max(0, sum([...counted.open].flatMap(([day, count]) => (day < today ? [count] : []))));
  findings.expect(open === state.openOrders && overdue === state.overdueOrders, 'facts', merchant, () => {
    return `${open} orders open and ${overdue} overdue, the state says ${state.openOrders} and ${state.overdueOrders}`;
  });
  for (const [grant, exposures] of counted.boosts) {
    findings.expect(state.boosts[grant] === exposures, 'facts', merchant, () => {
      return `${grant} brought ${exposures} exposures, the state says ${state.boosts[grant]}`;
    });
  }
}

/** `ordersPaid on 2026-11-11` to the amount, zeros left out. */
function flatten(
  days: readonly (readonly [string, readonly (readonly [string, number])[]])[],
): Map<string, number> {
  return new Map(
    days.flatMap(([day, facts]) =>
      facts.flatMap(([fact, amount]) => (amount === 0 ? [] : [[`${fact} on ${day}`, amount] as const])),
    ),
  );
}

function sum(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}

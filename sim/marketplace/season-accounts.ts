import { parseInstance } from '#domain/policy/account-instance';
import type { Purse } from '#domain/allocator/purse';
import type { InstanceRow } from '#domain/treasury/instance-row';
import type { PipelineInMemory } from './pipeline-fixture.ts';

// For specs: where the units of every account are at the end of a season, from the books of both sides.

/** Units of one account instance. Law: total + owed = unleased + inFlight + free + held + settling + spent + below. */
export interface InstanceStatement {
  readonly instance: string;
  readonly total: number;
  /** Part of a cut that is still out. */
  readonly owed: number;
  readonly unleased: number;
  /** Out with the instances within it. */
  readonly below: number;
  /** Leased and not arrived, or given back and not arrived. */
  readonly inFlight: number;
  readonly free: number;
  readonly held: number;
  readonly settling: number;
  readonly spent: number;
  readonly clawedBack: number;
}

export function accountStatement(pipeline: PipelineInMemory): readonly InstanceStatement[] {
  const purses = allPurses(pipeline);
  return pipeline.treasury
    .machine()
    .rows()
    .map(({ key, body }) => {
      const { total, owed, unleased, leasedBelow, holders } = JSON.parse(body) as InstanceRow;
      const own = purses.filter(({ instance }) => instance === key).map(({ purse }) => purse);
      const out = sum(Object.values(holders), ({ leased, takenBack }) => leased - takenBack);
      const arrived = sum(own, ({ leasedIn, returned }) => leasedIn - returned);
      return {
        instance: key,
        total,
        owed,
        unleased,
        below: leasedBelow,
        inFlight: out - arrived,
        free: sum(own, ({ free }) => free),
        held: sum(own, ({ held }) => held),
        settling: sum(own, ({ settling }) => settling),
        spent: sum(own, ({ spent }) => spent),
        clawedBack: sum(own, ({ clawedBack }) => clawedBack),
      };
    });
}

/** Every purse of every partition and, of accounts per entity, of every merchant. */
export function allPurses({ allocators }: PipelineInMemory): readonly NamedPurse[] {
  return allocators.flatMap((allocator) => {
    const machine = allocator.machine();
    const { purses } = JSON.parse(machine.freeze().root) as { purses: { [instance: string]: Purse } };
    machine.thawed();
    const ofMerchants = machine.rows().flatMap(({ body }) => {
      return named((JSON.parse(body) as { purses: { [instance: string]: Purse } }).purses);
    });
    return [...named(purses), ...ofMerchants];
  });
}

interface NamedPurse {
  readonly instance: string;
  readonly purse: Purse;
}

function named(purses: { readonly [instance: string]: Purse }): NamedPurse[] {
  return Object.entries(purses).map(([instance, purse]) => ({ instance, purse }));
}

/** One row an account; those per entity and month are summed up. */
export function statementTable(statement: readonly InstanceStatement[]): string {
  const accounts = [...new Set(statement.map(({ instance }) => parseInstance(instance).account))].sort();
  const columns = [
    'total',
    'unleased',
    'inFlight',
    'free',
    'held',
    'settling',
    'spent',
    'clawedBack',
  ] as const;
  const row = (name: string, cells: readonly (string | number)[]): string =>
    `  ${name.padEnd(16)}${cells.map((cell) => String(cell).padStart(11)).join('')}`;
  const rows = accounts.map((account) => {
    const own = statement.filter(({ instance }) => parseInstance(instance).account === account);
    return row(
      account,
      columns.map((column) => sum(own, (each) => each[column])),
    );
  });
  return [row('account', columns), ...rows].join('\n');
}

function sum<T>(all: readonly T[], of: (each: T) => number): number {
  return all.reduce((total, each) => total + of(each), 0);
}

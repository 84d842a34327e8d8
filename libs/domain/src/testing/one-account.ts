import type { Hash } from '../stage/stage.ts';
import type { InstanceRow } from '../treasury/instance-row.ts';
import { given, givenAll, inShort, type World } from './given.ts';
import { account, compiled, smallSource, welcome } from './small-bundle.ts';

// Worlds whose policy has one account, `welcome`, and one programme that it pays, for specs of money that is shared.

type Changes = Readonly<Record<string, unknown>>;

/** The policy's text: the account's total, and changes of the account and of the programme. */
export function oneAccount(total: number, changes: Changes = {}, programme: Changes = {}): string {
  const accounts = [account('welcome', total, changes)];
  return compiled(smallSource({ programmes: [welcome(programme)], accounts })).text;
}

export function under(hash: Hash, ...policy: Parameters<typeof oneAccount>): World {
  const world = given(hash);
  world.activate(oneAccount(...policy));
  return world;
}

export function underAll(hash: Hash, partitions: number, ...policy: Parameters<typeof oneAccount>): World[] {
  const worlds = givenAll(hash, partitions);
  for (const world of worlds) world.activate(oneAccount(...policy));
  return worlds;
}

/** Ticks every partition, `times` rounds. */
export function everywhere(worlds: readonly World[], atMs: number, times = 3): void {
  for (let i = 0; i < times; i++) for (const world of worlds) world.tick(atMs);
}

/** Issuing decisions in short, partition by partition. */
export const issued = (...worlds: readonly World[]): string[] =>
  worlds.flatMap(({ outputs }) => inShort(outputs)).filter((line) => line.split(' ')[2] === 'issue');

/** Decisions of a programme in short. */
export const decisionsOf = (world: World, programme = 'welcome'): string[] =>
  inShort(world.outputs).filter((line) => line.split(' ')[1] === programme);

/** What the treasury has on its books of an instance. */
export function booksOf({ treasury: { driven } }: World, instance: string): InstanceRow {
  driven.freeze();
  return JSON.parse(driven.store.rows.get(instance)!.body) as InstanceRow;
}

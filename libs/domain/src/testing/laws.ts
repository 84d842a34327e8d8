import type { ApplicantRow } from '../allocator/applicant-row.ts';
import type { Purse } from '../allocator/purse.ts';
import type { InstanceRow } from '../treasury/instance-row.ts';
import { holderKey } from '../treasury/instance-row.ts';
import { decisionsIn, type World } from './given.ts';

// The laws of money, looked at from outside: in what the stages would save, not in what they check while posting.

/** What breaks a law in the worlds of one workspace, in words; empty where all hold. */
export function brokenLaws(worlds: readonly World[]): string[] {
  return [...worlds.flatMap(lawsOfPartition), ...lawsOfTreasury(worlds)];
}

interface Kept {
  readonly purses: Readonly<Record<string, Purse>>;
  readonly rows: readonly ApplicantRow[];
}

function keptBy({ allocator }: World): Kept {
  allocator.freeze();
  const { root, rows } = allocator.store;
  const { purses } = JSON.parse(root!) as { purses: Record<string, Purse> };
  return { purses, rows: [...rows].map(([id, { body }]) => ({ id, ...JSON.parse(body) }) as ApplicantRow) };
}

function lawsOfPartition(world: World): string[] {
  const { purses, rows } = keptBy(world);
  const found: string[] = [];
  const told = (what: string, is: unknown, wanted: unknown): void => {
    const [a, b] = [JSON.stringify(is), JSON.stringify(wanted)];
    if (a !== b) found.push(`${what}: ${a}, not ${b}`);
  };
  for (const row of rows) {
    for (const [instance, purse] of Object.entries(row.purses)) {
      told(`${row.id} ${instance}`, partsOf(purse), heldBy([row], instance));
    }
  }
  const shared = rows.map((row) => withoutOwn(row));
  for (const [instance, purse] of Object.entries(purses)) {
    told(instance, partsOf(purse), heldBy(shared, instance));
  }
  for (const purse of [...Object.values(purses), ...rows.flatMap((row) => Object.values(row.purses))]) {
    const { leasedIn, free, held, settling, spent, returned, wanted, clawedBack } = purse;
    told('leased in', leasedIn, free + held + settling + spent + returned);
    const least = Math.min(free, held, settling, spent, returned, wanted, clawedBack, spent - clawedBack);
    if (least < 0) found.push(`overdrawn: ${JSON.stringify(purse)}`);
  }
  for (const { id, programmes } of rows) {
    for (const [programme, { grant, wait, offer }] of Object.entries(programmes)) {
      if (grant !== null && offer !== null) found.push(`${id} has ${programme} and is offered it`);
      if (grant !== null && wait !== null && grant.account !== wait.account)
        found.push(`${id} waits for another ${programme} than it has`);
    }
  }
  const ids = decisionsIn(world.outputs).map(({ position }) => position);
  told('decisions with an id of their own', new Set(ids).size, ids.length);
  return found;
}

/** The part of a row that is about the partition's purses. */
function withoutOwn(row: ApplicantRow): ApplicantRow {
  const isOwn = (account: string | null = null): boolean => account !== null && account in row.purses;
  const programmes = Object.entries(row.programmes).map(([id, standing]) => [
    id,
    {
      ...standing,
      grant: isOwn(standing.grant?.account) ? null : standing.grant,
      settling: standing.settling.filter(({ account }) => !isOwn(account)),
      wait: isOwn(standing.wait?.account) ? null : standing.wait,
    },
  ]);
  return { ...row, programmes: Object.fromEntries(programmes) as ApplicantRow['programmes'] };
}

interface Parts {
  readonly held: number;
  readonly settling: number;
  readonly wanted: number;
}

function partsOf({ held, settling, wanted }: Purse): Parts {
  return { held, settling, wanted };
}

/** What grants and waits say a purse should hold. */
function heldBy(rows: readonly ApplicantRow[], instance: string): Parts {
  let [held, settling, wanted] = [0, 0, 0];
  for (const standing of rows.flatMap(({ programmes }) => Object.values(programmes))) {
    const { grant, wait } = standing;
    if (grant?.account === instance) held += grant.size - grant.spent;
    if (wait?.account === instance) wanted += wait.need;
    for (const { account, size, spent } of standing.settling)
      if (account === instance) settling += size - spent;
  }
  return { held, settling, wanted };
}

function lawsOfTreasury(worlds: readonly World[]): string[] {
  const { driven } = worlds[0]!.treasury;
  driven.freeze();
  const rows = [...driven.store.rows].map(([id, { body }]) => ({ id, ...JSON.parse(body) }) as InstanceRow);
  const found: string[] = [];
  for (const { id, total, owed, unleased, leasedOut, leasedBelow } of rows) {
    if (total + owed !== unleased + leasedOut + leasedBelow) found.push(`${id} is out of balance`);
    if (Math.min(total, owed, unleased, leasedOut, leasedBelow) < 0) found.push(`${id} is overdrawn`);
  }
  for (const [partition, world] of worlds.entries()) {
    const kept = keptBy(world);
    for (const row of rows) {
      const holders: [string | null, Purse | undefined][] = [
        [null, kept.purses[row.id]],
        ...kept.rows.map(({ id, purses }): [string, Purse | undefined] => [id, purses[row.id]]),
      ];
      for (const [merchant, purse] of holders) {
        const holder = row.holders[holderKey(partition, merchant)] ?? { leased: 0, takenBack: 0 };
        // On its way to the holder, and back from it.
        const [there, back] = [
          holder.leased - (purse?.leasedIn ?? 0),
          (purse?.returned ?? 0) - holder.takenBack,
        ];
        if (there < 0 || back < 0)
          found.push(`${row.id} of ${partition}/${merchant}: ${there} out, ${back} back`);
        if (world.treasury.isAtRest() && there + back !== 0)
          found.push(`${row.id} of ${partition}: in flight`);
      }
    }
  }
  return found;
}

import { shown } from './canonical-text.ts';
import type { DecisionContent, DecisionContext, GrantCheck, PendingUsage, Profile } from './check-grants.ts';
import { checkOutput, createDecisionChain, createPositionOrder, type CauseRecord } from './check-outputs.ts';
import type { PartitionInput } from './check-partition.ts';
import { moved, type Balance, type PurseCheck, type PurseName } from './check-purse.ts';
import type { EventLine, LineCursor } from './export-reader.ts';
import { localDate, type ZoneTransition } from './local-day.ts';
import { partitionOf } from './murmur2.ts';
import { outermost, instanceOf, type PolicyBundle } from './policy-bundle.ts';
import { inOrder, positionParts } from './position-order.ts';

// What the allocator made of one capability record: decisions, and what it said to the treasuries, in the one order
// that their positions give. Postings in between are usage, which stands in no output: it is posted where the balances
// say that it was, and at the end of the record at the latest.

export interface CapabilityRecord {
  readonly position: string;
  readonly cause: CauseRecord;
  /** Activity hash that the last forwarded tick carried. */
  readonly tickHash: string;
  readonly bundle: PolicyBundle | null;
  readonly zone: readonly ZoneTransition[];
  readonly usage: { readonly merchant: string; readonly grantId: string; readonly used: number } | null;
}

export interface AllocatorCheck {
  lease(where: string, purse: PurseName, amount: number): void;
  follow(record: CapabilityRecord): Promise<void>;
  /** What is left was caused by nothing that was followed. `end`: position of the last capability record. */
  finish(end: string | null): Promise<void>;
  readonly decisions: number;
  /** Position of the last decision so far. */
  readonly end: string | null;
}

export interface AllocatorLogs {
  readonly grants: GrantCheck;
  readonly purses: PurseCheck;
  readonly decisions: LineCursor;
  readonly mail: LineCursor;
  readonly profileOf: (merchant: string) => Profile | null;
}

export function followAllocator(input: PartitionInput, logs: AllocatorLogs): AllocatorCheck {
  const { manifest, partition, findings, bundles, homes } = input;
  const { grants, purses, decisions, mail, profileOf } = logs;
  const order = createPositionOrder('decisions', findings);
  const chain = createDecisionChain(partition, manifest.logId, findings);
  let reported: CapabilityRecord['usage'] = null;
  let count = 0;
  let end: string | null = null;

  /** What the usage of this record would move now; null when it was posted, or counts nowhere. */
  function pending(): PendingUsage | null {
    return reported === null ? null : grants.usage(reported.merchant, reported.grantId, reported.used);
  }

  function postUsage(where: string, usage: PendingUsage): void {
    purses.post(where, usage.grant.purse!, usage.movement);
    grants.spend(usage);
    reported = null;
  }

  /** Posts the usage of this record if only with it the purse stands as it is said to. */
  function settleUsage(where: string, purse: PurseName, isAsSaid: (balance: Balance) => boolean): void {
    const usage = pending();
    if (usage === null) return;
    const { account, holder } = usage.grant.purse!;
    if (account !== purse.account || holder !== purse.holder) return;
    const before = purses.balanceOf(purse);
    if (!isAsSaid(before) && isAsSaid(moved(before, usage.movement))) postUsage(where, usage);
  }

  function onDecision(line: EventLine, { cause, tickHash, zone }: CapabilityRecord): void {
    const where = `decisions ${line.position}`;
    count += 1;
    end = line.position ?? null;
    chain.check(line);
    checkOutput(line, 'decisions', cause, manifest, partition, findings);
    if (line.event === null) return;
    const { data, time } = line.event;
    findings.expect(data['activityHash'] === tickHash, 'activity-hash', where, () => {
      return `says ${shown(data['activityHash'])}, the last tick has ${tickHash}`;
    });
    const content = data as unknown as DecisionContent;
    const { budget } = content;
    const purse = budget === null ? null : { account: budget.account, holder: budget.holder ?? null };
    if (purse !== null) settleUsage(where, purse, (balance) => isSame(balance, budget!.before));
    const merchant = line.key ?? '';
    const atMs = Date.parse(time);
    const bundle = bundles.get(shown(data['bundle'])) ?? null;
    const today = localDate(atMs, zone);
    const context: DecisionContext = { where, merchant, atMs, today, bundle, profile: profileOf(merchant) };
    const movement = grants.decided(context, content);
    if (purse === null) return;
    purses.expect(`${where}, before`, purse, budget!.before);
    purses.post(where, purse, movement);
    purses.expect(`${where}, after`, purse, budget!.after);
  }

  /** `isKnown`: there are decisions from after it, so that everything that moved the purse was seen. */
  function onMail(line: EventLine, { bundle }: CapabilityRecord, isKnown: boolean): void {
    const where = `treasury ${line.partition}, ${line.position}`;
    const { type, data } = line.event!;
    const said = data as unknown as PurseName & { readonly amount: number; readonly balance: Balance };
    const purse = { account: said.account, holder: said.holder };
    const isReturn = type === 'updraft.treasury.return.v1';
    const movement = isReturn ? { free: -said.amount, returned: said.amount } : {};
    settleUsage(where, purse, (balance) => isSame(moved(balance, movement), said.balance));
    purses.post(where, purse, movement);
    if (isKnown) purses.expect(where, purse, said.balance);
    else purses.adopt(where, purse, said.balance);
    const { treasuries } = manifest.genesis;
    const { account } = instanceOf(said.account);
    // An account stays with the treasury that first leased of it, in all partitions.
    const first = bundle === null ? undefined : partitionOf(outermost(bundle, account), treasuries);
    const wanted = homes.get(account) ?? first;
    if (wanted !== undefined) homes.set(account, wanted);
    findings.expect(wanted === line.partition, 'treasury', where, () => {
      return `${account} is leased by treasury ${wanted}`;
    });
  }

  return {
    get decisions() {
      return count;
    },
    get end() {
      return end;
    },
    lease(where, purse, amount) {
      purses.post(where, purse, { leasedIn: amount, free: amount });
    },
    async follow(record) {
      const { position } = record;
      reported = record.usage;
      for (;;) {
        const [decision, said] = [await next(decisions, position), await next(mail, position)];
        if (decision === null && said === null) break;
        const isKnown = (await decisions.peek()) !== null;
        if (said !== null && (decision === null || isBefore(said, decision))) {
          await mail.take();
          if (isKnown) order.check(said);
          onMail(said, record, isKnown);
        } else {
          await decisions.take();
          order.check(decision!);
          onDecision(decision!, record);
        }
      }
      const usage = pending();
      if (usage !== null) postUsage(`capability ${position}`, usage);
    },
    async finish(last) {
      for (let line = await decisions.take(); line !== null; line = await decisions.take()) {
        count += 1;
        chain.check(line);
        const where = `decisions ${line.position}`;
        findings.add('position', where, 'stands out of order, or what caused it is not there');
      }
      for (let line = await mail.take(); line !== null; line = await mail.take()) {
        if (isBeyond(line.position, last)) continue;
        const where = `treasury ${line.partition}, ${line.position}`;
        findings.add('position', where, 'stands out of order, or what caused it is not there');
      }
      chain.finish(manifest.chainHeads.find((head) => head.partition === partition));
    },
  };
}

function isSame(balance: Balance, said: Balance): boolean {
  return Object.entries(said).every(([part, amount]) => balance[part as keyof Balance] === amount);
}

/** The next line if the record at `position` led to it. */
async function next(cursor: LineCursor, position: string): Promise<EventLine | null> {
  const line = await cursor.peek();
  return line !== null && `${line.position}/`.startsWith(`${position}/`) ? line : null;
}

function isBefore(a: EventLine, b: EventLine): boolean {
  return inOrder(positionParts(a.position ?? '') ?? [], positionParts(b.position ?? '') ?? []) < 0;
}

function isBeyond(position: string | undefined, last: string | null): boolean {
  const parts = positionParts(position ?? '');
  const end = last === null ? null : positionParts(last);
  return parts !== null && (end === null || inOrder(parts, end) > 0);
}

import { shown } from './canonical-text.ts';
import type { Profile } from './check-grants.ts';
import { checkOutput, createPositionOrder, type CauseRecord } from './check-outputs.ts';
import type { PartitionInput, PartitionSummary } from './check-partition.ts';
import type { Event, EventLine, LineCursor } from './export-reader.ts';
import { followAllocator, type AllocatorCheck, type AllocatorLogs } from './follow-allocator.ts';
import type { Profiles } from './merchant-profiles.ts';
import type { LeaseLine } from './read-leases.ts';
import type { PartitionClock, Verdict } from './partition-clock.ts';
import { holderName } from './treasury-ledger.ts';

/** What activity caused, beside it. */
export interface Outputs {
  /** How far the logs go, by what was read so far. */
  readonly end: { capability: string | null; decisions: string | null };
  /** Checks everything that a record of activity caused. */
  follow(cause: CauseRecord, event: Event, verdict: Verdict): Promise<void>;
  /** What is left was caused by nothing in the export. */
  finish(summary: PartitionSummary): Promise<void>;
}

export interface OutputLogs extends Omit<AllocatorLogs, 'profileOf'> {
  readonly capability: LineCursor;
  readonly profiles: Profiles;
  readonly clock: PartitionClock;
}

export function followOutputs(input: PartitionInput, logs: OutputLogs): Outputs {
  const { manifest, partition, findings, bundles, onLease } = input;
  const { capability, profiles, clock } = logs;
  const order = createPositionOrder('capability', findings);
  const said = new Map<string, Profile>();
  const allocator: AllocatorCheck = followAllocator(input, {
    ...logs,
    profileOf: (merchant) => said.get(merchant) ?? null,
  });
  let count = 0;
  let last: string | null = null;
  let tickHash = '';

  /** Scoring says of a merchant what the events that count say. */
  function onMerchant(where: string, merchant: string, data: Event['data']): void {
    const own = profiles.of(merchant);
    const profile = {
      entity: data['entityId'] as string | null,
      category: data['category'] as string | null,
      country: data['country'] as string | null,
    };
    said.set(merchant, profile);
    for (const part of ['entity', 'category', 'country'] as const) {
      findings.expect(profile[part] === own[part], 'facts', where, () => {
        return `says ${part} ${profile[part]} of ${merchant}, its events say ${own[part]}`;
      });
    }
  }

  function onControl(where: string, data: Event['data'], cause: CauseRecord): void {
    const control = data['control'] as unknown as Pick<LeaseLine, 'account' | 'holder' | 'amount'>;
    if (data['type'] === 'updraft.control.tick.v1') {
      tickHash = cause.activityHash;
      findings.expect(data['activityHash'] === tickHash, 'activity-hash', where, () => {
        return `says ${shown(data['activityHash'])}, activity has ${tickHash}`;
      });
    }
    if (data['type'] !== 'updraft.control.lease.v1') return;
    const { account, holder, amount } = control;
    allocator.lease(where, { account, holder }, amount);
    const { leasedIn } = logs.purses.balanceOf({ account, holder });
    onLease(where, account, holderName(partition, holder), leasedIn);
  }

  async function onCapability(line: EventLine, cause: CauseRecord, event: Event): Promise<void> {
    const where = `capability ${line.position}`;
    count += 1;
    last = line.position ?? null;
    order.check(line);
    checkOutput(line, 'capability', cause, manifest, partition, findings);
    const type = line.event?.type;
    const data = line.event?.data ?? {};
    let usage = null;
    if (type === 'updraft.capability.usage.v1') {
      const reported = event.data['exposures'] ?? event.data['used'];
      findings.expect(data['used'] === reported, 'cause', where, () => {
        return `reports ${shown(data['used'])}, the event ${shown(reported)}`;
      });
      usage = { merchant: line.key ?? '', grantId: shown(data['grantId']), used: Number(data['used']) };
    }
    if (type === 'updraft.capability.merchant.v1') onMerchant(where, line.key ?? '', data);
    if (type === 'updraft.capability.control.v1') onControl(where, data, cause);
    const bundle = clock.bundle === null ? null : (bundles.get(clock.bundle) ?? null);
    await allocator.follow({
      position: line.position ?? '',
      cause,
      tickHash,
      bundle,
      zone: clock.zone,
      usage,
    });
  }

  return {
    end: {
      get capability() {
        return last;
      },
      get decisions() {
        return allocator.end;
      },
    },
    async follow(cause, event, verdict) {
      let isForwarded = false;
      for (let line = await capability.peek(); line !== null; line = await capability.peek()) {
        if (!`${line.position}/`.startsWith(`${cause.position}/`)) break;
        await capability.take();
        await onCapability(line, cause, event);
        isForwarded ||= line.event?.type === 'updraft.capability.control.v1';
      }
      const isWanted = verdict.kind === 'control' && verdict.isEffective;
      // Beyond the end of the log nothing can be missed.
      if (isForwarded || !isWanted || (await capability.peek()) === null) return;
      findings.add(
        'cause',
        `capability ${cause.position}`,
        `${cause.type} is in effect and was not forwarded`,
      );
    },
    async finish(summary) {
      for (let line = await capability.take(); line !== null; line = await capability.take()) {
        count += 1;
        const where = `capability ${line.position}`;
        findings.add('position', where, 'stands out of order, or what caused it is not there');
      }
      await allocator.finish(last);
      Object.assign(summary, { capability: count, decisions: allocator.decisions });
    },
  };
}

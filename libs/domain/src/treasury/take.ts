import type { LeaseRequest, LeaseReturn } from '../outputs.ts';
import type { CloudEvent } from '../stage/stage.ts';
import { takeNext, type Numbered } from '../stage/take-next.ts';
import { holderKey } from './instance-row.ts';
import { NEW_PATIENCE } from './patience.ts';
import { takeBack } from './posting.ts';
import { answerNothing, enqueue, judge, lease, shareAhead, withdraw } from './serving.ts';
import { chainFrom, isClosed, type TreasuryPartition } from './treasury-partition.ts';

const WRITER = /^allocator\/(0|[1-9]\d*)$/;

/** A request waits in the queue, from which the visit right after serves it. False: it was taken before. */
export function takeRequest(treasury: TreasuryPartition, { data }: CloudEvent): boolean {
  const request = data as unknown as LeaseRequest;
  const partition = take(treasury, request);
  if (partition === null) return false;
  const { account, sequence, need } = request;
  const holder = holderKey(partition, request.holder);
  const chain = chainFrom(treasury, account);
  const row = chain[0]!;
  if (!Number.isSafeInteger(need) || need < 0)
    throw new Error(`${request.writer} needs ${need} of ${account}`);
  const least = Math.max(1, need > 0 ? Math.min(request.least, need) : request.least);
  if (need > 0) {
    enqueue(treasury, chain, { holder, sequence, need, least, ...NEW_PATIENCE });
    return true;
  }
  const isWithdrawn = withdraw(treasury, row, holder);
  judge(treasury, chain);
  const isRefused = isWithdrawn || row.queue.length > 0 || isClosed(treasury, row);
  const share = isRefused ? 0 : shareAhead(treasury, chain, holder);
  if (share > 0) lease(treasury, chain, { holder, sequence, least }, share);
  else answerNothing(treasury, chain, { holder, sequence });
  return true;
}

/** What comes back goes to everybody around it as well. False: it was taken before. */
export function takeReturn(treasury: TreasuryPartition, { data }: CloudEvent): boolean {
  const { writer, sequence, account, holder, amount } = data as unknown as LeaseReturn;
  const partition = take(treasury, { writer, sequence });
  if (partition === null) return false;
  if (!Number.isSafeInteger(amount) || amount < 0)
    throw new Error(`${writer} returns ${amount} of ${account}`);
  takeBack(chainFrom(treasury, account), holderKey(partition, holder), amount);
  return true;
}

/** The partition of the writer; null for what was taken before. Exactly the next one is taken: a gap is a bug. */
function take({ root }: TreasuryPartition, said: Numbered): number | null {
  const partition = Number(WRITER.exec(said.writer)?.[1] ?? NaN);
  if (!(partition < root.genesis!.partitions)) throw new Error(`unknown writer ${said.writer}`);
  return takeNext(root.taken, said) ? partition : null;
}

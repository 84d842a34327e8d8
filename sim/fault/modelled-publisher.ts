import {
  AmbiguousError,
  FencedError,
  OversizeError,
  SEND_BYTES_MAX,
  UnavailableError,
  type Claim,
  type LogWriter,
  type Published,
  type Publisher,
} from '#stream/log';
import { append, appendOpen, endTransaction, partitionsOf, type Broker, type Transaction } from './broker.ts';
import type { Actor, Turns } from './world.ts';

// The two ways into a modelled log: a writer among several, and the publisher of one stage partition.

export function createModelledWriter(broker: Broker, turns: Turns, actor: Actor): LogWriter {
  let last: Promise<unknown> = Promise.resolve();
  let pending = 0;
  let isClosed = false;
  return {
    async append(log, partition, records) {
      if (isClosed) throw new UnavailableError('the writer is closed');
      const modelled = partitionsOf(broker, log)[partition]!;
      if (records.some(({ value }) => value.length > SEND_BYTES_MAX))
        throw new OversizeError('record too large');
      const bytes = records.reduce((sum, { value }) => sum + value.length, 0);
      pending += bytes;
      const written = last.then(() =>
        turns.turn(actor, 'append', () => {
          for (const record of records) append(modelled, record, null);
          if (!turns.chance.of(broker.faults.appendedTwice)) return;
          // The answer was lost, and a new producer sent everything again.
          turns.met('appended-twice');
          for (const record of records) append(modelled, record, null);
        }),
      );
      last = written.catch(() => undefined);
      await written;
      pending -= bytes;
    },
    pendingBytes: () => pending,
    close() {
      isClosed = true;
      return last.then(() => undefined);
    },
  };
}

export async function createModelledPublisher(
  broker: Broker,
  turns: Turns,
  actor: Actor,
  name: string,
): Promise<Publisher> {
  const epoch = await turns.turn(actor, 'fence', () => {
    maybeAway(broker, turns);
    return fence(broker, turns, name);
  });
  let isUsable = true;
  const opened = {};
  broker.unclosed.set(opened, actor.name);

  function publishInTurn(outputs: readonly Published[], claim: Claim): Promise<ReadonlyMap<string, number>> {
    if (broker.isClaimValid === null) return publishInTransaction(outputs, claim);
    return turns.turn(actor, 'publish', () => publishAtOnce(broker, outputs, claim));
  }

  async function publishInTransaction(
    outputs: readonly Published[],
    claim: Claim,
  ): Promise<ReadonlyMap<string, number>> {
    const offsets = new Map<string, number>();
    const transaction = await turns.turn(actor, 'begin', () => {
      checkEpoch(broker, name, epoch);
      const begun: Transaction = { state: 'open', touched: new Map() };
      broker.open.set(name, begun);
      return begun;
    });
    for (const { log, partition, key, value } of outputs) {
      await turns.turn(actor, 'send', () => {
        checkEpoch(broker, name, epoch);
        const offset = appendOpen(partitionsOf(broker, log)[partition]!, { key, value }, transaction);
        if (!offsets.has(log)) offsets.set(log, offset);
      });
    }
    await turns.turn(actor, 'commit', () => {
      checkEpoch(broker, name, epoch);
      const isAmbiguous = turns.chance.of(broker.faults.ambiguousCommit);
      const isWritten = !isAmbiguous || turns.chance.of(0.5);
      if (isWritten) broker.published(claim);
      broker.open.delete(name);
      endTransaction(transaction, isWritten ? 'committed' : 'aborted');
      if (!isAmbiguous) return;
      turns.met(isWritten ? 'ambiguous-commit-written' : 'ambiguous-commit-aborted');
      throw new AmbiguousError('the answer to the commit was lost');
    });
    return offsets;
  }

  return {
    async publish(outputs, claim) {
      if (!isUsable) throw new FencedError('the publisher failed before');
      if (outputs.some(({ value }) => value.length > SEND_BYTES_MAX))
        throw new OversizeError('output too large');
      try {
        return await publishInTurn(outputs, claim);
      } catch (error) {
        isUsable = false;
        throw error;
      }
    },
    close() {
      isUsable = false;
      broker.unclosed.delete(opened);
      return Promise.resolve();
    },
  };
}

/** Now and then the broker does not answer. */
export function maybeAway(broker: Broker, turns: Turns): void {
  if (!turns.chance.of(broker.faults.away)) return;
  turns.met('broker-away');
  throw new UnavailableError('the broker is away');
}

/** A new epoch: what the earlier owner had open is aborted, and it can write no more. */
function fence(broker: Broker, turns: Turns, name: string): number {
  const open = broker.open.get(name);
  if (open !== undefined) {
    turns.met('fenced-open-transaction');
    broker.open.delete(name);
    endTransaction(open, 'aborted');
  }
  const epoch = (broker.epochs.get(name) ?? 0) + 1;
  broker.epochs.set(name, epoch);
  return epoch;
}

function checkEpoch(broker: Broker, name: string, epoch: number): void {
  if (broker.epochs.get(name) !== epoch) throw new FencedError(`${name}: epoch ${epoch} is over`);
}

function publishAtOnce(
  broker: Broker,
  outputs: readonly Published[],
  claim: Claim,
): ReadonlyMap<string, number> {
  if (!broker.isClaimValid!(claim))
    throw new FencedError(`${claim.stage} ${claim.partition}: the claim is not valid`);
  broker.published(claim);
  const offsets = new Map<string, number>();
  const transaction: Transaction = { state: 'committed', touched: new Map() };
  for (const { log, partition, key, value } of outputs) {
    const offset = append(partitionsOf(broker, log)[partition]!, { key, value }, transaction);
    if (!offsets.has(log)) offsets.set(log, offset);
  }
  return offsets;
}

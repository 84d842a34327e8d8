import { describeLogContract, type Fault, type LogContractSubject } from '#stream/log-contract';
import type { Appended, Claim, Logs } from '#stream/log';
import {
  appendOpen,
  createBroker,
  endTransaction,
  NO_FAULTS,
  partitionsOf,
  type Broker,
  type Transaction,
} from './broker.ts';
import { createModelledLogs } from './modelled-log.ts';
import { immediateTurns, type Actor } from './world.ts';

// The model is held to what Kafka and PostgreSQL are held to, in both ways of fencing; without a schedule.

const FAULTS: readonly Fault[] = ['dropNextAppendAnswer', 'abortedSend'];

describeLogContract('the modelled log, fenced by epoch', () => openSubject(false), FAULTS);
describeLogContract('the modelled log, fenced by claim', () => openSubject(true), FAULTS);

function openSubject(isFencedByClaim: boolean): Promise<LogContractSubject> {
  const claims = new Map<string, Claim>();
  let appendedTwice = 0;
  const faults = {
    ...NO_FAULTS,
    /** Once: the answer to the next append is lost, and it is sent again. */
    get appendedTwice() {
      const rate = appendedTwice;
      appendedTwice = 0;
      return rate;
    },
  };
  const isClaimValid = (claim: Claim): boolean => {
    const valid = claims.get(`${claim.stage}/${claim.partition}`);
    return valid?.owner === claim.owner && valid.takeover === claim.takeover;
  };
  const broker = createBroker(isFencedByClaim ? isClaimValid : null, faults);
  const turns = immediateTurns();
  const open = (name: string): Logs => {
    const actor: Actor = { name, isAlive: true, isFrozen: false };
    return createModelledLogs(broker, turns, actor);
  };
  return Promise.resolve({
    logs: open('first'),
    second: () => open('second'),
    claimSetup(stage, partition, owner, takeover) {
      claims.set(`${stage}/${partition}`, { stage, partition, owner, takeover });
      return Promise.resolve();
    },
    faults: {
      dropNextAppendAnswer: () => (appendedTwice = 1),
      abortedSend: (log, partition, records) => abortedSend(broker, log, partition, records),
    },
    close: () => Promise.resolve(),
  } satisfies LogContractSubject);
}

function abortedSend(
  broker: Broker,
  log: string,
  partition: number,
  records: readonly Appended[],
): Promise<void> {
  const transaction: Transaction = { state: 'open', touched: new Map() };
  for (const record of records) appendOpen(partitionsOf(broker, log)[partition]!, record, transaction);
  endTransaction(transaction, 'aborted');
  return Promise.resolve();
}

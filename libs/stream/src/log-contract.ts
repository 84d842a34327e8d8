// What every adapter of the log port must do, in one suite: Kafka, Postgres and the simulation's modelled
// log run it. An adapter opens one subject for all cases; each case makes logs of its own in it.
import { describeAppends } from './contract/append-contract.ts';
import type { Fault, LogContractSubject } from './contract/contract-subject.ts';
import { describeFaults } from './contract/fault-contract.ts';
import { describePublications } from './contract/publish-contract.ts';
import { describeReads } from './contract/read-contract.ts';
import { describeSubscriptions } from './contract/subscribe-contract.ts';

export type { Fault, LogContractSubject } from './contract/contract-subject.ts';

/** Opening may start a database or wait for a broker. */
const OPEN_TIMEOUT_MS = 120_000;

/** `faults` names the ones that the subject can cause; cases that need another are skipped in plain sight. */
export function describeLogContract(
  name: string,
  open: () => Promise<LogContractSubject>,
  faults: readonly Fault[] = [],
): void {
  describe(name, () => {
    let opened: LogContractSubject | undefined;
    const subject = (): LogContractSubject => {
      if (opened === undefined) throw new Error('the subject of the contract could not be opened');
      return opened;
    };

    beforeAll(async () => {
      opened = await open();
    }, OPEN_TIMEOUT_MS);

    afterAll(async () => {
      await opened?.close();
    }, OPEN_TIMEOUT_MS);

    describeAppends(subject);
    describeReads(subject, faults);
    describePublications(subject);
    describeSubscriptions(subject);
    describeFaults(subject, faults);
  });
}

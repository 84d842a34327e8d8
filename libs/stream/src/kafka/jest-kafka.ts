// How a spec gets at the one broker that a whole test run shares. The runner starts it and names it in the
// environment; a spec never starts one for itself unless it wants to stop it.
import { randomBytes } from 'node:crypto';

export const KAFKA_ENV = 'UPDRAFT_TEST_KAFKA';

export interface SharedKafka {
  readonly brokers: string[];
  /** A topic prefix that no other spec uses. */
  prefix(): string;
}

export function sharedKafka(): SharedKafka | undefined {
  const brokers = process.env[KAFKA_ENV];
  if (brokers === undefined || brokers === '') return undefined;
  return { brokers: brokers.split(','), prefix: () => `t${randomBytes(5).toString('hex')}.` };
}

/**
 * Skips in plain sight where no broker was given; in CI that is an error, because nothing may be skipped
 * there.
 */
export function describeWithKafka(name: string, suite: (kafka: SharedKafka) => void): void {
  const kafka = sharedKafka();
  if (kafka !== undefined) {
    describe(name, () => suite(kafka));
    return;
  }
  if (process.env['CI'] === 'true')
    throw new Error(`${KAFKA_ENV} is not set, and CI=true forbids skipping: ${name}`);
  describe.skip(`${name} (skipped: ${KAFKA_ENV} is not set)`, () => {
    test('needs a broker', () => undefined);
  });
}

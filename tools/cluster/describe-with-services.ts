import { kafkaAvailable } from '#tools/kafka/launch';

export const POSTGRES_ENV = 'UPDRAFT_TEST_POSTGRES';

/**
 * For suites that start a broker and processes of their own and need a PostgreSQL server beside them. Skipped in plain
 * sight where one is missing; in CI that is an error, because nothing may be skipped there.
 */
export function describeWithServices(title: string, suite: (postgresUrl: string) => void): void {
  const postgresUrl = process.env[POSTGRES_ENV];
  const kafka = kafkaAvailable();
  if (postgresUrl !== undefined && kafka.ok) {
    describe(title, () => suite(postgresUrl));
    return;
  }
  const missing = [
    ...(kafka.ok ? [] : [`Kafka (${kafka.why})`]),
    ...(postgresUrl === undefined ? [`PostgreSQL (${POSTGRES_ENV} is not set)`] : []),
  ].join(' and no ');
  if (process.env['CI'] === 'true')
    throw new Error(`${title}: CI=true forbids skipping, and there is no ${missing}`);
  describe.skip(`${title} (skipped: no ${missing})`, () => {
    test('needs both', () => undefined);
  });
}

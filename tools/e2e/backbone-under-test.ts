import 'reflect-metadata';
import type { Backbone } from '#stage/backbone';
import { createSnapshotStore } from '#store/postgres-snapshot-store';
import { describeWithPostgres, openTestDatabase, type TestDatabase } from '#store/testing/test-database';
import { describeWithKafka, type SharedKafka } from '#stream/kafka/jest-kafka';
import { createKafkaLogs } from '#stream/kafka/kafka-logs';
import type { Logs } from '#stream/log';
import { createPostgresLogs } from '#stream/postgres/postgres-logs';

// The two ways to run Updraft, for suites that must hold in both: embedded (PGlite, the logs as its tables), and
// Apache Kafka with PostgreSQL.

/** Short, so that a member that left without a word is missed soon. */
const SESSION_TIMEOUT_MS = 3_000;

/** A workspace of its own, empty, that outlives the processes which a spec starts and stops on it. */
export interface BackboneUnderTest {
  /** Where a process that starts now stands: connections of its own to the logs. `close` ends only those. */
  connect(): Backbone;
  close(): Promise<void>;
}

export type OpenBackbone = () => Promise<BackboneUnderTest>;

/** One suite body in both modes. */
export function describeInBothModes(name: string, suite: (open: OpenBackbone) => void): void {
  describe(`${name}, embedded`, () => suite(openEmbedded));
  describeOnServers(name, suite);
}

/** In the second mode only: skipped in plain sight without its servers, an error where CI=true. */
export function describeOnServers(name: string, suite: (open: OpenBackbone) => void): void {
  describeWithKafka(`${name}, on Kafka`, (kafka) => {
    describeWithPostgres('with its state in', (openDatabase) =>
      suite(async () => onKafka(await openDatabase(), kafka)),
    );
  });
}

export async function openEmbedded(): Promise<BackboneUnderTest> {
  const test = await openTestDatabase();
  return overDatabase(test, () => createPostgresLogs({ sql: test.database }));
}

function onKafka(test: TestDatabase, kafka: SharedKafka): BackboneUnderTest {
  const prefix = kafka.prefix();
  const connect = (): Logs =>
    createKafkaLogs({
      brokers: kafka.brokers,
      prefix,
      clientId: 'e2e',
      sessionTimeoutMs: SESSION_TIMEOUT_MS,
      notice: () => undefined,
    });
  return overDatabase(test, connect);
}

function overDatabase(test: TestDatabase, connect: () => Logs): BackboneUnderTest {
  const { database } = test;
  return {
    connect() {
      const logs = connect();
      const store = createSnapshotStore(database);
      return { database, logs, store, isEmbedded: database.embedded, close: () => logs.close() };
    },
    close: () => test.close(),
  };
}

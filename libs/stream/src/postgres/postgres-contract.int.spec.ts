import { createSnapshotStore } from '#store/postgres-snapshot-store';
import { describeWithPostgres, openTestDatabase } from '#store/testing/test-database';
import type { TestDatabase } from '#store/testing/test-database';
import { describeLogContract } from '../log-contract.ts';
import type { Fault, LogContractSubject } from '../log-contract.ts';
import type { Appended, Claim, Logs } from '../log.ts';
import { appendRecords } from './append-records.ts';
import { LogCatalog } from './log-catalog.ts';
import type { LogDatabase } from './log-database.ts';
import { createPostgresLogs } from './postgres-logs.ts';
import { losingAnswers } from './testing/losing-answers.ts';

const FAULTS: readonly Fault[] = ['dropNextAppendAnswer', 'abortedSend'];
const GROUP_TIMES = { sessionMs: 3_000, heartbeatMs: 250 };

describeLogContract('the log port on PGlite', () => openSubject(openTestDatabase), FAULTS);
describeWithPostgres('the log port', (open) => {
  describeLogContract('fulfils the contract', () => openSubject(open), FAULTS);
});

async function openSubject(open: () => Promise<TestDatabase>): Promise<LogContractSubject> {
  const opened = await open();
  const losing = losingAnswers(opened.database);
  const logs = createPostgresLogs({ sql: losing.database, groupTimes: GROUP_TIMES });
  const elsewhere = opened.database.embedded ? losing.database : await opened.openAnother();
  const others: Logs[] = [];
  return {
    logs,
    second() {
      const other = createPostgresLogs({ sql: elsewhere, groupTimes: GROUP_TIMES });
      others.push(other);
      return other;
    },
    claimSetup: (stage, partition, owner, takeover) =>
      setClaim(opened, { stage, partition, owner, takeover }),
    faults: {
      dropNextAppendAnswer: losing.dropNext,
      abortedSend: (log, partition, records) => appendAndRollBack(opened.database, log, partition, records),
    },
    async close() {
      for (const each of [logs, ...others]) await each.close();
      await opened.close();
    },
  };
}

async function setClaim({ database }: TestDatabase, claim: Claim): Promise<void> {
  const store = createSnapshotStore(database);
  await store.head(claim.stage, claim.partition);
  await database.query(
    `update stage_head set owner = $3, takeover = $4 where stage = $1 and partition = $2`,
    [claim.stage, claim.partition, claim.owner, claim.takeover],
  );
}

async function appendAndRollBack(
  database: LogDatabase,
  log: string,
  partition: number,
  records: readonly Appended[],
): Promise<void> {
  const { id } = await new LogCatalog(database).find(log);
  const aborted = database.transaction(async (sql) => {
    const inside: LogDatabase = {
      embedded: database.embedded,
      query: sql.query,
      transaction: (work) => work(sql),
    };
    await appendRecords(inside, [{ logId: id, partition, records }], null);
    throw new Error('aborted');
  });
  await expect(aborted).rejects.toThrow('aborted');
}

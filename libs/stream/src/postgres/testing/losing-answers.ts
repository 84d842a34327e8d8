import type { LogDatabase } from '../log-database.ts';

/** The error of a database that is away, as this library knows it: by its name. */
export function databaseIsAway(message: string): Error {
  return Object.assign(new Error(message), { name: 'StoreUnavailableError' });
}

/** A database that can lose the answer to an append: it is done, and nobody is told. */
export function losingAnswers(database: LogDatabase): { database: LogDatabase; dropNext(): void } {
  let dropping = false;
  return {
    dropNext: () => {
      dropping = true;
    },
    database: {
      embedded: database.embedded,
      transaction: (work, order) => database.transaction(work, order),
      async query<Row>(text: string, values?: readonly unknown[]) {
        const result = await database.query<Row>(text, values);
        if (!dropping || !text.includes('insert into log_record')) return result;
        dropping = false;
        throw databaseIsAway('the answer was lost');
      },
    },
  };
}

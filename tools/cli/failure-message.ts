import { BeginLogError } from '#stage/begin-log';
import { BundleFileError } from '#stage/bundle-file';
import { DataDirectoryInUseError } from '#store/pglite/data-lock';
import { StoreUnavailableError } from '#store/snapshot-store';
import { WrongLogError } from '#store/workspace';
import { UnavailableError } from '#stream/log';
import { CommandError } from './command-error.ts';

/** Complete as they are: they say what is wrong and what to do. */
const FOR_PEOPLE = [CommandError, BeginLogError, BundleFileError, WrongLogError, DataDirectoryInUseError];

/** SQLSTATE of a server that is there and does not let us in: no user, a wrong password, no such database, no right. */
const REFUSED = /^(08P01|28...|3D000|42501)$/;
/** pg's own words where the server wants a password and the URL has none. */
const PASSWORD_WANTED = 'SASL:';
/** Of the logs as tables: most often somebody forgot to say that the logs are elsewhere. */
const NO_LOG = /^log: .* does not exist; create it first\.$/;

/**
 * What a person can act on of the error that ended a command. Null: it is a bug, and its stack is what helps. The
 * database's URL may hold a password and is never repeated.
 */
export function failureMessage(
  error: unknown,
  env: Readonly<Record<string, string | undefined>>,
): string | null {
  if (!(error instanceof Error)) return null;
  if (FOR_PEOPLE.some((each) => error instanceof each)) return error.message;
  const isSet = (name: string): boolean => (env[name] ?? '') !== '';
  if (isSet('DATABASE_URL')) {
    if (error instanceof StoreUnavailableError)
      return `${error.message}. Does a PostgreSQL run at the host and port of DATABASE_URL?`;
    if (isRefusal(error))
      return `${error.message}: the server refuses us; user, password and database are those of DATABASE_URL`;
  }
  if (!isSet('KAFKA_BROKERS'))
    return NO_LOG.test(error.message)
      ? `${error.message} The logs of this workspace are not in the database; if they are in Kafka, set KAFKA_BROKERS`
      : null;
  if (!(error instanceof UnavailableError)) return null;
  return `${error.message}. Do the brokers of KAFKA_BROKERS (${env['KAFKA_BROKERS']}) run, and hold this workspace?`;
}

function isRefusal(error: Error): boolean {
  const { code } = error as { readonly code?: unknown };
  return (typeof code === 'string' && REFUSED.test(code)) || error.message.startsWith(PASSWORD_WANTED);
}

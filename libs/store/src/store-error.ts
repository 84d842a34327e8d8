import { StoreUnavailableError } from './snapshot-store.ts';

/** The connection broke while the transaction was being committed: it is unknown whether it was. */
export class CommitUnknownError extends StoreUnavailableError {
  /** Read by name where this class cannot be imported (libs/stream). */
  readonly outcome = 'unknown';
}

/**
 * A statement was sent past the open transaction's handle. Embedded it would wait for itself for ever; on a server
 * it would silently not be part of the transaction.
 */
export class OutsideTransactionError extends Error {
  override readonly name = 'OutsideTransactionError';
}

/** SQLSTATE classes and codes after which the same call may go through later. */
const TRANSIENT_SQLSTATE = /^(08...|53...|57P0[1-5]|57014|40001|40P01|55P03|25006|25P03)$/;
const TRANSIENT_ERRNO = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ENOENT',
]);
/** pg reports a lost connection by text alone. */
const TRANSIENT_TEXTS = [
  'Connection terminated',
  'timeout exceeded when trying to connect',
  'Client has encountered a connection error',
  'Client was closed',
  'Query read timeout',
  'Cannot use a pool after calling end',
];
/** 25006: a server that became a standby. The address may lead to the new primary: this connection does not. */
const LOST_SQLSTATE = /^(08...|57P0[1-5]|25006)$/;

interface Coded {
  readonly code?: unknown;
  readonly message?: unknown;
  readonly errors?: unknown;
}

/** Maps what pg throws: StoreUnavailableError when trying again later can help, everything else as it is. */
export function mapStoreError(error: unknown): unknown {
  if (error instanceof StoreUnavailableError || !isTransient(error)) return error;
  return unavailable(error);
}

export function unavailable(error: unknown): StoreUnavailableError {
  return new StoreUnavailableError(`The database is away or overloaded: ${describe(error)}`, {
    cause: error,
  });
}

/** True when no answer arrived, so that the effect is unknown (a SQLSTATE of a live server is an answer). */
export function isConnectionLost(error: unknown): boolean {
  const code = (error as Coded).code;
  if (typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) && !TRANSIENT_ERRNO.has(code)) {
    return LOST_SQLSTATE.test(code);
  }
  return isTransient(error);
}

function isTransient(error: unknown): boolean {
  // Not `instanceof Error`: errors of node:net come from another realm under jest.
  if (typeof error !== 'object' || error === null) return false;
  const { code, message, errors } = error as Coded;
  if (typeof code === 'string' && (TRANSIENT_SQLSTATE.test(code) || TRANSIENT_ERRNO.has(code))) return true;
  // A refused connection to a name with several addresses arrives as an AggregateError of all attempts.
  if (Array.isArray(errors)) return errors.length > 0 && errors.every((each) => isTransient(each));
  return typeof message === 'string' && TRANSIENT_TEXTS.some((text) => message.startsWith(text));
}

function describe(error: unknown): string {
  const { message, errors } = error as Coded;
  if (typeof message === 'string' && message !== '') return message;
  return Array.isArray(errors) ? errors.map((each) => (each as Error).message).join('; ') : String(error);
}

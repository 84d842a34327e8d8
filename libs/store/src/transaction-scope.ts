import { AsyncLocalStorage } from 'node:async_hooks';
import { OutsideTransactionError } from './store-error.ts';

interface Scope {
  open: boolean;
}

const current = new AsyncLocalStorage<Scope>();

/**
 * Runs `work` so that `refuseInsideTransaction` can tell that it is called from within. What `work` started and left
 * running is free again once it has returned: the scope is closed, not merely left.
 */
export async function insideTransaction<T>(work: () => Promise<T>): Promise<T> {
  const scope: Scope = { open: true };
  try {
    return await current.run(scope, work);
  } finally {
    scope.open = false;
  }
}

export function refuseInsideTransaction(what: string): void {
  if (current.getStore()?.open !== true) return;
  throw new OutsideTransactionError(
    `${what} inside an open transaction but not through its handle. ` +
      'Pass the handle that `transaction` gave (`sql`) on to every function called inside it.',
  );
}

/** What runs a statement: a pool, or the open transaction's handle, which must be passed on explicitly. */
export interface Sql {
  query<Row = Record<string, unknown>>(
    text: string,
    values?: readonly unknown[],
  ): Promise<{ rows: Row[]; rowCount: number }>;
}

/**
 * A database. Embedded there is one session: a statement outside the open transaction's handle is rejected at once
 * instead of waiting for itself, in both modes, so that the mistake shows where it is cheap.
 */
export interface Database extends Sql {
  /** `last` puts the transaction behind everybody else's (projections). */
  transaction<T>(work: (sql: Sql) => Promise<T>, order?: 'fair' | 'last'): Promise<T>;
  close(): Promise<void>;
}

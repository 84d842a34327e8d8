import type { Grant } from '#domain/outputs';
import { upsertGrants, type GrantRow } from '#store/read/project';
import type { Marks, Projection } from './projection.ts';

/** The newest record of each grant. */
export const grantsProjection: Projection<Marks, GrantRow> = {
  log: 'grants',
  types: new Set(['updraft.grant.v1']),
  empty: {},
  fold(marks, partition, record) {
    const grant = record.event.data as unknown as Grant;
    return {
      marks,
      row: {
        grantId: grant.grantId,
        partition,
        position: grant.position,
        merchant: record.event.subject ?? null,
        programme: grant.programme,
        kind: grant.kind,
        account: grant.account,
        status: grant.status,
        record: record.text,
      },
      position: grant.position,
    };
  },
  write: upsertGrants,
};

import type { Grant } from '#domain/outputs';
import type { Logs } from '#stream/log';
import type { ActiveGrant } from '#sim/marketplace/boost-delivery';
import { followLog } from './log-follow.ts';

/** The grants that run, as a gateway knows them: from the compacted log, ended ones dropped. */
export function activeGrants(logs: Logs, partitions: number): () => Promise<readonly ActiveGrant[]> {
  const follow = followLog(logs, 'grants', partitions);
  const active = new Map<string, ActiveGrant>();
  return async () => {
    await follow.catchUp(({ value }) => {
      const { subject, data } = JSON.parse(value.toString('utf8')) as { subject: string; data: Grant };
      const { grantId, programme, kind, size, status } = data;
      if (status === 'expired' || status === 'revoked') active.delete(grantId);
      else {
        const validUntilMs = Date.parse(data.validUntil);
        active.set(grantId, { grantId, merchantId: subject, programme, kind, size, validUntilMs });
      }
    });
    return [...active.values()];
  };
}

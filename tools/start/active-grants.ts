import type { Grant } from '#domain/outputs';
import type { Logs } from '#stream/log';
import { activeGrant, type ActiveGrant } from '#sim/marketplace/in-force';
import { followLog } from './log-follow.ts';

/** The grants that run, as a gateway knows them: from the compacted log, ended ones dropped. */
export function activeGrants(logs: Logs, partitions: number): () => Promise<readonly ActiveGrant[]> {
  const follow = followLog(logs, 'grants', partitions);
  const active = new Map<string, ActiveGrant>();
  return async () => {
    await follow.catchUp(({ value }) => {
      const { subject, data } = JSON.parse(value.toString('utf8')) as { subject: string; data: Grant };
      const grant = activeGrant(subject, data);
      if (grant === null) active.delete(data.grantId);
      else active.set(data.grantId, grant);
    });
    return [...active.values()];
  };
}

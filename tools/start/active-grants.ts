import type { Decision, Grant } from '#domain/outputs';
import { activeGrant, trainingOffer, type ActiveGrant, type TrainingOffer } from '#sim/marketplace/in-force';
import type { Logs } from '#stream/log';
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

/** The courses that are on offer: of each merchant and programme the last decision counts. */
export function trainingOffers(logs: Logs, partitions: number): () => Promise<readonly TrainingOffer[]> {
  const follow = followLog(logs, 'decisions', partitions);
  const open = new Map<string, TrainingOffer>();
  return async () => {
    await follow.catchUp(({ value }) => {
      const { subject = '', data } = JSON.parse(value.toString('utf8')) as {
        subject?: string;
        data: Decision;
      };
      const place = `${subject} ${data.programme}`;
      const offer = trainingOffer(subject, data);
      if (offer === null) open.delete(place);
      else open.set(place, offer);
    });
    return [...open.values()];
  };
}

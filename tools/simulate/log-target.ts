import { makeAdmit } from '#contracts/admit';
import { findTopicFaults } from '#stage/begin-log';
import type { Addressed } from '#stream/by-partition';
import type { Logs } from '#stream/log';
import { CommandError } from '#tools/cli/command-error';
import type { Refusal } from '#tools/door/post-batch';
import { appendByPartition } from './append-by-partition.ts';
import { patientAppends } from './patient-appends.ts';
import type { Target } from './target.ts';

export interface LogTargetOptions {
  /** In words. */
  readonly name: string;
  readonly logs: Logs;
  /** The same as at every door of the workspace. */
  readonly pseudonymKey: Uint8Array;
}

/** Straight into activity, past every door, and so admitted here: what is malformed must never stand in the log. */
export function logTarget({ name, logs, pseudonymKey }: LogTargetOptions): Target {
  const writer = logs.writer('simulate');
  const appends = patientAppends();
  let admit = makeAdmit({ partitions: 1, pseudonymKey });
  return {
    name,
    async knock() {
      const [fault] = await findTopicFaults(logs);
      if (fault !== undefined) throw new CommandError(`${name}: ${fault}`);
      admit = makeAdmit({ partitions: await logs.partitions('activity'), pseudonymKey });
    },
    async send(events, signal) {
      const records: Addressed[] = [];
      const refusals: Refusal[] = [];
      for (const [index, event] of events.entries()) {
        // As it would come out of a request: without what JSON has no form for.
        const outcome = admit(JSON.parse(JSON.stringify(event)));
        if (outcome.admitted) records.push({ ...outcome, key: outcome.merchantId });
        else refusals.push({ index, why: JSON.stringify(outcome.problems) });
      }
      await appends(events, () => appendByPartition(writer, 'activity', records), signal);
      return { kind: 'judged', status: 202, refusals };
    },
    close: () => writer.close(),
  };
}

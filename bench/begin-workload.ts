import { encodePolicyActivated } from '#contracts/genesis';
import type { Genesis } from '#domain/controls';
import { publishBundle } from '#stage/activation';
import type { Backbone } from '#stage/backbone';
import { writeGenesis } from '#stage/begin-log';
import { readBundleFile } from '#stage/bundle-file';
import { FIXED_WORKLOAD } from './workload.ts';

/** Begins a workspace whose history brings its own ticks, with the policy live from the second record on. */
export async function beginWorkload(
  { logs, database }: Pick<Backbone, 'logs' | 'database'>,
  partitions: number,
  policy: string,
): Promise<Genesis> {
  const nowMs = FIXED_WORKLOAD.startMs;
  const { genesis } = await writeGenesis(
    logs,
    database,
    { partitions, zone: 'Asia/Shanghai' },
    { clockMs: nowMs, isLive: false },
  );
  const { hash, text } = await readBundleFile(policy);
  const writer = logs.writer('bench');
  try {
    await publishBundle({ logs, writer }, hash, text);
    const activation = { sequence: 1, bundle: hash, approvedBy: ['one', 'two'] };
    const value = encodePolicyActivated(genesis.logId, activation, nowMs);
    for (let partition = 0; partition < partitions; partition += 1) {
      await writer.append('activity', partition, [{ key: null, value }]);
    }
  } finally {
    await writer.close();
  }
  return genesis;
}

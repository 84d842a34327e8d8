import type { Genesis } from '#domain/controls';
import { appendActivation, publishBundle } from '#stage/activation';
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
    await publishBundle({ logs, writer, treasuries: genesis.treasuries }, hash, text);
    await appendActivation(writer, genesis, { sequence: 1, bundle: hash, approvedBy: ['one', 'two'] });
  } finally {
    await writer.close();
  }
  return genesis;
}

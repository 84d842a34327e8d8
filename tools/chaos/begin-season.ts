import { join } from 'node:path';
import type { Genesis } from '#domain/controls';
import { appendActivation, publishBundle } from '#stage/activation';
import type { Backbone } from '#stage/backbone';
import { writeGenesis } from '#stage/begin-log';
import { readBundleFile } from '#stage/bundle-file';
import { repositoryRoot } from '#tools/cluster/run-cluster';

const STARTER = join(repositoryRoot(), 'policies/starter/bundle.yaml');

/**
 * Begins a workspace whose history brings its own ticks, with a policy live from the second record on: what
 * `updraft start` arranges with its stages running is here written ahead of them.
 */
export async function beginSeason(
  { logs, database }: Pick<Backbone, 'logs' | 'database'>,
  partitions: number,
  nowMs: number,
  policy = STARTER,
  zone = 'Asia/Shanghai',
): Promise<Genesis> {
  const wish = { partitions, zone };
  const { genesis } = await writeGenesis(logs, database, wish, { clockMs: nowMs, isLive: false });
  const { hash, text } = await readBundleFile(policy);
  const writer = logs.writer('registry');
  try {
    await publishBundle({ logs, writer, treasuries: genesis.treasuries }, hash, text);
    await appendActivation(writer, genesis, { sequence: 1, bundle: hash, approvedBy: ['one', 'two'] });
  } finally {
    await writer.close();
  }
  return genesis;
}

import { makeAdmit } from '#contracts/admit';
import { encodeGenesis, encodePolicyActivated, encodeTick, makeGenesis } from '#contracts/genesis';
import { ENGINE } from '#domain/engine';
import { DUE_ITEMS_PER_TICK } from '#domain/stage/due-work';
import { DAY_MS, localDay, MINUTE_MS } from '#domain/time';
import { readBundleFile, type BundleFile } from '#stage/bundle-file';
import { CLUSTER_LIMITS } from '#stage/limit';
import { openCoreStages, type CoreFigures, type Line } from './core-stages.ts';
import { FIXED_WORKLOAD, workload } from './workload.ts';

// The pure core under the fixed workload, in one partition.

const TICK_MS = 10 * MINUTE_MS;

/** One partition's activity: genesis, the policy, events, and the ticks that an import would write. */
function* activity(events: number, merchants: number, bundle: BundleFile): Generator<Line> {
  const genesis = makeGenesis({
    logId: 'bench',
    partitions: 1,
    zone: 'Asia/Shanghai',
    latenessMs: 7 * DAY_MS,
    futureMs: TICK_MS,
    nowMs: FIXED_WORKLOAD.startMs,
    engine: ENGINE,
  });
  const admit = makeAdmit({ partitions: 1, pseudonymKey: Buffer.alloc(32, 1) });
  const activated = { sequence: 1, bundle: bundle.hash, approvedBy: ['one', 'two'] };
  yield { key: null, text: String(encodeGenesis(genesis)) };
  yield { key: null, text: String(encodePolicyActivated('bench', activated, genesis.nowMs)) };
  const seen = new Set<string>();
  let nowMs = genesis.nowMs;
  for (const { event, deliveredAtMs } of workload({ ...FIXED_WORKLOAD, merchants, events })) {
    const isMidnight =
      localDay(deliveredAtMs, genesis.zoneTransitions) !== localDay(nowMs, genesis.zoneTransitions);
    if (isMidnight || deliveredAtMs > nowMs + TICK_MS) {
      nowMs = deliveredAtMs;
      const times = isMidnight ? 1 + Math.ceil((2 * seen.size) / DUE_ITEMS_PER_TICK) : 1;
      const text = String(encodeTick('bench', { atMs: nowMs, catchingUp: false }));
      for (let sent = 0; sent < times; sent++) yield { key: null, text };
    }
    const outcome = admit(event);
    if (!outcome.admitted) throw new Error(`${event.id}: ${JSON.stringify(outcome.problems)}`);
    seen.add(outcome.merchantId);
    yield { key: outcome.merchantId, text: outcome.value.toString('utf8') };
  }
}

export async function measureCore(options: {
  readonly events: number;
  readonly merchants: number;
  readonly policy: string;
}): Promise<CoreFigures> {
  const bundle = await readBundleFile(options.policy, 'trial');
  const stages = openCoreStages(bundle);
  let lines: Line[] = [];
  const step = (): void => {
    // Nobody hears what is decided.
    for (const _decided of stages.run(lines)) continue;
    lines = [];
  };
  for (const line of activity(options.events, options.merchants, bundle)) {
    lines.push(line);
    if (lines.length === CLUSTER_LIMITS.batchRecordsMax) step();
  }
  step();
  return stages.figures();
}

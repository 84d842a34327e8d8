import { dropLease, keepLease, saveLeaseState } from '#store/lease';
import type { InboxAge } from '#stream/kafka/kafka-inbox-age';
import type { Health } from '#telemetry/health';
import type { Backbone } from './backbone.ts';
import { readGenesis } from './begin-log.ts';
import { systemClock } from './clock.ts';
import type { Companion } from './stage-process.ts';
import { createTicker, GAP_MS } from './ticker.ts';

/** A ticker that died is followed after this long. */
const LEASE_MS = 5_000;
const LEASE = 'ticker';
const BEGIN_POLL_MS = 500;
const INBOUND_ASK_MS = 5_000;
const INBOUND_CHECK = 'inbound topic';

export interface LiveTime extends Companion {
  /** As the ticker's: log time has caught up with the clock, or somebody else sees to it. */
  readonly ticked: Promise<void>;
}

/** Starts the ticker of this process; it ticks only while it holds the lease and the log is live. */
export async function startLiveTime(
  backbone: Backbone,
  owner: string,
  health: Health,
  inbound: InboxAge | null = null,
): Promise<LiveTime> {
  const { logs, database, store } = backbone;
  let genesis = await readGenesis(logs);
  while (genesis === null) {
    await systemClock.sleep(BEGIN_POLL_MS);
    genesis = await readGenesis(logs);
  }
  const { partitions, treasuries, logId } = genesis;
  const writer = logs.writer('ticker');
  const ticker = createTicker({
    logs,
    writer,
    logId,
    partitions,
    treasuries,
    clock: systemClock,
    wallClock: Date.now,
    lease: {
      keep: () => keepLease(database, LEASE, owner, LEASE_MS),
      save: async (state) => void (await saveLeaseState(database, LEASE, owner, state)),
      drop: () => dropLease(database, LEASE, owner),
    },
    async reached() {
      const heads = (await store.heads()).filter(
        (head) => head.stage === 'scoring' && head.snapshot !== null,
      );
      if (heads.length < partitions) return null;
      const facts = heads.map((head) => head.snapshot!.mark.facts);
      return {
        nowMs: Math.max(...facts.map((fact) => Number(fact['nowMs'] ?? 0))),
        isLive: facts.every((fact) => fact['isLive'] === 1),
      };
    },
    isInboundOld: inbound === null ? () => Promise.resolve(false) : askNowAndThen(inbound, health),
    onState: (ok, detail) => health.set('ticker', ok, detail),
  });
  void ticker.run();
  return {
    ticked: ticker.ticked,
    async stop() {
      await ticker.stop();
      await writer.close();
      await inbound?.close();
    },
  };
}

/** A topic that cannot be asked must not stop time: what was known of it last stands, and the process is unready. */
function askNowAndThen(inbound: InboxAge, health: Health): () => Promise<boolean> {
  let isOld = false;
  let askedAt = -Infinity;
  return async () => {
    if (performance.now() - askedAt < INBOUND_ASK_MS) return isOld;
    askedAt = performance.now();
    try {
      isOld = await inbound.isBehind(GAP_MS);
      health.set(INBOUND_CHECK, true);
    } catch (error) {
      health.set(INBOUND_CHECK, false, (error as Error).message);
    }
    return isOld;
  };
}

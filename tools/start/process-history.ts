import { setTimeout as sleep } from 'node:timers/promises';
import type { Workspace } from '#apps/standalone/src/open-workspace';
import { startStandalone } from '#apps/standalone/src/standalone';
import { encodeTick } from '#contracts/genesis';
import { SHARED } from '#contracts/logs';
import type { MerchantCapability } from '#domain/outputs';
import { createLog } from '#telemetry/log';
import { isAtRest } from './at-rest.ts';
import { followLog } from './log-follow.ts';
import { createSummary } from './summary.ts';

const POLL_MS = 50;

/** Runs the stages over a history while `send` appends it; ends when everything is decided, with a summary. */
export async function processHistory(
  workspace: Workspace,
  policy: string,
  send: () => Promise<void>,
  output: { write(text: string): unknown },
): Promise<void> {
  const { backbone, genesis } = workspace;
  const { logs } = backbone;
  const { partitions } = genesis;
  const log = createLog('import', { level: 'warn' });
  const halted: string[] = [];
  const summary = createSummary(logs, genesis);
  const standalone = await startStandalone({
    ...workspace,
    log,
    onReport(stage, partition, report) {
      summary.onReport(stage, partition, report);
      if (report.kind === 'halted') halted.push(`${stage} ${partition} at ${report.at}: ${report.why}`);
    },
  });
  try {
    const { id } = await standalone.activate(policy, () => undefined);
    output.write(`policy    ${id}, live in ${partitions} partitions\n`);
    await send();
    await decided(workspace, halted);
    await tellShared(workspace);
    await decided(workspace, halted);
    await summary.refresh();
    output.write(`${await tiersTable(workspace)}\n${summary.table()}\n`);
  } finally {
    await standalone.close();
  }
}

/** Waits until everything is at rest, the rounds over treasury and census and back included. */
async function decided({ backbone, genesis }: Workspace, halted: readonly string[]): Promise<void> {
  const { logs, store } = backbone;
  const { partitions, treasuries } = genesis;
  for (;;) {
    if (halted.length > 0) throw new Error(`a partition stands still: ${halted.join('; ')}`);
    if (await isAtRest(logs, store, 2 * partitions + SHARED.length * treasuries)) return;
    await sleep(POLL_MS);
  }
}

/** Treasury and census hear what time it has become once nobody says anything of an earlier one any more. */
async function tellShared({ backbone, genesis }: Workspace): Promise<void> {
  const { logs, store } = backbone;
  const heads = await store.heads();
  const atMs = Math.max(...heads.map(({ snapshot }) => Number(snapshot?.mark.facts['nowMs'] ?? 0)));
  const record = { key: null, value: encodeTick(genesis.logId, { atMs, catchingUp: false }) };
  const writer = logs.writer('history');
  try {
    for (let partition = 0; partition < genesis.treasuries; partition += 1) {
      await writer.append('treasury', partition, [record]);
      // A midnight publishes from the record after it on.
      await writer.append('census', partition, [record, record]);
    }
  } finally {
    await writer.close();
  }
}

async function tiersTable({ backbone, genesis }: Workspace): Promise<string> {
  const tiers = new Map<string, string>();
  const best = new Map<string, string>();
  await followLog(backbone.logs, 'capability', genesis.partitions).catchUp(({ key, value }) => {
    const event = JSON.parse(value.toString('utf8')) as { type: string; data: MerchantCapability };
    if (key === null || event.type !== 'updraft.capability.merchant.v1') return;
    tiers.set(key, event.data.tier ?? 'no score');
    if (event.data.tier !== null) best.set(key, event.data.tier);
  });
  const count = (map: ReadonlyMap<string, string>): string => {
    const counts = new Map<string, number>();
    for (const tier of map.values()) counts.set(tier, (counts.get(tier) ?? 0) + 1);
    return [...counts]
      .sort()
      .map(([tier, merchants]) => `${tier} ${merchants}`)
      .join('  ');
  };
  return [
    `merchants ${tiers.size} with a capability record; ${best.size} had a tier at some time`,
    `tiers     at the end: ${count(tiers)}`,
    `          the last each had: ${count(best)}`,
  ].join('\n');
}

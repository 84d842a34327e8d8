import { on } from 'node:events';
import { encodeGenesis, encodePolicyActivated, makeGenesis } from '#contracts/genesis';
import { ENGINE } from '#domain/engine';
import type { Decision, Grant } from '#domain/outputs';
import type { CloudEvent } from '#domain/stage/stage';
import { playSeason } from '#sim/marketplace/demo-season';
import { followInForce } from '#sim/marketplace/in-force';
import { createMarketplace } from '#sim/marketplace/marketplace';
import type { ShapeName } from '#sim/marketplace/shapes';
import type { Logs } from '#stream/log';
import type { Line } from './core-stages.ts';
import { lastDays, SEED, STEP_MS } from './season-days.ts';

// The simulated marketplace of a season in a process of its own: its memory is not the stages', and neither what it
// allocates nor what it does while they step is counted as theirs. It says what it writes into activity, turn by turn,
// and hears what was decided.

/** What the process is given. */
export interface Played {
  readonly shape: ShapeName;
  readonly merchants: number;
  readonly days: number;
  /** Hash of the policy that is activated before the season. */
  readonly bundle: string;
}

/** What was granted and decided, a part of a turn; nothing more comes when it is empty. */
export type Heard = readonly { readonly log: 'grants' | 'decisions'; readonly text: string }[];

process.once('disconnect', () => process.exit());
await play(JSON.parse(process.argv[2]!) as Played);
process.disconnect();

async function play({ shape, merchants, days, bundle }: Played): Promise<void> {
  const { zone, options, startMs, endMs } = lastDays(shape, days);
  const genesis = encodeGenesis(
    makeGenesis({ logId: 'bench', partitions: 1, treasuries: 1, zone, nowMs: startMs, engine: ENGINE }),
  );
  const activated = { sequence: 1, bundle, approvedBy: ['one', 'two'] };
  const waiting = [genesis, encodePolicyActivated('bench', activated, startMs)].map((value) =>
    lineOf(null, value),
  );
  const inForce = followInForce();
  await playSeason({
    logs: logsInto(genesis, waiting),
    sim: createMarketplace({ ...options, seed: SEED, merchants, startMs, days }),
    pseudonymKey: Buffer.alloc(32, 1),
    startMs,
    endMs,
    stepMs: STEP_MS,
    readGrants: () => Promise.resolve(inForce.grants()),
    readOffers: () => Promise.resolve(inForce.offers()),
    async drained() {
      process.send!(waiting.splice(0));
      for await (const [heard] of on(process, 'message') as AsyncIterable<[Heard]>) {
        if (heard.length === 0) return;
        for (const { log, text } of heard) {
          const { subject = '', data } = JSON.parse(text) as CloudEvent;
          if (log === 'grants') inForce.grant(subject, data as unknown as Grant);
          else inForce.decision(subject, data as unknown as Decision);
        }
      }
    },
  });
}

function lineOf(key: string | null, value: Buffer): Line {
  return { key, text: value.toString('utf8') };
}

/** What a season writes into activity; the stages that are told the time as well hear it from there. */
function logsInto(genesis: Buffer, waiting: Line[]): Logs {
  const logs: Pick<Logs, 'writer' | 'read'> = {
    writer: () => ({
      append(log, _partition, records) {
        if (log === 'activity') for (const { key, value } of records) waiting.push(lineOf(key, value));
        return Promise.resolve();
      },
      pendingBytes: () => 0,
      close: () => Promise.resolve(),
    }),
    async *read(log, partition) {
      const records = await Promise.resolve([{ key: null, value: genesis, offset: 0 }]);
      yield { log, partition, records, nextOffset: 1, endOffset: 1 };
    },
  };
  return logs as Logs;
}

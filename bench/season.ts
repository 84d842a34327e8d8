import { encodeGenesis, encodePolicyActivated, makeGenesis } from '#contracts/genesis';
import { ENGINE } from '#domain/engine';
import type { Decision, Grant } from '#domain/outputs';
import type { CloudEvent } from '#domain/stage/stage';
import { DAY_MS, HOUR_MS } from '#domain/time';
import { playSeason } from '#sim/marketplace/demo-season';
import { followInForce } from '#sim/marketplace/in-force';
import { createMarketplace } from '#sim/marketplace/marketplace';
import { packFolder, shapeOf, type Shape, type ShapeName } from '#sim/marketplace/shapes';
import { readBundleFile } from '#stage/bundle-file';
import type { Logs } from '#stream/log';
import { openCoreStages, type CoreFigures, type Line } from './core-stages.ts';

// The pure core under the season of a marketplace: simulated merchants of its shape, who answer to what they are given,
// in one partition. The first day, on which everybody is new, counts like any other.

export interface SeasonMeasure {
  /** Whose merchants they are. */
  readonly shape: ShapeName;
  readonly merchants: number;
  /** Of its last days. */
  readonly days: number;
  /** Left out: the pack of the same marketplace. */
  readonly policy?: string;
}

const SEED = 1;
const BATCH_RECORDS = 4_000;
const STEP_MS = 4 * HOUR_MS;

/** The end of a season, where its campaigns are. */
export function lastDays(
  name: ShapeName,
  days: number,
): Shape & { readonly startMs: number; readonly endMs: number } {
  const shape = shapeOf(name);
  const endMs = shape.options.startMs + shape.options.days * DAY_MS;
  return { ...shape, startMs: endMs - days * DAY_MS, endMs };
}

export async function measureSeason({ shape, merchants, days, policy }: SeasonMeasure): Promise<CoreFigures> {
  const { zone, options, startMs, endMs } = lastDays(shape, days);
  const bundle = await readBundleFile(policy ?? `policies/${packFolder(shape)}/bundle.yaml`, 'trial');
  const stages = openCoreStages(bundle);
  const inForce = followInForce();
  const genesis = makeGenesis({
    logId: 'bench',
    partitions: 1,
    treasuries: 1,
    zone,
    nowMs: startMs,
    engine: ENGINE,
  });
  const activated = { sequence: 1, bundle: bundle.hash, approvedBy: ['one', 'two'] };
  const first = encodeGenesis(genesis);
  const waiting: Line[] = [first, encodePolicyActivated('bench', activated, startMs)].map((value) =>
    lineOf(null, value),
  );
  await playSeason({
    logs: logsInto(first, waiting),
    sim: createMarketplace({ ...options, seed: SEED, merchants, startMs, days }),
    pseudonymKey: Buffer.alloc(32, 1),
    startMs,
    endMs,
    stepMs: STEP_MS,
    readGrants: () => Promise.resolve(inForce.grants()),
    readOffers: () => Promise.resolve(inForce.offers()),
    drained() {
      while (waiting.length > 0) {
        for (const { log, text } of stages.run(waiting.splice(0, BATCH_RECORDS))) {
          if (log !== 'grants' && log !== 'decisions') continue;
          const { subject = '', data } = JSON.parse(text) as CloudEvent;
          if (log === 'grants') inForce.grant(subject, data as unknown as Grant);
          else inForce.decision(subject, data as unknown as Decision);
        }
      }
      return Promise.resolve();
    },
  });
  return stages.figures();
}

function lineOf(key: string | null, value: Buffer): Line {
  return { key, text: value.toString('utf8') };
}

/** What a season writes into activity; the stages that are told the time as well hear it from there. */
function logsInto(genesis: Buffer, waiting: Line[]): Logs {
  const logs: Pick<Logs, 'writer' | 'read'> = {
    writer: () => ({
      append(log, _partition, records) {
        if (log === 'activity') waiting.push(...records.map(({ key, value }) => lineOf(key, value)));
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

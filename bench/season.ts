import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { packFolder, type ShapeName } from '#sim/marketplace/shapes';
import { readBundleFile } from '#stage/bundle-file';
import { openCoreStages, type CoreFigures, type CoreStages, type Line } from './core-stages.ts';
import type { Heard, Played } from './season-player.ts';

// The pure core under the season of a marketplace: simulated merchants of its shape, who answer to what they are given,
// in one partition. The first day, on which everybody is new, counts like any other. Simulator and stages take turns.

export interface SeasonMeasure {
  /** Whose merchants they are. */
  readonly shape: ShapeName;
  readonly merchants: number;
  /** Of its last days. */
  readonly days: number;
  /** Left out: the pack of the same marketplace. */
  readonly policy?: string;
}

const BATCH_RECORDS = 4_000;
/** Tens of thousands of merchants and what is on its way to them. */
const PLAYER_HEAP_MB = 8_192;

export async function measureSeason({ shape, merchants, days, policy }: SeasonMeasure): Promise<CoreFigures> {
  const file = policy ?? `policies/${packFolder(shape)}/bundle.yaml`;
  const bundle = await readBundleFile(file, 'trial');
  const stages = openCoreStages(bundle);
  const played: Played = { shape, merchants, days, bundle: bundle.hash };
  const player = new Worker(new URL('./season-player.js', import.meta.url), {
    workerData: played,
    resourceLimits: { maxOldGenerationSizeMb: PLAYER_HEAP_MB },
  });
  player.on('message', (lines: Line[]) => player.postMessage(stepThrough(stages, lines)));
  // An error of the thread is thrown here.
  await once(player, 'exit');
  return stages.figures();
}

/** What the marketplace's gateways hear of it. */
function stepThrough(stages: CoreStages, lines: readonly Line[]): Heard {
  const heard: Heard[number][] = [];
  for (let from = 0; from < lines.length; from += BATCH_RECORDS) {
    for (const { log, text } of stages.run(lines.slice(from, from + BATCH_RECORDS))) {
      if (log === 'grants' || log === 'decisions') heard.push({ log, text });
    }
  }
  return heard;
}

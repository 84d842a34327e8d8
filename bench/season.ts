import { fork } from 'node:child_process';
import { on } from 'node:events';
import type { OutputRecord } from '#domain/stage/stage';
import { DAY_MS } from '#domain/time';
import { packFolder, type ShapeName } from '#sim/marketplace/shapes';
import { readBundleFile } from '#stage/bundle-file';
import { CLUSTER_LIMITS } from '#stage/limit';
import { openCoreStages, progressLine, type CoreFigures, type Line } from './core-stages.ts';
import { STEP_MS } from './season-days.ts';
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
  /** Hears after each day how far it is. */
  readonly onProgress?: (line: string) => void;
}

/** Tens of thousands of merchants and what is on its way to them. */
const PLAYER_HEAP_MB = 8_192;
const TURNS_A_DAY = DAY_MS / STEP_MS;
const TURN_OVER: Heard = [];

export async function measureSeason(measure: SeasonMeasure): Promise<CoreFigures> {
  const { shape, merchants, days, policy, onProgress } = measure;
  const file = policy ?? `policies/${packFolder(shape)}/bundle.yaml`;
  const bundle = await readBundleFile(file, 'trial');
  const stages = openCoreStages(bundle);
  const played: Played = { shape, merchants, days, bundle: bundle.hash };
  const player = fork(new URL('./season-player.js', import.meta.url), [JSON.stringify(played)], {
    serialization: 'advanced',
    execArgv: [`--max-old-space-size=${PLAYER_HEAP_MB}`],
  });
  // What is sent is forgotten here only once it is gone.
  const tell = (heard: Heard): Promise<unknown> => new Promise((resolve) => player.send(heard, resolve));
  let turns = 0;
  for await (const [lines] of on(player, 'message', { close: ['exit'] }) as AsyncIterable<[Line[]]>) {
    for (let from = 0; from < lines.length; from += CLUSTER_LIMITS.batchRecordsMax) {
      const batch = lines.slice(from, from + CLUSTER_LIMITS.batchRecordsMax);
      for (const decided of stages.run(batch)) {
        const heard = heardOf(decided);
        if (heard.length > 0) await tell(heard);
      }
    }
    turns += 1;
    if (turns % TURNS_A_DAY === 0)
      onProgress?.(`day ${turns / TURNS_A_DAY} of ${days}: ${progressLine(stages.progress())}`);
    await tell(TURN_OVER);
  }
  if (player.exitCode !== 0)
    throw new Error(`the simulator ended with ${player.exitCode ?? player.signalCode}`);
  return stages.figures();
}

/** What the marketplace's gateways hear of it. */
function heardOf(decided: readonly OutputRecord[]): Heard {
  return decided.flatMap(({ log, text }) => (log === 'grants' || log === 'decisions' ? [{ log, text }] : []));
}

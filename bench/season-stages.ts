import { fork } from 'node:child_process';
import { on, once } from 'node:events';
import type { OutputRecord } from '#domain/stage/stage';
import { DAY_MS } from '#domain/time';
import { packFolder } from '#sim/marketplace/shapes';
import { readBundleFile } from '#stage/bundle-file';
import { CLUSTER_LIMITS } from '#stage/limit';
import { openCoreStages, type CoreFigures, type CoreProgress, type Line } from './core-stages.ts';
import { STEP_MS } from './season-days.ts';
import type { Heard, Played } from './season-player.ts';
import type { SeasonMeasure } from './season.ts';

// The stages of a season by one policy, in one partition, and the simulator that they take turns with. The first day,
// on which everybody is new, counts like any other. Goes on for a day whenever it is asked to, and says what was
// measured so far; asked once more, it says all figures and ends.

/** Tens of thousands of merchants and what is on its way to them. */
const PLAYER_HEAP_MB = 8_192;
const TURNS_A_DAY = DAY_MS / STEP_MS;
const TURN_OVER: Heard = [];
/** Of the season that is played before the one that is measured: the code is compiled then. */
const WARMING_MERCHANTS = 50;
const WARMING_DAYS_MAX = 10;

// Whoever asks may be ended by hand: nobody plays on for nobody.
process.once('disconnect', () => process.exit());
await answer(JSON.parse(process.argv[2]!) as SeasonMeasure);

async function answer(measure: SeasonMeasure): Promise<void> {
  const asked = (): Promise<unknown> => once(process, 'message');
  const first = asked();
  const warming = {
    ...measure,
    merchants: Math.min(measure.merchants, WARMING_MERCHANTS),
    days: Math.min(measure.days, WARMING_DAYS_MAX),
  };
  await play(warming, () => Promise.resolve());
  await first;
  const figures = await play(measure, async (progress) => {
    process.send!(progress);
    await asked();
  });
  process.send!(figures, () => process.disconnect());
}

async function play(
  { shape, merchants, days, policy }: SeasonMeasure,
  afterDay: (progress: CoreProgress) => Promise<void>,
): Promise<CoreFigures> {
  const bundle = await readBundleFile(policy ?? `policies/${packFolder(shape)}/bundle.yaml`, 'trial');
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
    if (turns % TURNS_A_DAY === 0) await afterDay(stages.progress());
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

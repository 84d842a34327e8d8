import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { ShapeName } from '#sim/marketplace/shapes';
import { progressLine, type CoreFigures, type CoreProgress } from './core-stages.ts';

// The pure core under the season of a marketplace, by several policies on the same merchants. Each has a process of its
// own, and they play in turns, a day each: a machine that becomes slower meanwhile is slower for all of them, and none
// shares caches and memory with another that is at work.

export interface SeasonMeasure {
  /** Whose merchants they are. */
  readonly shape: ShapeName;
  readonly merchants: number;
  /** Of its last days. */
  readonly days: number;
  /** Left out: the pack of the same marketplace. */
  readonly policy?: string;
}

/** The same season by each of these; says after each day how far they are. */
export async function measureSeasons(
  measures: readonly SeasonMeasure[],
  onProgress: (line: string) => void,
): Promise<CoreFigures[]> {
  const seasons = measures.map((measure) => ({ measure, ask: begin(measure) }));
  for (let day = 1; day <= measures[0]!.days; day++) {
    for (const { measure, ask } of seasons) {
      const progress = (await ask()) as CoreProgress;
      onProgress(
        `day ${day} of ${measure.days}, ${measure.policy ?? measure.shape}: ${progressLine(progress)}`,
      );
    }
  }
  const figures: CoreFigures[] = [];
  for (const { ask } of seasons) figures.push((await ask()) as CoreFigures);
  return figures;
}

/** Asked so many times as there are days it plays them and answers what was measured so far; then, with all figures. */
function begin(measure: SeasonMeasure): () => Promise<unknown> {
  const stages: ChildProcess = fork(new URL('./season-stages.js', import.meta.url), [
    JSON.stringify(measure),
  ]);
  const ended = once(stages, 'exit').then(([code, signal]) => {
    throw new Error(`the season's process ended with ${code ?? signal}`);
  });
  // It ends in the end, when nobody asks any more.
  ended.catch(() => undefined);
  return async () => {
    stages.send('go on');
    const [answer] = (await Promise.race([once(stages, 'message'), ended])) as [unknown];
    return answer;
  };
}

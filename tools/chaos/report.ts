import { recoveryTable } from './distribution.ts';
import type { PlanOptions } from './plan.ts';
import type { ChaosStory } from './play-chaos.ts';
import type { RollingUpgrade } from './rolling-upgrade.ts';

// What a run did and met, as tables for people (Markdown).

const MS_PER_SECOND = 1_000;
const SECONDS_PER_MINUTE = 60;

export function reportOf(story: ChaosStory, plan: PlanOptions): string {
  const { events, turnedAway, disturbed, upgrade, drainSeconds, counts, seconds } = story;
  const fed = events.toLog + events.toDoor;
  return [
    `Seed ${plan.seed}. ${fed} events in ${(seconds / SECONDS_PER_MINUTE).toFixed(1)} minutes, ${events.toDoor} of ` +
      `them through the door (${turnedAway} times turned away or nobody there, and sent again), ${events.ticks} ` +
      `ticks. Everything was drained ${drainSeconds.toFixed(1)} s after the last event.`,
    '',
    '| Blow | Times | Working again after: p50 | p90 | longest |',
    '|---|---|---|---|---|',
    ...recoveryTable(disturbed).map(
      ([kind, { count, p50, p90, max }]) =>
        `| ${kind} | ${count} | ${inSeconds(p50)} | ${inSeconds(p90)} | ${inSeconds(max)} |`,
    ),
    '',
    upgradeLine(upgrade),
    '',
    '| Met | Times |',
    '|---|---|',
    `| take-overs of a partition | ${counts.takeOvers} |`,
    `| transactions aborted | ${counts.aborted} |`,
    `| take-overs that suppressed what stood there already | ${counts.suppressing} (${counts.suppressed} outputs) |`,
    `| snapshots refused, because somebody else had taken over | ${counts.refused} |`,
    `| snapshots thrown away as doubtful | ${counts.ignored} |`,
    `| partitions let go | ${counts.lost} |`,
    `| partitions halted | ${counts.halted} |`,
    '',
  ].join('\n');
}

function upgradeLine({ processes, killed, seconds, lateness }: RollingUpgrade): string {
  const forced =
    killed.length === 0 ? '' : ` (${killed.join(', ')} did not end in order and had to be killed)`;
  return (
    `Rolling upgrade: ${processes.length} processes, one after the other, in ${seconds.toFixed(1)} s${forced}. ` +
    `Of ${lateness.count} decisions meanwhile half were readable within ${lateness.p50.toFixed(0)} ms of their cause ` +
    `standing in the log, the latest after ${inSeconds(lateness.max)}.`
  );
}

function inSeconds(ms: number): string {
  return `${(ms / MS_PER_SECOND).toFixed(1)} s`;
}

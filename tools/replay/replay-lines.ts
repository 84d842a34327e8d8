import type { Difference, Side } from './compare-log.ts';
import type { ReplayResult } from './replay.ts';

/** Of a value that differs, this much is shown before and after the first differing character. */
const CONTEXT_CHARS = 60;
const VALUE_CHARS_SHOWN = 4_000;
const LOG_WIDTH = 'dead-letters'.length;

/** What a person reads at the end of a replay. */
export function replayLines(result: ReplayResult, source: string, seconds: number): string[] {
  const { activityRecords, treasuryRecords, censusRecords, isolation } = result;
  const rate = Math.round((activityRecords + treasuryRecords + censusRecords) / Math.max(seconds, 0.001));
  const belts = isolation.hasNamespace
    ? 'in network namespaces of their own, modules closed'
    : 'modules closed (this machine gives no network namespaces)';
  const lines = [
    `replayed ${source}: ${activityRecords} activity, ${treasuryRecords} treasury and ` +
      `${censusRecords} census records in ${seconds.toFixed(1)} s (${rate}/s)`,
    `workers  ${belts}`,
    ...result.logs.map(({ log, partition, recorded, digest, notYetPublished, notCompared }) => {
      const late = notYetPublished > 0 ? `  and ${notYetPublished} not yet published` : '';
      const early = notCompared > 0 ? `  (${notCompared} not compared: their cause came later)` : '';
      return `  ${log.padEnd(LOG_WIDTH)} ${partition}  ${digest}  ${recorded} records${late}${early}`;
    }),
  ];
  if (result.difference !== null) return [...lines, ...differenceLines(result.difference)];
  if (result.stop !== null) {
    return [...lines, `stopped at ${result.stop.position}: ${result.stop.why}`];
  }
  return [...lines, `digest   ${result.digest}`, 'equal'];
}

export function differenceLines({ log, partition, position, recorded, replayed }: Difference): string[] {
  const lines = [`different: ${log} ${partition}, position ${position}`];
  if (recorded === null || replayed === null) {
    return [...lines, `  recorded: ${whole(recorded)}`, `  replayed: ${whole(replayed)}`];
  }
  if (recorded.key !== replayed.key) lines.push(`  keys: recorded ${recorded.key}, replayed ${replayed.key}`);
  const at = firstDifference(recorded.value, replayed.value);
  if (at === null) return lines;
  return [
    ...lines,
    `  first differing character: ${at + 1}`,
    `  recorded: ${around(recorded.value, at)}`,
    `  replayed: ${around(replayed.value, at)}`,
    `  recorded, whole: ${whole(recorded)}`,
    `  replayed, whole: ${whole(replayed)}`,
  ];
}

function firstDifference(a: string, b: string): number | null {
  if (a === b) return null;
  let at = 0;
  while (at < a.length && a[at] === b[at]) at += 1;
  return at;
}

function around(value: string, at: number): string {
  const from = Math.max(0, at - CONTEXT_CHARS);
  const to = Math.min(value.length, at + CONTEXT_CHARS);
  return `${from > 0 ? '…' : ''}${value.slice(from, to)}${to < value.length ? '…' : ''}`;
}

function whole(side: Side): string {
  if (side === null) return 'nothing';
  const { key, value } = side;
  const shown = value.length > VALUE_CHARS_SHOWN ? `${value.slice(0, VALUE_CHARS_SHOWN)}…` : value;
  return `key ${key ?? 'null'}, ${shown}`;
}

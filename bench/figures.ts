// What a measurement says, and how it is printed.

import type { Loaded } from './load-workload.ts';

export interface Figures {
  readonly mode: string;
  readonly loaded: Loaded;
  /** From the first take-over to the last output. */
  readonly seconds: number;
  /** Records by log. */
  readonly outputs: ReadonlyMap<string, number>;
  /** User and system time from healthy processes to the last output, by process or thread. */
  readonly cpuSeconds: ReadonlyMap<string, number>;
  /** The same topic drained by kafkajs alone, parsing each value, in the same run; null where there is no topic. */
  readonly ceiling: { readonly eventsPerSecond: number; readonly cpuSecondsPerMillion: number } | null;
}

export function figureLines(figures: Figures): string[] {
  const { mode, loaded, seconds, outputs, cpuSeconds, ceiling } = figures;
  const { events, ticks, merchants, partitions, bytesPerEvent } = loaded;
  const perMillion = (cpu: number): string => ((cpu * 1_000_000) / events).toFixed(1);
  const total = [...cpuSeconds.values()].reduce((sum, each) => sum + each, 0);
  const counts = [...outputs].map(([log, count]) => `${count} ${log}`).join(', ');
  const rows = [...cpuSeconds, ['together', total] as const].map(
    ([name, cpu]) => `  ${name.padEnd(28)}${cpu.toFixed(1).padStart(10)}${perMillion(cpu).padStart(22)}`,
  );
  return [
    mode,
    `  ${events} events (${bytesPerEvent} bytes each), ${ticks} ticks, ${merchants} merchants, ` +
      `${partitions} partitions; out came ${counts}`,
    `  ${Math.round(events / seconds)} events/s: ${seconds.toFixed(1)} s from the first take-over to the last output`,
    ...(ceiling === null ? [] : [ceilingLine(events / seconds, ceiling)]),
    '',
    `  ${'CPU'.padEnd(28)}${'seconds'.padStart(10)}${'s per million events'.padStart(22)}`,
    ...rows,
  ];
}

function ceilingLine(rate: number, ceiling: NonNullable<Figures['ceiling']>): string {
  const { eventsPerSecond, cpuSecondsPerMillion } = ceiling;
  const ratio = (rate / eventsPerSecond).toFixed(2);
  return (
    `  ${ratio} of a raw drain of the same topic with JSON.parse: ${Math.round(eventsPerSecond)} records/s at ` +
    `${cpuSecondsPerMillion.toFixed(1)} CPU-seconds per million`
  );
}

/** Of sorted numbers; NaN of none. */
export function quantileOf(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
}

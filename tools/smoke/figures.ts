// What a measurement says, and how it is printed.

/** What stood in activity before the stages were started. */
export interface Loaded {
  readonly events: number;
  readonly ticks: number;
  readonly merchants: number;
  readonly partitions: number;
  readonly bytesPerEvent: number;
}

export interface Figures {
  readonly mode: string;
  readonly loaded: Loaded;
  /** From the first take-over to the last output. */
  readonly seconds: number;
  /** Records by log. */
  readonly outputs: ReadonlyMap<string, number>;
  /** User and system time from healthy processes to the last output, by process or thread. */
  readonly cpuSeconds: ReadonlyMap<string, number>;
}

export function figureLines(figures: Figures): string[] {
  const { mode, loaded, seconds, outputs, cpuSeconds } = figures;
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
    '',
    `  ${'CPU'.padEnd(28)}${'seconds'.padStart(10)}${'s per million events'.padStart(22)}`,
    ...rows,
  ];
}

import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { eventIn, type ExportManifest, type Line } from './export-reader.ts';
import type { Findings } from './finding.ts';

/** What the census published of a group, as it stands in the activity of every partition. */
export interface StatisticsLine {
  readonly statistic: string;
  readonly group: string;
  readonly activation: number;
  readonly merchants: number;
  readonly mean: number | null;
  readonly cuts: readonly { readonly atBps: number; readonly value: number | null }[];
}

const STATISTICS = 'updraft.control.statistics.v1';

/** By census and offset of the record that led to it. Memory grows with what was published, not with activity. */
export async function readStatistics(
  dir: string,
  manifest: ExportManifest,
  findings: Findings,
): Promise<ReadonlyMap<string, readonly StatisticsLine[]>> {
  const found = new Map<
    string,
    Map<string, { line: StatisticsLine; text: string; partitions: Set<number> }>
  >();
  for (const { log, partition, file } of manifest.segments) {
    if (log !== 'activity') continue;
    const lines = createInterface({ input: createReadStream(join(dir, file)), crlfDelay: Infinity });
    for await (const written of lines) {
      if (!written.includes(STATISTICS)) continue;
      const event = eventIn((JSON.parse(written) as Line).value);
      if (event?.type !== STATISTICS) continue;
      const [, cause] = /^census\/(\d+\/\d+)\/\d+$/.exec(event.id) ?? [];
      findings.expect(cause !== undefined, 'census', event.id, () => 'is no record of the census');
      const { writer: _writer, sequence: _sequence, ...data } = event.data;
      const line = data as unknown as StatisticsLine;
      const text = JSON.stringify(line);
      const ofCause = found.get(cause ?? '') ?? new Map<string, never>();
      found.set(cause ?? '', ofCause);
      const name = `${line.statistic} ${line.group}`;
      const known = ofCause.get(name) ?? { line, text, partitions: new Set<number>() };
      ofCause.set(name, known);
      known.partitions.add(partition);
      findings.expect(known.text === text, 'census', event.id, () => `says ${text}, elsewhere ${known.text}`);
    }
  }
  return new Map([...found].map(([cause, of]) => [cause, [...of.values()].map(({ line }) => line)]));
}

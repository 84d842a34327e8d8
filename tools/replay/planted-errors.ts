import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkExport } from '#tools/checker/check-export';
import type { CheckResult, Rule } from '#tools/checker/finding';
import type { LogName } from '#contracts/logs';
import { alterExport, rechain, withData, type Alteration, type ExportLine } from './alter-export.ts';
import { exportLogs } from './export.ts';
import { merchantStates, type MerchantState } from './merchant-state.ts';
import { logSource } from './record-source.ts';
import { playedWorkspace } from './workspace-fixture.ts';

// For specs of the checker, which lives apart and may import nothing of ours: what is planted is made here.

export interface Planting {
  readonly folder: string;
  /** The export that nothing was planted in, and the state of its merchants. */
  readonly honest: string;
  readonly states: readonly MerchantState[];
  checkStates(changed: readonly unknown[], dir?: string): Promise<CheckResult>;
  /** Checks a copy with one log partition altered. */
  planted(log: LogName, alter: Alteration, partition?: number): Promise<CheckResult>;
  close(): void;
}

export async function openPlanting(): Promise<Planting> {
  const folder = mkdtempSync(join(tmpdir(), 'updraft-planted-'));
  const honest = join(folder, 'honest');
  const { logs } = await playedWorkspace({ partitions: 2, merchants: 9, days: 12 });
  await exportLogs(logSource(logs, 'spec'), honest);
  const states: MerchantState[] = [];
  for await (const state of merchantStates(logSource(logs, 'spec'))) states.push(state);
  let copies = 0;
  const checkStates: Planting['checkStates'] = (changed, dir = honest) => {
    const file = join(folder, `state-${copies++}.ndjson`);
    writeFileSync(file, changed.map((state) => `${JSON.stringify(state)}\n`).join(''));
    return checkExport(dir, file);
  };
  return {
    folder,
    honest,
    states,
    checkStates,
    planted: (log, alter, partition = 0) =>
      checkStates(states, alterExport(honest, join(folder, `copy-${copies++}`), log, partition, alter)),
    close: () => rmSync(folder, { recursive: true, force: true }),
  };
}

export function rulesOf({ findings }: CheckResult): Rule[] {
  return [...new Set(findings.map(({ rule }) => rule))];
}

export function textOf({ findings }: CheckResult): string {
  return findings.map(({ what }) => what).join('\n');
}

export interface DecisionContent {
  readonly outcome: string;
  readonly cause: object;
  readonly grant: { readonly grantId: string; readonly account: string | null; readonly size: number } | null;
  readonly budget: {
    readonly account: string;
    readonly before: Record<string, number>;
    readonly after: Record<string, number>;
  } | null;
}

export function contentOf(line: ExportLine): DecisionContent {
  return (JSON.parse(line.value) as { data: DecisionContent }).data;
}

export function placeOf(
  lines: readonly ExportLine[],
  outcome: string,
  // Of what is not counted there is no money to speak of.
  isWanted = ({ budget }: DecisionContent): boolean => budget !== null,
): number {
  const place = lines.findIndex((line) => {
    const content = contentOf(line);
    return content.outcome === outcome && isWanted(content);
  });
  if (place < 0) throw new Error(`the season has no decision with outcome ${outcome}`);
  return place;
}

/** Changes the decision at `place` and makes the chain right again. */
export function changedAt(
  place: number,
  lines: readonly ExportLine[],
  change: (data: DecisionContent) => object,
): ExportLine[] {
  const changed = withData(lines[place]!, (data) => ({ ...change(data as unknown as DecisionContent) }));
  return rechain(lines.with(place, changed));
}

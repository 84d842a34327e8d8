import type { Logs } from '#stream/log';
import { importOlist, type ImportState, type ImportSummary } from './import-olist.ts';
import type { LeadChoice } from './olist-events.ts';
import type { Refusal } from './olist-rows.ts';
import { createProgressBar, type ProgressOutput } from './progress-bar.ts';

/** `updraft import olist DIR`, once the command has opened the workspace. */
export interface RunImport {
  readonly dataset: string;
  readonly dir: string;
  readonly leads?: LeadChoice;
  readonly logs: Logs;
  readonly pseudonymKey: Uint8Array;
  readonly workspaceState: ImportState;
  readonly output: ProgressOutput;
}

export async function runImport(options: RunImport): Promise<ImportSummary> {
  const { dataset, output } = options;
  if (dataset !== 'olist') throw new Error(`import: dataset ${dataset} is not known; known: olist`);
  const bar = createProgressBar(output);
  let summary: ImportSummary;
  try {
    summary = await importOlist({
      ...options,
      onProgress: ({ done, total, atMs }) => bar.show(done, total, new Date(atMs).toISOString().slice(0, 10)),
    });
  } finally {
    bar.end();
  }
  for (const line of summaryLines(summary)) output.write(`${line}\n`);
  return summary;
}

const REFUSAL_KINDS_SHOWN_MAX = 20;

export function summaryLines(summary: ImportSummary): string[] {
  const { rowsRead, merchants, accepted, refused, oddities } = summary;
  const total = [...accepted.values()].reduce((sum, count) => sum + count, 0);
  const kinds = refusalKinds(refused);
  return [
    `read      ${rowsRead.leads} leads, ${rowsRead.deals} won deals, ${rowsRead.sellers} sellers, ` +
      `${rowsRead.lines} order lines`,
    `merchants ${merchants.won} won, ${merchants.withLines} with order lines, ${merchants.both} both; ` +
      `${summary.leadsWithoutDeal} leads were never won`,
    `accepted  ${total} events`,
    ...[...accepted].map(([type, count]) => `          ${String(count).padStart(6)} ${type}`),
    `refused   ${refused.length}`,
    ...kinds.slice(0, REFUSAL_KINDS_SHOWN_MAX).map((kind) => `          ${kind}`),
    ...(kinds.length > REFUSAL_KINDS_SHOWN_MAX
      ? [`          and ${kinds.length - REFUSAL_KINDS_SHOWN_MAX} kinds more`]
      : []),
    ...oddities.map(({ what, times }) => `noted     ${String(times).padStart(6)} ${what}`),
    `noted     ${String(summary.orders).padStart(6)} orders without any evidence of dispatch ` +
      `(tools/import/README.md says what follows)`,
    summary.eventsSent === 0 && summary.eventsSkipped > 0
      ? `sent      nothing: these files were already imported (${summary.eventsSkipped} events)`
      : `sent      ${summary.eventsSent} events and ${summary.ticksSent} ticks` +
        (summary.eventsSkipped > 0 ? `; ${summary.eventsSkipped} events were already there` : ''),
  ];
}

/** Refusals of one kind are one line, with the first as the example. */
function refusalKinds(refused: readonly Refusal[]): string[] {
  const kinds = new Map<string, { readonly first: Refusal; times: number }>();
  for (const refusal of refused) {
    const key = `${refusal.field} ${refusal.rule}`;
    const kind = kinds.get(key);
    if (kind === undefined) kinds.set(key, { first: refusal, times: 1 });
    else kind.times += 1;
  }
  return [...kinds.values()].map(({ first, times }) => {
    return `${String(times).padStart(6)} ${first.field} ${first.rule}, e.g. ${first.value} (${first.where})`;
  });
}

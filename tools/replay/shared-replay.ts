import type { SharedLog } from '#contracts/logs';
import { census } from '#domain/census/census-machine';
import { formatPosition } from '#domain/stage/position';
import type { OutputRecord } from '#domain/stage/stage';
import { treasury } from '#domain/treasury/treasury-machine';
import { openStage, type LogReplay } from './driven-stage.ts';

const STAGES = { treasury, census } as const;

/** A partition of a shared log re-executed in memory: what it says stands in activity. */
export function openSharedReplay(
  log: SharedLog,
  settings: { readonly partition: number; readonly bundles: ReadonlyMap<string, string> },
): LogReplay {
  const { partition } = settings;
  const stage = openStage(STAGES[log], { ...settings, quarantine: [] });
  let nextOffset = 0;
  return {
    step(records, isBatchEnd = true) {
      const outputs: OutputRecord[] = [];
      for (const record of records) {
        try {
          if (record.offset !== nextOffset) {
            throw new Error(`${log} has a gap: the record at offset ${nextOffset} must come next`);
          }
          nextOffset += 1;
          outputs.push(...stage.step(record));
        } catch (error) {
          const why = error instanceof Error ? error.message : String(error);
          return { outputs, stop: { position: `${log} ${partition}/${record.offset}`, why } };
        }
      }
      if (isBatchEnd) stage.settle();
      return { outputs, stop: null };
    },
    asOf: () => (nextOffset === 0 ? null : formatPosition([partition, nextOffset - 1])),
  };
}

import { formatPosition } from '#domain/stage/position';
import type { OutputRecord } from '#domain/stage/stage';
import { treasury } from '#domain/treasury/treasury-machine';
import { openStage, type LogReplay } from './driven-stage.ts';

/** One treasury partition re-executed in memory: its log in, the leases out that stand in activity. */
export function openTreasuryReplay(settings: {
  readonly partition: number;
  readonly bundles: ReadonlyMap<string, string>;
}): LogReplay {
  const { partition } = settings;
  const stage = openStage(treasury, { ...settings, quarantine: [] });
  let nextOffset = 0;
  return {
    step(records, isBatchEnd = true) {
      const outputs: OutputRecord[] = [];
      for (const record of records) {
        try {
          if (record.offset !== nextOffset) {
            throw new Error(`treasury has a gap: the record at offset ${nextOffset} must come next`);
          }
          nextOffset += 1;
          outputs.push(...stage.step(record));
        } catch (error) {
          const why = error instanceof Error ? error.message : String(error);
          return { outputs, stop: { position: `treasury ${partition}/${record.offset}`, why } };
        }
      }
      if (isBatchEnd) stage.settle();
      return { outputs, stop: null };
    },
    asOf: () => (nextOffset === 0 ? null : formatPosition([partition, nextOffset - 1])),
  };
}

import { openShadow, type Shadow, type ShadowTerms } from '../shadow/shadow.ts';
import type { ShadowReport } from '../shadow/shadow-report.ts';
import type { Hash, InputRecord, OutputRecord } from '../stage/stage.ts';

/** What stands in the logs of a partition, live. */
export interface Recorded {
  readonly sent: readonly InputRecord[];
  readonly outputs: readonly OutputRecord[];
}

/** Reads the whole of what is recorded, as far as the merge by tick goes, and says what the shadow says of it. */
export function shadowBeside(
  recorded: readonly Recorded[],
  terms: Pick<ShadowTerms, 'bundle' | 'sinceMs' | 'bundles'> & { readonly hash: Hash },
): ShadowReport {
  const shadow = openShadow({ ...terms, partitions: recorded.length, treasuries: 1 });
  const readers = recorded.map(({ sent, outputs }) => ({
    sent,
    decisions: outputs.filter(({ log }) => log === 'decisions'),
    read: 0,
    heard: 0,
  }));
  for (;;) {
    const partition = shadow.next();
    const reader = readers[partition]!;
    const record = reader.sent[reader.read++];
    if (record === undefined) return shadow.report();
    hearThrough(shadow, partition, reader, record.position[1]!);
    shadow.step(partition, record);
  }
}

function hearThrough(
  shadow: Shadow,
  partition: number,
  reader: { readonly decisions: readonly OutputRecord[]; heard: number },
  offset: number,
): void {
  const { decisions } = reader;
  for (; reader.heard < decisions.length; reader.heard++) {
    const { position, text } = decisions[reader.heard]!;
    if (position[1]! > offset) return;
    shadow.hearLive(partition, text);
  }
}

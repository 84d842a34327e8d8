import { canonicalJson, type Json } from '#domain/canonical';
import type { QuarantineEntry } from './records/output-records.ts';

/** The canonical bytes of an entry of `quarantine`; `atMs`: when the second person approved, Unix ms. */
export function encodeQuarantineEntry(logId: string, entry: QuarantineEntry, atMs: number): Buffer {
  return Buffer.from(
    canonicalJson({
      specversion: '1.0',
      id: `${entry.stage}/${entry.position}`,
      source: `/updraft/${logId}/quarantine`,
      type: 'updraft.quarantine.entry.v1',
      time: new Date(atMs).toISOString(),
      datacontenttype: 'application/json',
      data: entry as unknown as Json,
    }),
  );
}

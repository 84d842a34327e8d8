import type { OutputRecord } from '#domain/stage/stage';
import type { Appended, LogWriter } from '#stream/log';

// Logs that more than one stage partition, or somebody else as well, writes to. They are never written in a
// transaction: a writer that died in one would hold up everybody who reads them, and kafkajs tells aborted records
// wrongly where transactions overlap. Instead each writer numbers what it says, per partition that it says it to. It
// says it at least once and in order, and again after a take-over; whoever receives takes exactly the next number.

const SEVERAL_WRITERS: ReadonlySet<string> = new Set(['activity', 'treasury', 'census', 'dead-letters']);

export function hasSeveralWriters(log: string): boolean {
  return SEVERAL_WRITERS.has(log);
}

/** Sends those of `outputs` that go to such logs; resolves once all are acknowledged. `own`: the stage's partition. */
export async function sendNumbered(
  writer: LogWriter,
  own: number,
  outputs: readonly OutputRecord[],
): Promise<void> {
  const places = new Map<string, { log: string; partition: number; records: Appended[] }>();
  for (const { log, partition = own, key, text } of outputs) {
    if (!hasSeveralWriters(log)) continue;
    const name = `${log} ${partition}`;
    const place = places.get(name) ?? { log, partition, records: [] };
    place.records.push({ key, value: Buffer.from(text) });
    places.set(name, place);
  }
  await Promise.all(
    [...places.values()].map(({ log, partition, records }) => writer.append(log, partition, records)),
  );
}

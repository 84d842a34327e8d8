import type { Decision } from '#domain/outputs';
import type { Logs } from '#stream/log';
import { digestOf, type PartitionDigest } from '#tools/replay/digest';
import { positionIn } from '#tools/replay/record-source';
import { lettersOnce, saidIn } from '#tools/replay/recorded-log';

// What the stages published, as specs compare it: in position order, transport offsets left out.

export interface PublishedRecord {
  readonly position: string;
  readonly key: string | null;
  readonly value: string;
}

/** Everything in a partition of a log that stages write, in the order of the log. */
export async function publishedIn(logs: Logs, log: string, partition: number): Promise<PublishedRecord[]> {
  const published: PublishedRecord[] = [];
  for await (const { records } of logs.read(log, partition, 0)) {
    for (const { key, value } of records) {
      published.push({ position: positionIn(value)!, key, value: value.toString('utf8') });
    }
  }
  return published;
}

/** Capability and decisions as they stand, dead letters once each, and the newest record of each grant. */
export async function digestsOf(logs: Logs, partitions: number): Promise<PartitionDigest[]> {
  const digests: PartitionDigest[] = [];
  for (let partition = 0; partition < partitions; partition++) {
    for (const log of ['capability', 'decisions']) {
      digests.push({ log, partition, digest: digestOf(await publishedIn(logs, log, partition)) });
    }
    const grants = latestByKey(await publishedIn(logs, 'grants', partition));
    digests.push({ log: 'grants', partition, digest: digestOf(grants) });
    digests.push({ log: 'dead-letters', partition, digest: digestOf(await lettersIn(logs, partition)) });
  }
  return digests;
}

export async function decisionsIn(
  logs: Logs,
  partition: number,
): Promise<(Decision & { readonly merchant: string; readonly time: string })[]> {
  return (await publishedIn(logs, 'decisions', partition)).map(({ value }) => {
    const { subject, time, data } = JSON.parse(value) as { subject: string; time: string; data: Decision };
    return { ...data, merchant: subject, time };
  });
}

/** What the allocator of a partition said to the treasuries, each once, in the order in which it was numbered. */
export async function requestsIn(logs: Logs, partition: number): Promise<string[]> {
  const said = new Map<string, string>();
  for (let treasury = 0; treasury < (await logs.partitions('treasury')); treasury++) {
    for await (const { records } of logs.read('treasury', treasury, 0)) {
      for (const { value } of records) {
        const each = saidIn(value);
        if (each?.writer !== `allocator/${partition}`) continue;
        said.set(`${treasury} ${each.sequence}`, value.toString('utf8'));
      }
    }
  }
  return [...said.values()];
}

async function lettersIn(logs: Logs, partition: number): Promise<PublishedRecord[]> {
  const letters: PublishedRecord[] = [];
  for await (const { records } of lettersOnce(
    logs.read('dead-letters', partition, 0),
    `scoring/${partition}`,
  )) {
    for (const { key, value } of records) {
      letters.push({ position: positionIn(value)!, key, value: value.toString('utf8') });
    }
  }
  return letters;
}

function latestByKey(records: readonly PublishedRecord[]): Iterable<PublishedRecord> {
  const latest = new Map<string | null, PublishedRecord>();
  for (const record of records) {
    // Put last when it is replaced: position order.
    latest.delete(record.key);
    latest.set(record.key, record);
  }
  return latest.values();
}

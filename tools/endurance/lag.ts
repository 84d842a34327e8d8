import { parseMetrics, sumOf } from '#tools/cluster/metric-samples';

/** Records of `activity` that scoring has not stepped yet, by partition, as `/metrics` says it. */
export async function scoringLag(url: string, partitions: number): Promise<readonly number[]> {
  const scrape = parseMetrics(await (await fetch(`${url}/metrics`)).text());
  return Array.from({ length: partitions }, (_, partition) =>
    sumOf(scrape, 'updraft_stage_lag_records', { stage: 'scoring', partition: String(partition) }),
  );
}

/** Records of `activity` that scoring has not stepped yet, by partition, as `/metrics` says it. */
export async function scoringLag(url: string, partitions: number): Promise<readonly number[]> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Array.from({ length: partitions }, (_, partition) => {
    const line = text
      .split('\n')
      .find(
        (each) =>
          each.startsWith('updraft_stage_lag_records{') &&
          each.includes('stage="scoring"') &&
          each.includes(`partition="${partition}"`),
      );
    return Number(line?.split(' ').at(-1) ?? 0);
  });
}

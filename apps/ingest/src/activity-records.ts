import type { Admitted } from '#contracts/admit';
import { byPartition } from '#stream/by-partition';
import type { Appended } from '#stream/log';

/** What either door appends to `activity`, by partition. */
export function activityRecords(admitted: readonly Admitted[]): ReadonlyMap<number, readonly Appended[]> {
  return byPartition(
    admitted.map(({ partition, merchantId, value }) => ({ partition, key: merchantId, value })),
  );
}

import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { eventIn, type ExportManifest, type Line } from './export-reader.ts';
import type { Findings } from './finding.ts';

/** A lease as it stands in activity, placed by what led to it. */
export interface LeaseLine {
  /** Of the treasury's record that led to it, and which of what that led to. */
  readonly offset: number;
  readonly ordinal: number;
  /** Whose activity it stands in. */
  readonly partition: number;
  readonly account: string;
  readonly holder: string | null;
  readonly amount: number;
}

const LEASE = 'updraft.control.lease.v1';

interface SaidLease {
  readonly writer: string;
  readonly sequence: number;
  readonly account: string;
  readonly holder: string | null;
  readonly amount: number;
}

/** Every lease by treasury, each once, in order of what led to it. Memory grows with the leases, not with activity. */
export async function readLeases(
  manifest: ExportManifest,
  dir: string,
  findings: Findings,
): Promise<LeaseLine[][]> {
  const leases: LeaseLine[][] = Array.from({ length: manifest.genesis.treasuries }, () => []);
  const last = new Map<string, number>();
  for (const { log, partition, file } of manifest.segments) {
    if (log !== 'activity') continue;
    for await (const text of createInterface({
      input: createReadStream(join(dir, file)),
      crlfDelay: Infinity,
    })) {
      if (!text.includes(LEASE)) continue;
      const { value, offset } = JSON.parse(text) as Line;
      const event = eventIn(value);
      if (event?.type !== LEASE) continue;
      const { id } = event;
      const { writer, sequence, account, holder, amount } = event.data as unknown as SaidLease;
      const name = `${partition} ${writer}`;
      if (sequence <= (last.get(name) ?? 0)) continue;
      last.set(name, sequence);
      const [treasury, cause, ordinal] =
        /^treasury\/(\d+)\/(\d+)\/(\d+)$/.exec(id)?.slice(1).map(Number) ?? [];
      const isOwn =
        ordinal !== undefined && writer === `treasury/${treasury}` && leases[treasury!] !== undefined;
      findings.expect(
        isOwn,
        'treasury',
        `${partition}/${offset}`,
        () => `lease ${id} of ${writer} is no treasury's`,
      );
      if (isOwn) leases[treasury!]!.push({ offset: cause!, ordinal, partition, account, holder, amount });
    }
  }
  for (const each of leases) each.sort((a, b) => a.offset - b.offset || a.ordinal - b.ordinal);
  return leases;
}

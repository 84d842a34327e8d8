import { openShadow, type Shadow } from '#domain/shadow/shadow';
import { formatPosition } from '#domain/stage/position';
import type { InputRecord } from '#domain/stage/stage';
import type { LogRecord } from '#stream/log';
import { decodeInput } from '../decode-input.ts';
import { sha256 } from '../sha256.ts';
import type {
  ActivityForShadow,
  BundleForShadow,
  FromShadow,
  OpenShadow,
  ToShadow,
} from './shadow-message.ts';

// One shadow: a process that is given records and decisions, steps, compares and reports. It reaches neither database
// nor logs, and nobody reads what it decides but its own report. It asks for one thing at a time and ends when its host
// does.

const REPORT_EVERY_MS = 2_000;

interface Queue {
  records: readonly LogRecord[];
  read: number;
  quarantine: ReadonlyMap<string, string>;
}

let take: (message: ToShadow) => void = () => undefined;
process.on('message', (message: ToShadow) => take(message));
process.on('disconnect', () => process.exit(0));

const receive = (): Promise<ToShadow> => new Promise((resolve) => (take = resolve));

async function ask<Kind extends ToShadow['kind']>(
  question: FromShadow,
  kind: Kind,
): Promise<Extract<ToShadow, { readonly kind: Kind }>> {
  const answer = receive();
  process.send!(question);
  const message = await answer;
  if (message.kind !== kind) throw new Error(`asked for ${kind} and was given ${message.kind}`);
  return message as Extract<ToShadow, { readonly kind: Kind }>;
}

/** Says how it stands every two seconds where something changed. */
function reporter(shadow: Shadow): () => void {
  let said = { records: -1, atMs: 0 };
  const say = (): void => {
    const nowMs = performance.now();
    if (nowMs - said.atMs < REPORT_EVERY_MS) return;
    const report = shadow.report();
    const { records } = report;
    if (records === said.records) return;
    const { user, system } = process.cpuUsage();
    const cost = {
      cpuUsPer1000Records: Math.round(((user + system) * 1_000) / Math.max(1, records)),
      recordsPerSecond: Math.round(((records - Math.max(0, said.records)) * 1_000) / (nowMs - said.atMs)),
      memoryBytes: process.memoryUsage().rss,
    };
    said = { records, atMs: nowMs };
    process.send!({ kind: 'report', report, cost } satisfies FromShadow);
  };
  // While it waits for records, what it did last is still to be said.
  setInterval(say, REPORT_EVERY_MS);
  return say;
}

async function run({ partitions, treasuries, bundle, bundleText, sinceMs }: OpenShadow): Promise<void> {
  const bundles = new Map([[bundle, bundleText]]);
  const shadow = openShadow({ partitions, treasuries, bundle, sinceMs, hash: sha256, bundles });
  const queues = Array.from({ length: partitions }, (): Queue => ({
    records: [],
    read: 0,
    quarantine: new Map(),
  }));
  const say = reporter(shadow);
  for (;;) {
    const partition = shadow.next();
    const queue = queues[partition]!;
    if (queue.read === queue.records.length) {
      say();
      const given: ActivityForShadow = await ask({ kind: 'want-activity', partition }, 'activity');
      for (const text of given.decisions) shadow.hearLive(partition, text);
      Object.assign(queue, { records: given.records, read: 0, quarantine: given.quarantine });
      continue;
    }
    const raw = queue.records[queue.read++]!;
    try {
      const record: InputRecord = decodeInput('activity', partition, raw, queue.quarantine);
      for (;;) {
        const hash = shadow.needsBundle(partition, record);
        if (hash === null) break;
        const found: BundleForShadow = await ask({ kind: 'want-bundle', hash }, 'bundle');
        bundles.set(found.hash, found.text);
      }
      shadow.step(partition, record);
    } catch (error) {
      const at = formatPosition([partition, raw.offset]);
      throw new Error(`${at}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
    }
  }
}

try {
  const first = await receive();
  if (first.kind !== 'open') throw new Error(`a shadow begins with open and was given ${first.kind}`);
  await run(first);
} catch (error) {
  const why = error instanceof Error ? error.message : String(error);
  process.send!({ kind: 'failed', why } satisfies FromShadow, () => process.exit(1));
}

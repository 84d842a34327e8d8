import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { kafkaClassPath } from '#tools/kafka/jars';

const ABORT_MARKER = 'endTxnMarker: ABORT';
const SEGMENT = '.log';

/** Abort markers in the segments of topics whose names end so, as the broker's own tool reads them from its disk. */
export async function countAborted(kafkaDirectory: string, topics: readonly string[]): Promise<number> {
  const data = join(kafkaDirectory, 'data');
  const segments = readdirSync(data)
    .filter((name) => topics.some((topic) => name.replace(/-\d+$/, '').endsWith(topic)))
    .flatMap((name) => readdirSync(join(data, name)).map((file) => join(data, name, file)))
    .filter((path) => path.endsWith(SEGMENT));
  const args = ['-cp', kafkaClassPath(), 'kafka.tools.DumpLogSegments', '--deep-iteration', '--files'];
  const child = spawn('java', [...args, segments.join(',')], { stdio: ['ignore', 'pipe', 'ignore'] });
  const ended = once(child, 'close');
  let aborted = 0;
  let committed = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    if (line.includes(ABORT_MARKER)) aborted += 1;
    else if (line.includes('endTxnMarker: COMMIT')) committed += 1;
  }
  const [code] = (await ended) as [number | null];
  // A tool that says nothing must not count as nothing having been aborted.
  if (code !== 0 || committed === 0) throw new Error(`the segments of ${topics.join(', ')} cannot be read`);
  return aborted;
}

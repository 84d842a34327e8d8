import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** What is still reachable: garbage is collected first. */
export function heapBytes(): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  collect();
  return process.memoryUsage().heapUsed;
}

import { readFile } from 'node:fs/promises';

// The largest self times of a profile that `node --cpu-prof` wrote.

interface Profile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  }[];
  readonly samples: readonly number[];
  /** Microseconds between samples. */
  readonly timeDeltas: readonly number[];
}

export interface SelfTime {
  readonly where: string;
  readonly ms: number;
  /** Of all time that was not idle. */
  readonly share: number;
}

const IDLE = '(idle)';

/** By function, largest first; idle time is left out. */
export async function selfTimes(path: string, count: number): Promise<SelfTime[]> {
  const profile = JSON.parse(await readFile(path, 'utf8')) as Profile;
  const names = new Map(profile.nodes.map(({ id, callFrame }) => [id, nameOf(callFrame)]));
  const microseconds = new Map<string, number>();
  for (const [index, id] of profile.samples.entries()) {
    const name = names.get(id) ?? '?';
    microseconds.set(name, (microseconds.get(name) ?? 0) + (profile.timeDeltas[index] ?? 0));
  }
  microseconds.delete(IDLE);
  const total = [...microseconds.values()].reduce((sum, each) => sum + each, 0);
  return [...microseconds]
    .sort(([, a], [, b]) => b - a)
    .slice(0, count)
    .map(([where, us]) => ({ where, ms: us / 1_000, share: us / total }));
}

function nameOf({ functionName, url, lineNumber }: Profile['nodes'][number]['callFrame']): string {
  const name = functionName === '' ? '(anonymous)' : functionName;
  if (url === '') return name;
  const file = /(?:dist|node_modules)\/(.*)$/.exec(url)?.[1] ?? url;
  return `${name}  ${file}:${lineNumber + 1}`;
}

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

/** By function, or by the folder or package that it is in; largest first, idle time left out. */
export async function selfTimes(path: string, count: number, by: 'function' | 'area'): Promise<SelfTime[]> {
  const profile = JSON.parse(await readFile(path, 'utf8')) as Profile;
  const called = by === 'function' ? nameOf : areaOf;
  const names = new Map(profile.nodes.map(({ id, callFrame }) => [id, called(callFrame)]));
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

type CallFrame = Profile['nodes'][number]['callFrame'];

function areaOf({ functionName, url }: CallFrame): string {
  if (url === '') return functionName.startsWith('(') ? functionName : 'native code of Node';
  if (url.startsWith('node:')) return 'Node';
  const [, dependency] = /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url) ?? [];
  if (dependency !== undefined) return dependency;
  return /dist\/(.*)\/[^/]+$/.exec(url)?.[1] ?? url;
}

function nameOf({ functionName, url, lineNumber }: CallFrame): string {
  const name = functionName === '' ? '(anonymous)' : functionName;
  if (url === '') return name;
  const file = /(?:dist|node_modules)\/(.*)$/.exec(url)?.[1] ?? url;
  return `${name}  ${file}:${lineNumber + 1}`;
}

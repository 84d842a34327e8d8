import type { Json } from '../canonical.ts';

// Conditions as a difference shows them: the tree with the ids of its atoms, and the atoms by id.

interface Members {
  readonly [key: string]: Json | undefined;
}

/** A group of conditions, or an atom: something with an id that holds nothing but plain values. */
export function isCondition(value: Json | undefined): value is Members {
  return isMembers(value) && (isGroup(value) || isAtom(value));
}

function isAtom(value: Members): boolean {
  const isSaid = ([key, each]: [string, Json | undefined]): boolean => key === 'waiveIf' || isPlain(each);
  return typeof value['id'] === 'string' && Object.entries(value).every(isSaid);
}

function isPlain(value: Json | undefined): boolean {
  return isList(value) ? value.every(isPlain) : typeof value !== 'object' || value === null;
}

/** `all of (growth.tier, not growth.late)`; `none` where there is none. */
export function conditionInWords(value: Json): string {
  if (!isMembers(value)) return 'none';
  const { waiveIf } = value;
  const words = treeInWords(value);
  return isMembers(waiveIf) ? `${words} unless ${conditionInWords(waiveIf)}` : words;
}

/** Every atom below, by id, in order. A waiver is no part of what its condition says: its atoms stand by themselves. */
export function atomsIn(value: Json): ReadonlyMap<string, Members> {
  const atoms = new Map<string, Members>();
  collect(value, atoms);
  return atoms;
}

function collect(value: Json, atoms: Map<string, Members>): void {
  if (Array.isArray(value)) {
    for (const each of value as readonly Json[]) collect(each, atoms);
    return;
  }
  if (!isMembers(value)) return;
  const { waiveIf, ...said } = value;
  if (isGroup(value)) for (const part of ['all', 'any', 'of', 'not']) collect(value[part] ?? null, atoms);
  else if (typeof value['id'] === 'string') atoms.set(value['id'], said);
  collect(waiveIf ?? null, atoms);
}

function treeInWords(value: Members): string {
  const { all, any, not, atLeast, of: several } = value;
  if (isList(all)) return `all of (${listInWords(all)})`;
  if (isList(any)) return `any of (${listInWords(any)})`;
  if (isList(several)) return `at least ${plain(atLeast)} of (${listInWords(several)})`;
  if (isMembers(not)) return `not ${conditionInWords(not)}`;
  return plain(value['id']);
}

function listInWords(list: readonly Json[]): string {
  return list.map(conditionInWords).join(', ');
}

function isGroup({ all, any, not, of: several }: Members): boolean {
  return isList(all) || isList(any) || isList(several) || isMembers(not);
}

function plain(value: Json | undefined): string {
  return typeof value === 'string' || typeof value === 'number' ? `${value}` : '';
}

function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

function isMembers(value: Json | undefined): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

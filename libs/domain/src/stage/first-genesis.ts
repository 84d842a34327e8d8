import { canonicalJson, type Json } from '../canonical.ts';
import type { Genesis } from '../controls.ts';
import { ENGINE } from '../engine.ts';
import { formatPosition, type Position } from './position.ts';
import type { InputRecord } from './stage.ts';

/**
 * Whether this genesis begins the partition. It is written once: an equal second one is a no-op, a different one means
 * two logs were mixed, and one of another engine was not written for us; both throw.
 */
export function isFirstGenesis(standing: Genesis | null, genesis: Genesis, position: Position): boolean {
  if (standing === null) {
    checkEngine(genesis);
    return true;
  }
  const isSame = canonicalJson(standing as unknown as Json) === canonicalJson(genesis as unknown as Json);
  if (!isSame) throw new Error(`a second, different genesis at ${formatPosition(position)}`);
  return false;
}

/** Nothing comes before genesis. */
export function checkBegun(standing: Genesis | null, { event, position }: InputRecord): void {
  if (standing !== null || event.type === 'updraft.control.genesis.v1') return;
  throw new Error(
    `the log does not begin with genesis but with ${event.type} at ${formatPosition(position)}`,
  );
}

export function checkEngine({ engine }: Genesis): void {
  if (engine !== ENGINE) throw new Error(`genesis is of engine ${engine}, this is ${ENGINE}`);
}

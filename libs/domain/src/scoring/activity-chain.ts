import type { Hash } from '../stage/stage.ts';

// The running hash over all activity (ADR 0012): a chain whose links hold up to 64 records each, so that a record
// costs a piece of text and not another hash. Where a link ends depends on the records alone: when it is full, and at
// each tick that moves time, whose hash is forwarded.

export const LINK_RECORDS_MAX = 64;

export interface ActivityChain {
  activityHash: string;
  activityLink: string;
  activityLinkRecords: number;
}

/** Adds a record: its offset, its key and the SHA-256 of its value. */
export function addToChain(
  chain: ActivityChain,
  offset: number,
  key: string | null,
  valueHash: string,
  hash: Hash,
): void {
  chain.activityLink += `${offset}\n${key ?? ''}\n${valueHash}\n`;
  chain.activityLinkRecords += 1;
  if (chain.activityLinkRecords >= LINK_RECORDS_MAX) closeLink(chain, hash);
}

/** Ends the link; returns the hash over everything so far. */
export function closeLink(chain: ActivityChain, hash: Hash): string {
  if (chain.activityLinkRecords > 0) {
    chain.activityHash = hash(`${chain.activityHash}\n${chain.activityLink}`);
    chain.activityLink = '';
    chain.activityLinkRecords = 0;
  }
  return chain.activityHash;
}

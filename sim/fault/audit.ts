import type { Claim } from '#store/snapshot-store';

// Watches what passes the ports for what no owner may ever do, whether or not it comes to show in the logs: a guard
// behind which two others stand can be missing for years before its absence costs a record. It knows take-over
// numbers and versions of snapshots, and nothing of how the runner or the modelled store check them.

export interface Audit {
  /** A take-over number was given away. */
  claimed(claim: Claim, version: number): void;
  /** The owner changed the snapshot; it stands at this version now. */
  changed(claim: Claim, version: number): void;
  /** Rows of this version of the snapshot were handed out. */
  rowsRead(claim: Claim, version: number): void;
  /** Outputs became visible. */
  published(claim: Claim): void;
}

export const NO_AUDIT: Audit = {
  claimed: () => undefined,
  changed: () => undefined,
  rowsRead: () => undefined,
  published: () => undefined,
};

export function createAudit(violation: (text: string) => void): Audit {
  const newest = new Map<string, Claim>();
  /** The version on which each take-over builds. */
  const built = new Map<string, number>();
  const place = ({ stage, partition }: Claim): string => `${stage}/${partition}`;
  const name = (claim: Claim): string => `${place(claim)} take-over ${claim.takeover} by ${claim.owner}`;

  return {
    claimed(claim, version) {
      const before = newest.get(place(claim));
      if (before !== undefined && claim.takeover <= before.takeover)
        violation(`${name(claim)}: the number was given away before, the newest is that of ${name(before)}`);
      newest.set(place(claim), claim);
      built.set(name(claim), version);
    },
    changed(claim, version) {
      built.set(name(claim), version);
    },
    rowsRead(claim, version) {
      if (built.get(name(claim)) !== version)
        violation(`${name(claim)}: builds on snapshot ${built.get(name(claim))}, got rows of ${version}`);
    },
    published(claim) {
      const owner = newest.get(place(claim));
      if (owner !== undefined && name(owner) !== name(claim))
        violation(`${name(claim)}: published after ${name(owner)}`);
    },
  };
}

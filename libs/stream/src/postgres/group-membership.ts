/** What a subscription is told: the partitions that are now its own. Synchronous. */
export type OwnPartitions = (partitions: readonly number[]) => void;

/** A reader's place in its group. */
export interface Membership {
  isMember(): boolean;
  leave(): Promise<void>;
}

/** How the partitions of a log are divided among the live members of a group. */
export interface Groups {
  join(
    log: { readonly id: number; readonly partitions: number },
    group: string,
    own: OwnPartitions,
  ): Promise<Membership>;
}

/** Partition p belongs to member p mod n, in the byte order of their names: everybody computes the same. */
export function partitionsOf(member: string, members: readonly string[], partitions: number): number[] {
  const sorted = [...members].sort();
  const place = sorted.indexOf(member);
  const own: number[] = [];
  for (let partition = 0; place >= 0 && partition < partitions; partition++) {
    if (partition % sorted.length === place) own.push(partition);
  }
  return own;
}

interface LocalMember {
  readonly member: string;
  readonly partitions: number;
  readonly own: OwnPartitions;
  current: readonly number[];
}

/** Groups within one process, where everybody knows of everybody at once: the embedded mode. */
export class LocalGroups implements Groups {
  private readonly groups = new Map<string, LocalMember[]>();
  private joined = 0;

  async join(
    log: { readonly id: number; readonly partitions: number },
    group: string,
    own: OwnPartitions,
  ): Promise<Membership> {
    const id = `${log.id}/${group}`;
    const member = {
      member: String(this.joined++).padStart(9, '0'),
      partitions: log.partitions,
      own,
      current: [],
    };
    // After the caller has its subscription: `assigned` may want to resume at once.
    setImmediate(() => {
      if (!left) this.change(id, [...(this.groups.get(id) ?? []), member]);
    });
    let left = false;
    return {
      isMember: () => !left,
      leave: async () => {
        if (left) return;
        left = true;
        member.current = [];
        own([]);
        this.change(
          id,
          (this.groups.get(id) ?? []).filter((each) => each !== member),
        );
      },
    };
  }

  /** First everybody gives up what is no longer theirs, then everybody takes what is. */
  private change(id: string, members: LocalMember[]): void {
    if (members.length === 0) this.groups.delete(id);
    else this.groups.set(id, members);
    const names = members.map(({ member }) => member);
    const next = members.map((each) => partitionsOf(each.member, names, each.partitions));
    for (const [index, each] of members.entries()) {
      each.current = each.current.filter((partition) => next[index]?.includes(partition));
      each.own(each.current);
    }
    for (const [index, each] of members.entries()) {
      each.current = next[index] ?? [];
      each.own(each.current);
    }
  }
}

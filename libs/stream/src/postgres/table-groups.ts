import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { partitionsOf } from './group-membership.ts';
import type { Groups, Membership, OwnPartitions } from './group-membership.ts';
import type { LogDatabase } from './log-database.ts';

export interface GroupTimes {
  /** A member that was not heard of for so long is no longer one, in its own eyes as in everybody's. */
  readonly sessionMs: number;
  readonly heartbeatMs: number;
}
export const GROUP_TIMES: GroupTimes = { sessionMs: 6_000, heartbeatMs: 1_000 };
/** Rows of members that never said good-bye are removed after this many session time-outs. */
const FORGET_SESSIONS = 10;

/**
 * Groups across processes: each member writes down that it lives and reads who else does, by the database's clock,
 * and takes its share. What is new is taken only when two heartbeats in a row agree on it, unless nobody else is
 * there: by then the others, whose heartbeats are as frequent, have given it up. That is courtesy towards a smooth
 * change of owners, not a guarantee: what keeps two owners from publishing is the claim.
 */
export class TableGroups implements Groups {
  private readonly database: LogDatabase;
  private readonly times: GroupTimes;
  private readonly onError: (error: unknown) => void;

  constructor(database: LogDatabase, times: GroupTimes, onError: (error: unknown) => void) {
    this.database = database;
    this.times = times;
    this.onError = onError;
  }

  async join(
    log: { readonly id: number; readonly partitions: number },
    group: string,
    own: OwnPartitions,
  ): Promise<Membership> {
    const member = `${hostname()}-${process.pid}-${randomBytes(4).toString('hex')}`;
    const membership = new TableMembership(this.database, this.times, this.onError, {
      log,
      group,
      member,
      own,
    });
    membership.start();
    return membership;
  }
}

interface Place {
  readonly log: { readonly id: number; readonly partitions: number };
  readonly group: string;
  readonly member: string;
  readonly own: OwnPartitions;
}

class TableMembership implements Membership {
  private readonly database: LogDatabase;
  private readonly times: GroupTimes;
  private readonly onError: (error: unknown) => void;
  private readonly place: Place;
  private timer: NodeJS.Timeout | undefined;
  private beating: Promise<void> | null = null;
  /** When the last answered heartbeat was sent. */
  private seenAt = -Infinity;
  private wanted: readonly number[] = [];
  private current: readonly number[] = [];
  private left = false;

  constructor(database: LogDatabase, times: GroupTimes, onError: (error: unknown) => void, place: Place) {
    this.database = database;
    this.times = times;
    this.onError = onError;
    this.place = place;
  }

  start(): void {
    this.timer = setInterval(() => this.tick(), this.times.heartbeatMs);
    // After the caller has its subscription: `assigned` may want to resume at once.
    setImmediate(() => this.tick());
  }

  isMember(): boolean {
    return !this.left && performance.now() - this.seenAt < this.times.sessionMs;
  }

  async leave(): Promise<void> {
    if (this.left) return;
    this.left = true;
    clearInterval(this.timer);
    this.take([]);
    await this.beating;
    const { log, group, member } = this.place;
    try {
      await this.database.query(`delete from log_member where log = $1 and group_name = $2 and member = $3`, [
        log.id,
        group,
        member,
      ]);
    } catch (error) {
      // The others will notice by the session time-out.
      this.onError(error);
    }
  }

  /** A heartbeat that hangs must not keep us from noticing that our session is over. */
  private tick(): void {
    if (this.left) return;
    if (!this.isMember()) {
      this.wanted = [];
      this.take([]);
    }
    this.beating ??= this.beat()
      .catch(this.onError)
      .finally(() => {
        this.beating = null;
      });
  }

  private async beat(): Promise<void> {
    const sentAt = performance.now();
    const others = await this.sayAlive();
    if (this.left) return;
    this.seenAt = sentAt;
    if (!this.isMember()) return;
    const { log, member } = this.place;
    const wanted = partitionsOf(member, [...others, member], log.partitions);
    const agreed = wanted.filter(
      (partition) => this.wanted.includes(partition) || this.current.includes(partition),
    );
    this.wanted = wanted;
    this.take(others.length === 0 ? wanted : agreed);
  }

  private take(partitions: readonly number[]): void {
    this.current = partitions;
    this.place.own(partitions);
  }

  private async sayAlive(): Promise<string[]> {
    const { log, group, member } = this.place;
    const { rows } = await this.database.query<{ member: string }>(
      `with me as (
         insert into log_member (log, group_name, member, seen_at) values ($1, $2, $3, clock_timestamp())
         on conflict (log, group_name, member) do update set seen_at = excluded.seen_at),
       forgotten as (
         delete from log_member where log = $1 and group_name = $2 and member <> $3
            and seen_at < clock_timestamp() - make_interval(secs => $5))
       select member from log_member
        where log = $1 and group_name = $2 and member <> $3
          and seen_at > clock_timestamp() - make_interval(secs => $4)`,
      [log.id, group, member, this.times.sessionMs / 1000, (this.times.sessionMs * FORGET_SESSIONS) / 1000],
    );
    return rows.map((row) => row.member);
  }
}

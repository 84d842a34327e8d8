// Membership of a consumer group, and nothing else. kafkajs' consumer joins, sends heartbeats and follows
// rebalances, with every partition paused: it never fetches a record. Reading is done beside it
// (partition-reader), so that neither a slow reader holds up the heartbeats nor a rebalance can move a read
// position.
import type { Consumer, Kafka } from 'kafkajs';
import { createMember, stayMember, type Term } from './group-member.ts';
import type { KafkaNotice } from './kafka-client.ts';

const REBALANCE_TIMEOUT_MS = 10_000;
const LEAVE_MS_MAX = 3_000;
/** A member without a confirmation for so many session time-outs joins anew: kafkajs can wait for ever. */
const SILENT_SESSIONS_MAX = 3;

export interface MembershipSetting {
  readonly kafka: Kafka;
  readonly topic: string;
  readonly groupId: string;
  readonly sessionTimeoutMs: number;
  readonly notice: KafkaNotice;
  /** The partitions of this member from now on. Called synchronously before kafkajs goes on. */
  assigned(partitions: readonly number[]): void;
}

export interface Membership {
  isMember(): boolean;
  close(): Promise<void>;
}

export function joinGroup(setting: MembershipSetting): Membership {
  const { kafka, groupId, sessionTimeoutMs, notice } = setting;
  const rebalanceTimeoutMs = Math.max(REBALANCE_TIMEOUT_MS, sessionTimeoutMs);
  let confirmedAt = -Infinity;
  const { close } = stayMember({
    what: `group ${groupId} was lost`,
    notice,
    leaveMsMax: LEAVE_MS_MAX,
    begin(lose) {
      const consumer = createMember(kafka, groupId, sessionTimeoutMs, rebalanceTimeoutMs);
      return createTerm(consumer, setting, lose, (at) => {
        confirmedAt = at;
      });
    },
  });
  return { isMember: () => performance.now() - confirmedAt < sessionTimeoutMs, close };
}

/** One consumer's time as a member. After `end` nothing that still arrives from it counts. */
function createTerm(
  consumer: Consumer,
  setting: MembershipSetting,
  lose: (why: string) => void,
  confirmed: (at: number) => void,
): Term {
  const { topic, sessionTimeoutMs } = setting;
  let over = false;
  let lastAt = performance.now();
  const confirm = (): void => {
    if (over) return;
    lastAt = performance.now();
    confirmed(lastAt);
  };
  const watch = setInterval(() => {
    const silentMs = performance.now() - lastAt;
    const limitMs = SILENT_SESSIONS_MAX * sessionTimeoutMs + REBALANCE_TIMEOUT_MS;
    if (silentMs > limitMs) lose(`no confirmation for ${Math.round(silentMs)} ms`);
  }, sessionTimeoutMs);

  consumer.on(consumer.events.HEARTBEAT, confirm);
  consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
    if (over) return;
    // Before anything else: kafkajs fetches from what is not paused as soon as this listener returns.
    consumer.pause([{ topic }]);
    confirm();
    setting.assigned([...(payload.memberAssignment[topic] ?? [])].sort((a, b) => a - b));
  });

  return {
    consumer,
    subscription: { topics: [topic] },
    run: { autoCommit: false, eachBatch: () => Promise.resolve() },
    end: () => {
      over = true;
      clearInterval(watch);
      confirmed(-Infinity);
      setting.assigned([]);
    },
  };
}

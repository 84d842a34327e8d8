// Membership of a consumer group, and nothing else. kafkajs' consumer joins, sends heartbeats and follows
// rebalances, with every partition paused: it never fetches a record. Reading is done beside it
// (partition-reader), so that neither a slow reader holds up the heartbeats nor a rebalance can move a read
// position.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Consumer, Kafka } from 'kafkajs';
import { atMost, describeError, type KafkaNotice } from './kafka-client.ts';

/** With everything paused kafkajs' loop sleeps this long between two looks at whether a heartbeat is due. */
const LOOP_MS = 100;
const HEARTBEATS_PER_SESSION = 5;
const REBALANCE_TIMEOUT_MS = 10_000;
const REJOIN_MS_MIN = 200;
const REJOIN_MS_MAX = 5_000;
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
  const { sessionTimeoutMs, groupId, notice } = setting;
  let confirmedAt = -Infinity;
  let closed = false;
  let end: () => void = () => undefined;
  const ended = new Promise<string>((resolve) => {
    end = () => resolve('closed');
  });

  const stayMember = async (): Promise<void> => {
    let rejoinMs = REJOIN_MS_MIN;
    while (!closed) {
      const startedAt = performance.now();
      const consumer = createConsumer(setting);
      const term = createTerm(consumer, setting, (at) => {
        confirmedAt = at;
      });
      const why = await Promise.race([ended, term.run()]);
      term.end();
      setting.assigned([]);
      await atMost(LEAVE_MS_MAX, consumer.disconnect());
      if (closed) return;
      if (performance.now() - startedAt > REJOIN_MS_MAX) rejoinMs = REJOIN_MS_MIN;
      notice('warn', `group ${groupId} was lost, joining again: ${why}`, { rejoinMs });
      await Promise.race([ended, sleep(rejoinMs * (0.5 + Math.random()))]);
      rejoinMs = Math.min(rejoinMs * 2, REJOIN_MS_MAX);
    }
  };

  const done = stayMember();
  return {
    isMember: () => performance.now() - confirmedAt < sessionTimeoutMs,
    close: async () => {
      closed = true;
      end();
      await done;
    },
  };
}

function createConsumer({ kafka, groupId, sessionTimeoutMs }: MembershipSetting): Consumer {
  return kafka.consumer({
    groupId,
    sessionTimeout: sessionTimeoutMs,
    rebalanceTimeout: Math.max(REBALANCE_TIMEOUT_MS, sessionTimeoutMs),
    heartbeatInterval: Math.max(LOOP_MS, Math.floor(sessionTimeoutMs / HEARTBEATS_PER_SESSION)),
    maxWaitTimeInMs: LOOP_MS,
    allowAutoTopicCreation: false,
    // A restart after a crash is ours: kafkajs reuses connections that may be what is broken.
    retry: {
      initialRetryTime: 100,
      maxRetryTime: 500,
      retries: 5,
      restartOnFailure: () => Promise.resolve(false),
    },
  });
}

/** One consumer's time as a member. After `end` nothing that still arrives from it counts. */
function createTerm(
  consumer: Consumer,
  setting: MembershipSetting,
  confirmed: (at: number) => void,
): { run(): Promise<string>; end(): void } {
  const { topic, sessionTimeoutMs } = setting;
  let over = false;
  let lastAt = performance.now();
  let lose: (why: string) => void = () => undefined;
  const lost = new Promise<string>((resolve) => {
    lose = resolve;
  });
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

  consumer.on(consumer.events.CRASH, ({ payload }) => lose(describeError(payload.error)));
  consumer.on(consumer.events.HEARTBEAT, confirm);
  consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
    if (over) return;
    // Before anything else: kafkajs fetches from what is not paused as soon as this listener returns.
    consumer.pause([{ topic }]);
    confirm();
    setting.assigned([...(payload.memberAssignment[topic] ?? [])].sort((a, b) => a - b));
  });

  return {
    /** Resolves with the reason once this consumer is of no more use. Never rejects. */
    run: async () => {
      try {
        await consumer.connect();
        await consumer.subscribe({ topics: [topic] });
        // It resolves also when joining failed; then CRASH tells.
        await consumer.run({ autoCommit: false, eachBatch: () => Promise.resolve() });
        return await lost;
      } catch (error) {
        return describeError(error);
      }
    },
    end: () => {
      over = true;
      clearInterval(watch);
      confirmed(-Infinity);
    },
  };
}

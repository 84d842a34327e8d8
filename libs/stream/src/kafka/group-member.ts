// Staying a member of a consumer group. A consumer that crashed is not used again, because kafkajs reuses connections
// that may be what is broken: the member leaves, waits a little longer each time, and joins with a new one.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Consumer, ConsumerRunConfig, ConsumerSubscribeTopics, Kafka } from 'kafkajs';
import { atMost, describeError, type KafkaNotice } from './kafka-client.ts';

/** One consumer's time as a member. */
export interface Term {
  readonly consumer: Consumer;
  readonly subscription: ConsumerSubscribeTopics;
  readonly run: ConsumerRunConfig;
  /** Called once it is over, before the consumer leaves. */
  end(why: string): void;
}

export interface MemberSetting {
  /** What is said before the reason when a term is over: `group g was lost`. */
  readonly what: string;
  readonly notice: KafkaNotice;
  /** What leaving may take, work under way included. */
  readonly leaveMsMax: number;
  /** Waited for before the first consumer joins. Never rejects. */
  readonly ready?: Promise<void>;
  /** `lose` ends the term, with the reason. */
  begin(lose: (why: string) => void): Term;
}

export const HEARTBEATS_PER_SESSION = 5;
/** An idle consumer's loop looks this often whether a heartbeat is due. */
const LOOP_MS = 100;
const REJOIN_MS_MIN = 200;
const REJOIN_MS_MAX = 5_000;

/** Joins now and again until closed. */
export function stayMember({ what, notice, leaveMsMax, ready, begin }: MemberSetting): {
  close(): Promise<void>;
} {
  let isClosed = false;
  let end: () => void = () => undefined;
  const ended = new Promise<string>((resolve) => (end = () => resolve('closed')));

  async function stay(): Promise<void> {
    await ready;
    let rejoinMs = REJOIN_MS_MIN;
    while (!isClosed) {
      const startedAt = performance.now();
      let lose: (why: string) => void = () => undefined;
      const lost = new Promise<string>((resolve) => (lose = resolve));
      const term = begin(lose);
      let isOver = false;
      term.consumer.on(term.consumer.events.CRASH, ({ payload }) => lose(describeError(payload.error)));
      join(term, () => isOver).catch((error: unknown) => lose(describeError(error)));
      const why = await Promise.race([ended, lost]);
      isOver = true;
      term.end(why);
      await atMost(leaveMsMax, term.consumer.disconnect());
      if (isClosed) return;
      if (performance.now() - startedAt > REJOIN_MS_MAX) rejoinMs = REJOIN_MS_MIN;
      notice('warn', `${what}, joining again: ${why}`, { rejoinMs });
      await Promise.race([ended, sleep(rejoinMs * (0.5 + Math.random()))]);
      rejoinMs = Math.min(rejoinMs * 2, REJOIN_MS_MAX);
    }
  }

  const done = stay();
  return {
    async close() {
      isClosed = true;
      end();
      await done;
    },
  };
}

/** A consumer that was left while it came does not join any more. */
async function join({ consumer, subscription, run }: Term, isOver: () => boolean): Promise<void> {
  await consumer.connect();
  if (!isOver()) await consumer.subscribe(subscription);
  // It resolves also when joining failed; then CRASH tells.
  if (!isOver()) await consumer.run(run);
  if (isOver()) await consumer.disconnect();
}

export function createMember(
  kafka: Kafka,
  groupId: string,
  sessionTimeoutMs: number,
  rebalanceTimeoutMs: number,
): Consumer {
  return kafka.consumer({
    groupId,
    sessionTimeout: sessionTimeoutMs,
    rebalanceTimeout: rebalanceTimeoutMs,
    heartbeatInterval: Math.max(LOOP_MS, Math.floor(sessionTimeoutMs / HEARTBEATS_PER_SESSION)),
    maxWaitTimeInMs: LOOP_MS,
    allowAutoTopicCreation: false,
    retry: {
      initialRetryTime: 100,
      maxRetryTime: 500,
      retries: 5,
      // A restart after a crash is ours.
      restartOnFailure: () => Promise.resolve(false),
    },
  });
}

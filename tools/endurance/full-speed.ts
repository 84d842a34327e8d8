import { setTimeout as sleep } from 'node:timers/promises';
import { partitionOf } from '#contracts/partition';
import { postBatch } from '#tools/door/post-batch';
import { NumberSet } from './number-set.ts';
import { eventNumbered, MERCHANTS } from './traffic.ts';

// Closed loop: so many requests under way, and the next one goes out when one is answered.

export interface FullSpeed {
  readonly acknowledged: NumberSet;
  /** Of them, how many went to each partition. */
  acknowledgedIn(partition: number): number;
  /** Answers other than 202. Those events are left: their numbers are never acknowledged. */
  turnedAway(): number;
  /** Sends no more, and waits for the answers under way; rejects with what went wrong before. */
  stop(): Promise<void>;
  /** From here on nobody may answer: the process is about to be killed. */
  expectDeath(): void;
}

export const BATCH_EVENTS = 500;
export const CONNECTIONS = 4;
const BUSY_MS = 250;

export function startFullSpeed(url: string, token: string, partitions: number): FullSpeed {
  const acknowledged = new NumberSet();
  const perPartition = new Array<number>(partitions).fill(0);
  const partitionByPlace = Array.from({ length: MERCHANTS }, (_, number) =>
    partitionOf(eventNumbered(number, 0).subject!, partitions),
  );
  let next = 0;
  let turnedAway = 0;
  let isStopping = false;
  let mayDie = false;

  async function send(from: number): Promise<void> {
    const nowMs = Date.now();
    const events = Array.from({ length: BATCH_EVENTS }, (_, index) => eventNumbered(from + index, nowMs));
    const answer = await postBatch(url, token, events);
    if (answer.kind === 'turned-away') {
      turnedAway += 1;
      await sleep(BUSY_MS);
      return;
    }
    if (answer.kind === 'denied' || answer.refusals.length > 0) {
      throw new Error(`the door answered ${JSON.stringify(answer).slice(0, 500)}`);
    }
    for (let number = from; number < from + BATCH_EVENTS; number += 1) {
      acknowledged.add(number);
      perPartition[partitionByPlace[number % MERCHANTS]!]! += 1;
    }
  }

  async function work(): Promise<void> {
    while (!isStopping) {
      const from = next;
      next += BATCH_EVENTS;
      try {
        await send(from);
      } catch (error) {
        if (mayDie) return;
        isStopping = true;
        throw error;
      }
    }
  }

  const working = Promise.all(Array.from({ length: CONNECTIONS }, work));
  working.catch(() => undefined);
  return {
    acknowledged,
    acknowledgedIn: (partition) => perPartition[partition]!,
    turnedAway: () => turnedAway,
    async stop() {
      isStopping = true;
      await working;
    },
    expectDeath: () => void (mayDie = true),
  };
}

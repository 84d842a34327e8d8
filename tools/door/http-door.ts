import { setTimeout as sleep } from 'node:timers/promises';
import type { CloudEvent } from '#domain/stage/stage';
import { postBatch } from './post-batch.ts';

export interface Door {
  /** Of the merchant's events, all or none: they keep their order. */
  takes(merchantId: string): boolean;
  /** Resolves when the door has accepted every one. */
  send(events: readonly CloudEvent[]): Promise<void>;
}

export interface HttpDoor extends Door {
  /** Answers other than 202: the door was busy or the log away, and the batch was sent again. */
  turnedAway(): number;
}

const DOOR_BATCH = 500;
const DOOR_RETRIES_MAX = 60;
const RETRY_MS = 250;

/** The HTTP door, as a producer that keeps its side of the contract uses it: what was not accepted is sent again. */
export function httpDoor(
  url: string,
  token: string,
  takes: (merchantId: string) => boolean,
  retryMs = RETRY_MS,
): HttpDoor {
  let turnedAway = 0;

  async function post(events: readonly CloudEvent[]): Promise<boolean> {
    const answer = await postBatch(url, token, events);
    if (answer.kind === 'turned-away') return false;
    if (answer.kind === 'denied') throw new Error(`the door answered ${answer.status}: ${answer.text}`);
    const [first] = answer.refusals;
    if (first !== undefined) {
      const { id } = events[first.index]!;
      throw new Error(
        `the door answered ${answer.status}: ${answer.refusals.length} refused, ${id} because of ${first.why}`,
      );
    }
    return true;
  }

  return {
    takes,
    turnedAway: () => turnedAway,
    async send(events) {
      for (let from = 0; from < events.length; from += DOOR_BATCH) {
        const batch = events.slice(from, from + DOOR_BATCH);
        for (let tries = 1; !(await post(batch)); tries += 1) {
          turnedAway += 1;
          if (tries === DOOR_RETRIES_MAX) throw new Error(`the door turned a batch away ${tries} times`);
          await sleep(retryMs);
        }
      }
    },
  };
}

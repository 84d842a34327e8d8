import { setTimeout as sleep } from 'node:timers/promises';
import type { CloudEvent } from '#domain/stage/stage';
import { httpDoor, type Door } from '#tools/door/http-door';

const RETRY_MS = 500;
const TRIES_MAX = 120;

export interface PatientDoor extends Door {
  /** How often a batch was turned away, or met nobody, and was sent again. */
  turnedAway(): number;
}

/** The HTTP door of a process that may be killed: who finds nobody there sends all of it again to the next one. */
export function patientDoor(
  urlNow: () => string | null,
  token: string,
  takes: (merchantId: string) => boolean,
): PatientDoor {
  let missed = 0;
  let turnedAway = 0;

  async function trySend(events: readonly CloudEvent[]): Promise<boolean> {
    const url = urlNow();
    if (url === null) return false;
    const door = httpDoor(url, token, takes);
    try {
      await door.send(events);
      return true;
    } catch (error) {
      if (!isBrokenOff(error)) throw error;
      return false;
    } finally {
      turnedAway += door.turnedAway();
    }
  }

  return {
    takes,
    turnedAway: () => turnedAway + missed,
    async send(events) {
      for (let tries = 1; !(await trySend(events)); tries += 1) {
        missed += 1;
        if (tries === TRIES_MAX) throw new Error(`nobody was at the door ${tries} times`);
        await sleep(RETRY_MS);
      }
    },
  };
}

/** What fetch says of a connection that was refused or broke. */
function isBrokenOff(error: unknown): boolean {
  const name = (error as { name?: unknown }).name;
  return name === 'TypeError' || name === 'TimeoutError' || name === 'AbortError';
}

import type { DoorLimits } from './door-limits.ts';

// What was let in and is not acknowledged yet. A request holds a slot from its first header until it was answered
// and the log has acknowledged, or refused, all it wrote: a client that hangs up does not free what is under way.

export class Slot {
  #holders = 1;
  #bytes: number;
  readonly #inFlight: InFlight;

  constructor(inFlight: InFlight, bytes: number) {
    this.#inFlight = inFlight;
    this.#bytes = bytes;
  }

  /** The body turned out to be this long. */
  resize(bytes: number): void {
    this.#inFlight.account(bytes - this.#bytes);
    this.#bytes = bytes;
  }

  hold(): void {
    this.#holders++;
  }

  /** Whether everybody has left: whoever comes now comes too late. */
  isFree(): boolean {
    return this.#holders === 0;
  }

  release(): void {
    this.#holders--;
    if (this.#holders === 0) this.#inFlight.leave(this.#bytes);
  }
}

export class InFlight {
  #requests = 0;
  #bytes = 0;
  #overdue = 0;

  constructor(
    private readonly limits: Pick<DoorLimits, 'requestsInFlightMax' | 'bytesInFlightMax'>,
    private readonly changed: (requests: number, bytes: number) => void = () => undefined,
  ) {}

  /** A slot for a request of so many bytes; null when that would be too much at once. */
  enter(bytes: number): Slot | null {
    const { requestsInFlightMax, bytesInFlightMax } = this.limits;
    if (this.#requests + 1 > requestsInFlightMax || this.#bytes + bytes > bytesInFlightMax) return null;
    this.#requests++;
    this.account(bytes);
    return new Slot(this, bytes);
  }

  /** For slots only. */
  account(bytes: number): void {
    this.#bytes += bytes;
    this.changed(this.#requests, this.#bytes);
  }

  /** For slots only. */
  leave(bytes: number): void {
    this.#requests--;
    this.account(-bytes);
  }

  /** Counts an acknowledgement that did not come in time, until it does. */
  overdue(acknowledged: Promise<unknown>): void {
    this.#overdue++;
    const settled = (): void => {
      this.#overdue--;
    };
    acknowledged.then(settled, settled);
  }

  /** The log has been asked and does not answer: there is no sense in asking it more. */
  isStalled(): boolean {
    return this.#overdue > 0;
  }
}

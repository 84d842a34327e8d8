/** What became of a batch. What the log did not acknowledge is the sender's to send again. */
export type DoorAnswer =
  /** Each event was judged; those of the batch that are not listed were accepted. */
  | { readonly kind: 'judged'; readonly status: number; readonly refusals: readonly Refusal[] }
  /** The door was busy or the log away. */
  | { readonly kind: 'turned-away'; readonly status: number; readonly retryAfterMs: number | null }
  /** The request as a whole is wrong: sending it again changes nothing. */
  | { readonly kind: 'denied'; readonly status: number; readonly text: string };

export interface Refusal {
  readonly index: number;
  readonly why: string;
}

interface Results {
  readonly results?: readonly {
    readonly index: number;
    readonly status: string;
    readonly problems?: unknown;
  }[];
}

/** The door answers within 10 s even when the log is away. */
export const DOOR_MS_MAX = 20_000;
const BUSY = 429;
const LOG_AWAY = 503;
const ACCEPTED = 202;
const ALL_REFUSED = 400;
const TEXT_MAX = 500;
const MS_PER_SECOND = 1_000;

/** One batch to `POST /v1/events`. Rejects where nobody answers. */
export async function postBatch(
  url: string,
  token: string,
  events: readonly unknown[],
  signal?: AbortSignal,
): Promise<DoorAnswer> {
  const patience = AbortSignal.timeout(DOOR_MS_MAX);
  const answer = await fetch(`${url}/v1/events`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/cloudevents-batch+json',
    },
    body: JSON.stringify(events),
    signal: signal === undefined ? patience : AbortSignal.any([patience, signal]),
  });
  const { status } = answer;
  if (status === BUSY || status === LOG_AWAY) {
    await answer.body?.cancel();
    return { kind: 'turned-away', status, retryAfterMs: retryAfterMs(answer.headers.get('retry-after')) };
  }
  const text = await answer.text();
  const results = status === ACCEPTED || status === ALL_REFUSED ? resultsIn(text) : undefined;
  if (results === undefined) return { kind: 'denied', status, text: text.slice(0, TEXT_MAX) };
  const refusals = results
    .filter((result) => result.status !== 'accepted')
    .map(({ index, problems }) => ({ index, why: JSON.stringify(problems ?? null).slice(0, TEXT_MAX) }));
  return { kind: 'judged', status, refusals };
}

/** A proxy in between may answer with anything. */
function resultsIn(text: string): Results['results'] {
  try {
    return (JSON.parse(text) as Results | null)?.results;
  } catch {
    return undefined;
  }
}

function retryAfterMs(header: string | null): number | null {
  return header !== null && /^\d{1,4}$/.test(header) ? Number(header) * MS_PER_SECOND : null;
}

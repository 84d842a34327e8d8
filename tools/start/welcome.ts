import { join } from 'node:path';

export interface Addresses {
  readonly doorUrl: string;
  /** The same where one process serves everything. */
  readonly consoleUrl: string;
  readonly dataDirectory: string;
}

/** What to try first: the address, where the tokens are, and commands to copy. */
export function welcome({ doorUrl, consoleUrl, dataDirectory }: Addresses): string {
  const tokens = join(dataDirectory, 'tokens');
  const token = (role: string): string => `$(sed -n 's/^${role} //p' ${tokens})`;
  const where = doorUrl === consoleUrl ? doorUrl : `${doorUrl} (events) and ${consoleUrl} (questions)`;
  return `Updraft runs at ${where}   (tokens: ${tokens})   Ctrl-C ends it.

Send an event: a merchant finishes the training that the welcome boost asks for.
  curl -s ${doorUrl}/v1/events -H "authorization: Bearer ${token('producer')}" \\
    -H 'content-type: application/cloudevents-batch+json' -d '[
    {"specversion":"1.0","id":"try-1","source":"/try","type":"updraft.merchant.registered.v1","subject":"my-shop",
     "time":"'$(date -u +%FT%TZ)'","data":{"category":"tea","country":"CN","currency":"CNY"}},
    {"specversion":"1.0","id":"try-2","source":"/try","type":"updraft.training.completed.v1","subject":"my-shop",
     "time":"'$(date -u +%FT%TZ)'","data":{"course":"first-sale"}}]'

See what it led to, a moment later:
  curl -s "${consoleUrl}/v1/decisions?merchant=my-shop" -H "authorization: Bearer ${token('auditor')}"
  curl -s ${consoleUrl}/v1/merchants/my-shop -H "authorization: Bearer ${token('auditor')}"
Watch decisions as they are made:
  curl -sN ${consoleUrl}/v1/decisions/stream -H "authorization: Bearer ${token('auditor')}"`;
}

import { join } from 'node:path';

/** What to try first: the address, where the tokens are, and commands to copy. */
export function welcome(url: string, dataDirectory: string): string {
  const tokens = join(dataDirectory, 'tokens');
  const token = (role: string): string => `$(sed -n 's/^${role} //p' ${tokens})`;
  return `Updraft runs at ${url}   (tokens: ${tokens})   Ctrl-C ends it.

Send an event: a merchant finishes the training that the welcome boost asks for.
  curl -s ${url}/v1/events -H "authorization: Bearer ${token('producer')}" \\
    -H 'content-type: application/cloudevents-batch+json' -d '[
    {"specversion":"1.0","id":"try-1","source":"/try","type":"updraft.merchant.registered.v1","subject":"my-shop",
     "time":"'$(date -u +%FT%TZ)'","data":{"category":"tea","country":"CN","currency":"CNY"}},
    {"specversion":"1.0","id":"try-2","source":"/try","type":"updraft.training.completed.v1","subject":"my-shop",
     "time":"'$(date -u +%FT%TZ)'","data":{"course":"first-sale"}}]'

See what it led to, a moment later:
  curl -s "${url}/v1/decisions?merchant=my-shop" -H "authorization: Bearer ${token('auditor')}"
  curl -s ${url}/v1/merchants/my-shop -H "authorization: Bearer ${token('auditor')}"
Watch decisions as they are made:
  curl -sN ${url}/v1/decisions/stream -H "authorization: Bearer ${token('auditor')}"`;
}

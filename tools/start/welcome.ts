import { join } from 'node:path';
import { shapeOf, type ShapeName } from '#sim/marketplace/shapes';

export interface Addresses {
  readonly doorUrl: string;
  /** The same where one process serves everything. */
  readonly consoleUrl: string;
  readonly dataDirectory: string;
}

/** A shop that opens, and the course after which more is given to it; null where nobody asks for one. */
export interface FirstShop {
  readonly category: string;
  readonly country: string;
  readonly currency: string;
  readonly course: string | null;
}

/** Of the starter, whose welcome boost asks for a course. */
const STARTERS: FirstShop = { category: 'tea', country: 'CN', currency: 'CNY', course: 'first-sale' };

/** One that the pack has something for. */
export function firstShopOf(pack: ShapeName | undefined): FirstShop {
  if (pack === undefined) return STARTERS;
  const { categories, countries = ['CN'], currency = 'CNY', terms } = shapeOf(pack).options;
  return {
    category: categories![0]!.category,
    country: countries[0]!,
    currency,
    course: terms?.course ?? null,
  };
}

/** What to try first: the address, where the tokens are, and commands to copy. */
export function welcome(
  { doorUrl, consoleUrl, dataDirectory }: Addresses,
  { course, ...profile }: FirstShop = STARTERS,
): string {
  const tokens = join(dataDirectory, 'tokens');
  const token = (role: string): string => `$(sed -n 's/^${role} //p' ${tokens})`;
  const where = doorUrl === consoleUrl ? doorUrl : `${doorUrl} (events) and ${consoleUrl} (questions)`;
  const events = [eventOf('try-1', 'updraft.merchant.registered.v1', profile)];
  if (course !== null) events.push(eventOf('try-2', 'updraft.training.completed.v1', { course }));
  return `Updraft runs at ${where}   (tokens: ${tokens})   Ctrl-C ends it.

${course === null ? 'Send an event: a shop opens.' : `Send events: a shop opens, and finishes the course “${course}”.`}
  curl -s ${doorUrl}/v1/events -H "authorization: Bearer ${token('producer')}" \\
    -H 'content-type: application/cloudevents-batch+json' -d '[
    ${events.join(',\n    ')}]'

See what it led to, a moment later:
  curl -s "${consoleUrl}/v1/decisions?merchant=my-shop" -H "authorization: Bearer ${token('auditor')}"
  curl -s ${consoleUrl}/v1/merchants/my-shop -H "authorization: Bearer ${token('auditor')}"
Watch decisions as they are made:
  curl -sN ${consoleUrl}/v1/decisions/stream -H "authorization: Bearer ${token('auditor')}"`;
}

/** To be pasted into a shell, which fills in the time. */
function eventOf(id: string, type: string, data: object): string {
  const head = `{"specversion":"1.0","id":"${id}","source":"/try","type":"${type}","subject":"my-shop",`;
  return `${head}\n     "time":"'$(date -u +%FT%TZ)'","data":${JSON.stringify(data)}}`;
}

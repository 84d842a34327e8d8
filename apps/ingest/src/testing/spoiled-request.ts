import { pick, type Random } from '#contracts/testing/mutation';
import { BATCH, STRUCTURED } from './open-door.ts';
import { SPOILED_BODIES, type SpoiledBody } from './spoiled-body.ts';

// Seeded requests of which no event may be looked at, and events in binary mode with a fault in one header.

export interface SpoiledRequest {
  readonly contentType: string;
  readonly body: string | Blob;
  readonly headers?: Readonly<Record<string, string>>;
  readonly status: number;
}

const SINGLE_BYTES_TOO_MANY = 256 * 1024 + 1;

/** The body of a good event, spoiled; most are answered 400 for the whole body. */
export function spoiledRequest(random: Random, good: string): SpoiledRequest {
  return pick(random, SPOILERS)(random, good);
}

type Spoil = (random: Random, good: string) => SpoiledRequest;

const unreadable =
  (spoil: SpoiledBody, contentType = STRUCTURED): Spoil =>
  (random, good) => {
    const body = spoil(good, random);
    return {
      contentType,
      status: 400,
      body: typeof body === 'string' ? body : new Blob([new Uint8Array(body)]),
    };
  };
const notTaken =
  (contentType: string, headers: Readonly<Record<string, string>>): Spoil =>
  (_random, good) => ({ contentType, headers, status: 415, body: good });

const SPOILERS: readonly Spoil[] = [
  ...SPOILED_BODIES.map((spoil) => unreadable(spoil)),
  unreadable((good) => good, BATCH),
  unreadable((good) => `[${good}`, BATCH),
  unreadable((good) => `[${good},]`, BATCH),
  unreadable(() => '7', BATCH),
  notTaken(`${STRUCTURED}; charset=utf-16`, {}),
  notTaken(STRUCTURED, { 'content-encoding': 'gzip' }),
  notTaken('text/plain', {}),
  notTaken('application/json', {}),
  (_random, good) => ({ contentType: STRUCTURED, status: 413, body: good.padEnd(SINGLE_BYTES_TOO_MANY) }),
];

export interface BinaryRequest {
  readonly headers: Readonly<Record<string, string>>;
  /** Where the fault is. */
  readonly field: string;
}

/** All of them wrong for every attribute; percent-encoded as the binding has it. */
const WRONG_HEADERS = ['', 'a b', '%00', '%E5%95%86', '%0A', '%F0%9F%9B%92', 'x'.repeat(300)];

export function spoiledHeaders(random: Random, attributes: Readonly<Record<string, string>>): BinaryRequest {
  const name = pick(random, [...Object.keys(attributes), 'surprise', '__proto__', 'constructor']);
  const headers = Object.entries({ ...attributes }).map(([key, value]) => [`ce-${key}`, value] as const);
  const wrong = [`ce-${name}`, pick(random, WRONG_HEADERS)] as const;
  return { headers: Object.fromEntries([...headers, wrong]), field: `/${name}` };
}

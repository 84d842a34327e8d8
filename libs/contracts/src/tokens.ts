import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';

// Who may ask. Services load hashes (`tokens.json`); the tokens themselves stand beside them in `tokens`, for the
// local user to copy from, and can be deleted. Both files are for their owner only.

export const TOKEN_ROLES = ['producer', 'operator', 'auditor'] as const;
export type TokenRole = (typeof TOKEN_ROLES)[number];

/** One bearer token as services know it. */
export interface TokenRecord {
  readonly name: string;
  readonly role: TokenRole;
  /** SHA-256 of the token, lower-case hex. */
  readonly sha256: string;
}

export interface Caller {
  readonly name: string;
  readonly role: TokenRole;
}

const TOKEN_BYTES = 32;
const OWNER_ONLY = 0o600;
const SHA256_HEX = /^[0-9a-f]{64}$/;
const BEARER = /^Bearer +([A-Za-z0-9._~+/-]{1,512}=*)$/i;

/** The caller behind an `Authorization` header; null when there is none. Takes as long for every wrong token. */
export function callerOf(tokens: readonly TokenRecord[], authorization: string | undefined): Caller | null {
  const token = BEARER.exec(authorization ?? '')?.[1];
  if (token === undefined) return null;
  const presented = createHash('sha256').update(token).digest();
  let caller: Caller | null = null;
  for (const { name, role, sha256 } of tokens) {
    if (timingSafeEqual(presented, Buffer.from(sha256, 'hex'))) caller = { name, role };
  }
  return caller;
}

/** Reads a `tokens.json`. Throws naming the file, the entry and the rule; returns null when there is no file. */
export function loadTokens(path: string): readonly TokenRecord[] | null {
  if (!existsSync(path)) return null;
  let parsed: unknown;
  try {
    parsed = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new Error(`${path}: must be readable JSON (${(error as Error).message})`);
  }
  if (!Array.isArray(parsed)) throw new Error(`${path}: must be a list of {name, role, sha256}`);
  return parsed.map((entry: unknown, index) => {
    const { name, role, sha256 } = (entry ?? {}) as Record<string, unknown>;
    const at = `${path}, entry ${index}`;
    if (typeof name !== 'string' || name === '') throw new Error(`${at}: name must be a text`);
    if (!TOKEN_ROLES.includes(role as TokenRole)) {
      throw new Error(`${at}: role ${JSON.stringify(role)} must be one of ${TOKEN_ROLES.join(', ')}`);
    }
    if (typeof sha256 !== 'string' || !SHA256_HEX.test(sha256))
      throw new Error(`${at}: sha256 must be 64 hex digits`);
    return { name, role: role as TokenRole, sha256 };
  });
}

/**
 * Loads `tokens.json` of `directory`, or makes it and `tokens` with one token per role. Several processes may start
 * at once: the one whose `tokens` file comes first wins, and the hashes always follow from that file.
 */
export function loadOrMakeTokens(directory: string): readonly TokenRecord[] {
  const hashes = join(directory, 'tokens.json');
  const existing = loadTokens(hashes);
  if (existing !== null) return existing;
  mkdirSync(directory, { recursive: true });
  const plain = join(directory, 'tokens');
  makeOnce(plain, () =>
    TOKEN_ROLES.map((role) => `${role} ${randomBytes(TOKEN_BYTES).toString('base64url')}`).join('\n'),
  );
  const records = readFileSync(plain, 'utf8')
    .trim()
    .split('\n')
    .map((line) => recordOf(line, plain));
  writeWhole(hashes, JSON.stringify(records, null, 2));
  return records;
}

/** The plain token of a role in a `tokens` file: for tools and tests of the local user. */
export function readPlainToken(directory: string, role: TokenRole): string {
  const plain = join(directory, 'tokens');
  const line = readFileSync(plain, 'utf8')
    .split('\n')
    .find((entry) => entry.startsWith(`${role} `));
  if (line === undefined) throw new Error(`${plain}: no token for role ${role}`);
  return line.slice(role.length + 1);
}

/** The secret of `path` in hex, made with `bytes` random bytes when there is none yet and it may be made. */
export function loadOrMakeKey(path: string, bytes: number): Buffer {
  mkdirSync(dirname(path), { recursive: true });
  makeOnce(path, () => randomBytes(bytes).toString('hex'));
  const key = Buffer.from(readFileSync(path, 'utf8').trim(), 'hex');
  if (key.length < bytes)
    throw new Error(`${path}: must hold at least ${bytes} bytes in hex, holds ${key.length}`);
  return key;
}

function recordOf(line: string, path: string): TokenRecord {
  const [role, token] = line.split(' ');
  if (!TOKEN_ROLES.includes(role as TokenRole) || token === undefined) {
    throw new Error(`${path}: a line must be a role, a space and a token`);
  }
  const sha256 = createHash('sha256').update(token).digest('hex');
  return { name: `local-${role}`, role: role as TokenRole, sha256 };
}

/** Creates the file whole or leaves the one that another process has made meanwhile. */
function makeOnce(path: string, content: () => string): void {
  if (existsSync(path)) return;
  const draft = draftOf(path, content());
  try {
    linkSync(draft, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

function writeWhole(path: string, content: string): void {
  renameSync(draftOf(path, content), path);
}

function draftOf(path: string, content: string): string {
  const draft = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`;
  writeFileSync(draft, `${content}\n`, { mode: OWNER_ONLY, flag: 'wx' });
  // The mode given on creation is narrowed by the umask, never widened; some file systems ignore it altogether.
  chmodSync(draft, OWNER_ONLY);
  return draft;
}

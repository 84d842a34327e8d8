import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  callerOf,
  loadOrMakeKey,
  loadOrMakeTokens,
  loadTokens,
  readPlainToken,
  TOKEN_ROLES,
} from './tokens.ts';

describe('tokens', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'tokens-'));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  test('are made once, one per role, and stay the same afterwards', () => {
    const made = loadOrMakeTokens(directory);
    expect(made.map(({ role }) => role)).toEqual(TOKEN_ROLES);
    expect(loadOrMakeTokens(directory)).toEqual(made);
    expect(readdirSync(directory).sort()).toEqual(['tokens', 'tokens.json']);
  });

  test('the services file holds hashes only, and both files are for their owner only', () => {
    loadOrMakeTokens(directory);
    const hashes = readFileSync(join(directory, 'tokens.json'), 'utf8');
    for (const role of TOKEN_ROLES) {
      const token = readPlainToken(directory, role);
      expect(Buffer.from(token, 'base64url')).toHaveLength(32);
      expect(hashes).not.toContain(token);
      expect(hashes).toContain(createHash('sha256').update(token).digest('hex'));
    }
    expect(statSync(join(directory, 'tokens.json')).mode & 0o777).toBe(0o600);
    expect(statSync(join(directory, 'tokens')).mode & 0o777).toBe(0o600);
  });

  test('a process that was killed between the two files leaves nothing that contradicts', () => {
    const made = loadOrMakeTokens(directory);
    rmSync(join(directory, 'tokens.json'));
    expect(loadOrMakeTokens(directory)).toEqual(made);
  });

  test('a deleted plain file does not bring new tokens', () => {
    const made = loadOrMakeTokens(directory);
    rmSync(join(directory, 'tokens'));
    expect(loadOrMakeTokens(directory)).toEqual(made);
    expect(readdirSync(directory)).toEqual(['tokens.json']);
  });

  test('a caller is known by its token alone', () => {
    const tokens = loadOrMakeTokens(directory);
    const producer = readPlainToken(directory, 'producer');
    expect(callerOf(tokens, `Bearer ${producer}`)).toEqual({ name: 'local-producer', role: 'producer' });
    expect(callerOf(tokens, `bearer ${producer}`)).toEqual({ name: 'local-producer', role: 'producer' });
    expect(callerOf(tokens, `Bearer ${readPlainToken(directory, 'auditor')}`)?.role).toBe('auditor');
    const wrong = [undefined, '', 'Bearer', 'Bearer ', producer, `Basic ${producer}`, `Bearer ${producer}x`];
    for (const header of wrong) expect(callerOf(tokens, header)).toBeNull();
    expect(callerOf(tokens, `Bearer ${tokens[0]!.sha256}`)).toBeNull();
    expect(callerOf([], `Bearer ${producer}`)).toBeNull();
  });

  test.each([
    ['{}', 'must be a list'],
    ['nonsense', 'must be readable JSON'],
    ['[{"name":"a","role":"root","sha256":"00"}]', 'role "root" must be one of producer, operator, auditor'],
    ['[{"name":"a","role":"auditor","sha256":"00"}]', 'sha256 must be 64 hex digits'],
    ['[null]', 'entry 0: name must be a text'],
  ])('a file with %s is refused', (content, rule) => {
    const path = join(directory, 'tokens.json');
    writeFileSync(path, content);
    expect(() => loadTokens(path)).toThrow(rule);
    expect(() => loadTokens(path)).toThrow(path);
  });

  test('no file means no tokens, which is for the caller to judge', () => {
    expect(loadTokens(join(directory, 'absent.json'))).toBeNull();
  });

  test('a key is made once and refused when it is too short', () => {
    const path = join(directory, 'pseudonym.key');
    const key = loadOrMakeKey(path, 32);
    expect(key).toHaveLength(32);
    expect(loadOrMakeKey(path, 32)).toEqual(key);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(() => loadOrMakeKey(path, 33)).toThrow('at least 33 bytes');
  });
});

import { createHmac, createSecretKey, type KeyObject } from 'node:crypto';

// Buyers are counted, never known: an identity is replaced at the door, because the log is immutable and could not
// forget it. The same key gives the same buyer the same pseudonym, so every door of a workspace needs the same key.

export const PSEUDONYM_KEY_BYTES_MIN = 32;
const PSEUDONYM = /^b_[0-9a-f]{32}$/;
const PSEUDONYM_HEX_CHARS = 32;

/** Turns buyer identities into pseudonyms under one key. What already has the form of a pseudonym stays. */
export function pseudonymiser(key: Uint8Array): (identity: string) => string {
  if (key.length < PSEUDONYM_KEY_BYTES_MIN) {
    throw new Error(
      `pseudonym key: ${key.length} bytes given, at least ${PSEUDONYM_KEY_BYTES_MIN} are needed`,
    );
  }
  const secret: KeyObject = createSecretKey(key);
  return (identity) => {
    if (PSEUDONYM.test(identity)) return identity;
    return `b_${createHmac('sha256', secret).update(identity, 'utf8').digest('hex').slice(0, PSEUDONYM_HEX_CHARS)}`;
  };
}

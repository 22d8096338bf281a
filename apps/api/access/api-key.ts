/**
 * A key, and what is kept of it. Only the SHA-256 of a key is stored: our keys have 256 random bits, so that nobody can
 * try them all, and what makes the hash of a password slow (scrypt, Argon2) would only slow down each request.
 */
import { hash, randomBytes, timingSafeEqual } from 'node:crypto';

export const ROLES = ['read', 'admin'] as const;

export type Role = (typeof ROLES)[number];

export interface StoredKey {
  /** What the key is called when it must not be shown. */
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  /** Of the whole key, in hex. */
  readonly sha256: string;
  readonly createdAt: string;
  readonly expiresAt?: string;
  readonly revokedAt?: string;
}

/** So that people and secret scanners know one when they see one. */
const PREFIX = 'hyp_';
const KEY_BYTES = 32;
const ID_BYTES = 6;

/** A new key: to be shown once, and to be kept. */
export function createKey(
  of: Pick<StoredKey, 'name' | 'role'> & { readonly expiresAt?: string | undefined },
  now: Date,
): { readonly key: string; readonly stored: StoredKey } {
  const key = PREFIX + randomBytes(KEY_BYTES).toString('base64url');
  const stored: StoredKey = {
    id: randomBytes(ID_BYTES).toString('hex'),
    name: of.name,
    role: of.role,
    sha256: sha256(key),
    createdAt: now.toISOString(),
    ...(of.expiresAt === undefined ? {} : { expiresAt: of.expiresAt }),
  };
  return { key, stored };
}

export function sha256(key: string): string {
  return hash('sha256', key, 'hex');
}

/** Both are digests in hex, so their lengths are equal; compared in a time that says nothing about where they differ. */
export function sameDigest(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a, 'latin1'), Buffer.from(b, 'latin1')];
  return left.length === right.length && timingSafeEqual(left, right);
}

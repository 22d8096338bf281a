/**
 * Names that the whole of Azure shares: short, of few characters, and the same in every preview. A readable beginning says
 * what it is; a suffix hashed from the subscription and the environment makes it nobody else's.
 */
import { createHash } from 'node:crypto';

export interface NamingScope {
  /** E.g. `hyperion-prod`. */
  readonly environment: string;
  readonly subscriptionId: string;
}

/** Storage accounts and Key Vaults alike: 3 to 24 characters. */
const MOST_CHARACTERS = 24;

/** 32 letters and digits: five bits each. */
const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567';

/** 11 characters are 55 bits: among a million names the odds that two are alike are 1 : 70,000. */
const ACCOUNT_SUFFIX = 11;
/** 8 characters are 40 bits, beside the environment's own name. */
const SUFFIX = 8;

/** Lower-case letters and digits. @param parts what makes it unique; their borders count */
export function uniqueSuffix(parts: readonly string[], length: number): string {
  const hash = createHash('sha256').update(JSON.stringify(parts)).digest();
  return Array.from(hash.subarray(0, length), (byte) => ALPHABET.charAt(byte % ALPHABET.length)).join('');
}

/** Lower-case letters and digits only, so `metrics-backup` begins `metricsbackup`. */
export function storageAccountName({ environment, subscriptionId }: NamingScope, purpose: string): string {
  const readable = purpose
    .toLowerCase()
    .replace(/[^a-z0-9]/g, '')
    .slice(0, MOST_CHARACTERS - ACCOUNT_SUFFIX);
  return readable + uniqueSuffix([subscriptionId, environment, purpose], ACCOUNT_SUFFIX);
}

/**
 * Begins with a letter, has no two hyphens in a row.
 * @param generation counts the vaults of an environment: a deleted one keeps its name until it is purged
 */
export function keyVaultName({ environment, subscriptionId }: NamingScope, generation: number): string {
  return named(environment, [subscriptionId, environment, `vault-${generation}`], MOST_CHARACTERS);
}

/** PostgreSQL servers: 3 to 63 characters. */
export function databaseServerName({ environment, subscriptionId }: NamingScope): string {
  return named(environment, [subscriptionId, environment, 'database'], 63);
}

function named(environment: string, parts: readonly string[], most: number): string {
  const readable = environment
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+/, '')
    .slice(0, most - SUFFIX - 1)
    .replace(/-$/, '');
  return `${readable === '' ? 'h' : readable}-${uniqueSuffix(parts, SUFFIX)}`;
}

/**
 * The keys that count now. They are looked up by their SHA-256: how long that takes tells about a digest that the client
 * cannot choose, and the digest that was found is compared in constant time.
 */
import { randomUUID } from 'node:crypto';

import type { ApiSettings } from '../config';
import { apiProblem } from '../problems';
import { createKey, sameDigest, sha256, type Role, type StoredKey } from './api-key';
import { codeOf, MAX_KEYS, readKeyFile, versionOf, writeKeyFile, writePrivateFile } from './key-file';

/** Who asks. One object for all requests of a key. */
export interface Identity {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  /** Another service of the stack: it is not limited. */
  readonly isService: boolean;
}

export type Finding = Identity | 'unknown' | 'expired' | 'revoked';

export interface KeyRingOptions extends Pick<
  ApiSettings,
  'API_KEYS_FILE' | 'API_KEY' | 'API_KEY_ROLE' | 'SERVICE_TOKEN'
> {
  readonly report: {
    readonly info: (about: object, what: string) => void;
    readonly error: (about: object, what: string) => void;
  };
  /** @default each second */
  readonly reloadIntervalMs?: number;
}

interface Entry {
  readonly identity: Identity;
  readonly sha256: string;
  readonly expiresAtMs: number;
  readonly isRevoked: boolean;
}

export const ENVIRONMENT_KEY_ID = 'environment';
const RELOAD_INTERVAL_MS = 1000;
/** Ours have 47; what is longer than any secret is not worth a hash. */
const MAX_KEY_CHARS = 4096;

export class KeyRing {
  private entries = new Map<string, Entry>();
  private stored: readonly StoredKey[] = [];
  private version = 'none';
  /** Changes go one after the other: each reads the file anew. */
  private turn: Promise<unknown> = Promise.resolve();
  private timer: NodeJS.Timeout | undefined;

  private constructor(private readonly options: KeyRingOptions) {}

  public static async open(options: KeyRingOptions): Promise<KeyRing> {
    const ring = new KeyRing(options);
    await ring.load();
    if (ring.version === 'none' && options.API_KEY === undefined) await ring.makeFirstKey();
    ring.timer = setInterval(() => {
      void ring.inTurn(() => ring.reload());
    }, options.reloadIntervalMs ?? RELOAD_INTERVAL_MS).unref();
    return ring;
  }

  public find(key: string): Finding {
    if (key.length > MAX_KEY_CHARS) return 'unknown';
    const digest = sha256(key);
    const entry = this.entries.get(digest);
    if (entry === undefined || !sameDigest(entry.sha256, digest)) return 'unknown';
    if (entry.isRevoked) return 'revoked';
    return entry.expiresAtMs <= Date.now() ? 'expired' : entry.identity;
  }

  /** Those of the file. */
  public list(): readonly StoredKey[] {
    return this.stored;
  }

  /** The key itself is in the answer, and nowhere else. */
  public create(
    of: Parameters<typeof createKey>[0],
  ): Promise<{ readonly key: string; readonly stored: StoredKey }> {
    return this.change((keys) => {
      const created = createKey(of, new Date());
      return { keys: [...withRoom(keys), created.stored], result: created };
    });
  }

  /** It stays in the file, so that whoever uses it is told. */
  public revoke(id: string): Promise<StoredKey> {
    return this.change((keys) => {
      const key = keys.find((each) => each.id === id);
      if (key === undefined) throw apiProblem('unknown-key', `there is no key with the id ${id}`);
      const revoked = { ...key, revokedAt: key.revokedAt ?? new Date().toISOString() };
      return { keys: keys.map((each) => (each === key ? revoked : each)), result: revoked };
    });
  }

  public async close(): Promise<void> {
    clearInterval(this.timer);
    await this.turn;
  }

  private change<T>(
    edit: (keys: readonly StoredKey[]) => { readonly keys: readonly StoredKey[]; readonly result: T },
  ): Promise<T> {
    return this.inTurn(async () => {
      // Another process may have changed it: what is written must be what is there, and one change.
      const { keys, result } = edit((await readKeyFile(this.options.API_KEYS_FILE)) ?? []);
      try {
        await writeKeyFile(this.options.API_KEYS_FILE, keys);
      } catch (error) {
        // Read-only, no room, not ours: whatever it is, the operator has to see to it.
        const code = codeOf(error);
        if (code === undefined) throw error;
        throw apiProblem('keys-not-writable', `writing API_KEYS_FILE failed: ${code}; nothing was changed`);
      }
      await this.load();
      return result;
    });
  }

  private inTurn<T>(task: () => Promise<T>): Promise<T> {
    const result = this.turn.then(task);
    this.turn = result.catch(() => undefined);
    return result;
  }

  /** A file that is gone or broken is a mistake of whoever changed it: the keys that were good stay so. */
  private async reload(): Promise<void> {
    const file = this.options.API_KEYS_FILE;
    try {
      const version = await versionOf(file);
      if (version === this.version) return;
      if (version === 'none') throw new Error(`${file} is gone`);
      await this.load();
      this.options.report.info({ file, keys: this.stored.length }, 'the keys were read again');
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      if (message === this.lastFault) return;
      this.lastFault = message;
      this.options.report.error(
        { file, fault: message },
        'the keys could not be read again: the old ones stay',
      );
    }
  }

  private lastFault: string | undefined;

  private async load(): Promise<void> {
    const { API_KEYS_FILE, API_KEY, API_KEY_ROLE, SERVICE_TOKEN } = this.options;
    // Before the content: a change in between is then seen the next time.
    const version = await versionOf(API_KEYS_FILE);
    const stored = (await readKeyFile(API_KEYS_FILE)) ?? [];
    const entries = stored.map((key) => ({
      identity: { id: key.id, name: key.name, role: key.role, isService: false },
      sha256: key.sha256,
      expiresAtMs: key.expiresAt === undefined ? Infinity : Date.parse(key.expiresAt),
      isRevoked: key.revokedAt !== undefined,
    }));
    const fixed = (key: string, identity: Identity): Entry => ({
      identity,
      sha256: sha256(key),
      expiresAtMs: Infinity,
      isRevoked: false,
    });
    if (API_KEY !== undefined) {
      entries.push(
        fixed(API_KEY, { id: ENVIRONMENT_KEY_ID, name: 'API_KEY', role: API_KEY_ROLE, isService: false }),
      );
    }
    // A random id: nobody else can be called so.
    entries.push(
      fixed(SERVICE_TOKEN, { id: randomUUID(), name: 'SERVICE_TOKEN', role: 'read', isService: true }),
    );
    this.entries = new Map(entries.map((entry) => [entry.sha256, entry]));
    this.stored = stored;
    this.version = version;
    this.lastFault = undefined;
  }

  /** The key first: should the second write fail, the next start finds no keys and makes another. */
  private async makeFirstKey(): Promise<void> {
    const { API_KEYS_FILE, report } = this.options;
    const { key, stored } = createKey({ name: 'first admin key', role: 'admin' }, new Date());
    const file = `${API_KEYS_FILE}.first-admin-key`;
    await writePrivateFile(file, `${key}\n`);
    await writeKeyFile(API_KEYS_FILE, [stored]);
    await this.load();
    report.info({ file }, 'there were no keys: an admin key was made, and is in this file');
  }
}

/** The oldest revoked key makes room. */
function withRoom(keys: readonly StoredKey[]): readonly StoredKey[] {
  if (keys.length < MAX_KEYS) return keys;
  const [oldest] = keys
    .filter(({ revokedAt }) => revokedAt !== undefined)
    .sort((a, b) => ((a.revokedAt ?? '') < (b.revokedAt ?? '') ? -1 : 1));
  if (oldest === undefined)
    throw apiProblem('too-many-keys', `${MAX_KEYS} keys are allowed, and none is revoked`);
  return keys.filter((key) => key !== oldest);
}

/**
 * What `telemetry-local` keeps between two starts, in one folder: the secrets, the sample, what the services store, logs.
 */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { FolderClaim } from './folder-claim';
import { LaptopError } from './laptop-error';

/** Each in a file of its own: somebody may want to hand one to a program. */
const TOKEN_FILE = 'service-token';
const TOKEN_BYTES = 32;
const PRIVATE_FOLDER = 0o700;
const PRIVATE_FILE = 0o600;

export class StateFolder {
  private constructor(
    public readonly path: string,
    private readonly claim: FolderClaim,
    /** What the services show each other; made at the first start. */
    public readonly serviceToken: string,
  ) {}

  /**
   * @param empty  throws away what is there
   * @throws LaptopError when another runner uses it
   */
  public static async open(path: string, { empty }: { readonly empty: boolean }): Promise<StateFolder> {
    const claim = await FolderClaim.take(path);
    try {
      if (empty) removeAllBut(path, claim.file);
      return new StateFolder(path, claim, ownToken(join(path, TOKEN_FILE)));
    } catch (error) {
      await claim.release();
      throw error;
    }
  }

  public get sampleFile(): string {
    return join(this.path, 'sample.csv');
  }

  /** The key that the API makes at its first start. */
  public get adminKeyFile(): string {
    return `${this.apiKeysFile}.first-admin-key`;
  }

  public get apiKeysFile(): string {
    return join(this.folder('api'), 'keys.json');
  }

  public logFile(service: string): string {
    return join(this.folder('logs'), `${service}.log`);
  }

  /** One that nobody else may read; made when it is not there. */
  public folder(name: 'api' | 'broker' | 'logs' | 'review' | 'store' | 'streamer'): string {
    const folder = join(this.path, name);
    mkdirSync(folder, { recursive: true, mode: PRIVATE_FOLDER });
    return folder;
  }

  public async release(): Promise<void> {
    await this.claim.release();
  }

  /** As `release`, and nothing is left. */
  public async remove(): Promise<void> {
    await this.claim.release();
    rmSync(this.path, { recursive: true, force: true });
  }
}

function removeAllBut(folder: string, kept: string): void {
  for (const name of readdirSync(folder)) {
    if (name !== kept) rmSync(join(folder, name), { recursive: true, force: true });
  }
}

function ownToken(path: string): string {
  if (!existsSync(path)) {
    const made = randomBytes(TOKEN_BYTES).toString('base64url');
    writeFileSync(path, `${made}\n`, { flag: 'wx', mode: PRIVATE_FILE });
  }
  const token = readFileSync(path, 'utf8').trim();
  if (/^[\x21-\x7e]{16,}$/.test(token)) return token;
  throw new LaptopError(
    [
      `${path}: holds no token`,
      '  rule:   16 or more printable ASCII characters without blanks',
      '  remedy: start with --reset, which makes everything anew',
    ].join('\n'),
    2,
  );
}

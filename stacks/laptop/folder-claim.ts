/**
 * Keeps two runners from using one state folder. Whoever has it listens on a port of 127.0.0.1 and answers with the word
 * that stands in the claim's file: a process that was killed no longer listens, and whoever got its number or its port
 * does not know the word. That works on every system, which file locks and process tables do not.
 */
import { randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createConnection, createServer, type AddressInfo, type Server } from 'node:net';
import { join } from 'node:path';

import { LaptopError } from './laptop-error';

interface Claim {
  readonly pid: number;
  readonly port: number;
  readonly word: string;
}

const FILE = 'claim.json';
const ANSWER_LIMIT_MS = 2000;

export class FolderClaim {
  /** In the folder. */
  public readonly file = FILE;

  private constructor(
    private readonly path: string,
    private readonly server: Server,
  ) {}

  /** @throws LaptopError when another runner has it */
  public static async take(folder: string): Promise<FolderClaim> {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const path = join(folder, FILE);
    const other = readClaim(path);
    if (other !== undefined && (await answers(other))) {
      throw new LaptopError(
        [
          `${folder} is used by the process ${other.pid}`,
          '  rule:   one telemetry-local runs on a state folder',
          `  remedy: stop that one (Ctrl-C in its terminal, or: kill ${other.pid}), or choose another folder with --state`,
        ].join('\n'),
        2,
      );
    }
    rmSync(path, { force: true });
    const word = randomUUID();
    const server = createServer((socket) => socket.on('error', () => undefined).end(word));
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject).listen(0, '127.0.0.1', resolve);
    });
    server.unref();
    const { port } = server.address() as AddressInfo;
    const claim: Claim = { pid: process.pid, port, word };
    try {
      // `wx`: of two that start at once, one fails.
      writeFileSync(path, JSON.stringify(claim), { flag: 'wx', mode: 0o600 });
    } catch (error) {
      server.close();
      throw error;
    }
    return new FolderClaim(path, server);
  }

  public async release(): Promise<void> {
    rmSync(this.path, { force: true });
    await new Promise((resolve) => this.server.close(resolve));
  }
}

function readClaim(path: string): Claim | undefined {
  try {
    const { pid, port, word } = JSON.parse(readFileSync(path, 'utf8')) as Partial<Claim>;
    return pid === undefined || port === undefined || word === undefined ? undefined : { pid, port, word };
  } catch {
    // None, or half of one: whoever wrote it did not get far.
    return undefined;
  }
}

function answers({ port, word }: Claim): Promise<boolean> {
  return new Promise((resolve) => {
    let heard = '';
    const socket = createConnection({ host: '127.0.0.1', port, timeout: ANSWER_LIMIT_MS });
    socket.setEncoding('utf8');
    socket.on('data', (text: string) => {
      heard += text;
      if (heard.length > word.length) socket.destroy();
    });
    socket.on('timeout', () => socket.destroy());
    socket.on('error', () => undefined);
    socket.on('close', () => {
      resolve(heard === word);
    });
  });
}

/** The files of a ConfigMap in a folder, as a container would see them, and scripts of them run to their end. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Platform } from '../../../constructs/core/platform';

export interface Ended {
  readonly code: number | null;
  readonly said: string;
}

export class MountedFiles {
  public readonly folder = mkdtempSync(join(tmpdir(), 'mounted-'));

  public constructor(
    platform: Platform,
    configMap: string,
    /** What has to be otherwise on this machine. */
    change: (name: string, text: string) => string = (_name, text) => text,
  ) {
    const mounted = platform.components
      .flatMap(({ configs }) => configs)
      .find(({ configMapName }) => configMapName === configMap);
    if (mounted === undefined) throw new Error(`no ConfigMap ${configMap}`);
    for (const { name, text } of mounted.files) {
      writeFileSync(join(this.folder, name), change(name, text));
    }
  }

  public file(name: string): string {
    return join(this.folder, name);
  }

  public bash(name: string, env: Readonly<Record<string, string>>): Promise<Ended> {
    return ended('bash', [this.file(name)], env);
  }

  public remove(): void {
    rmSync(this.folder, { recursive: true });
  }
}

/** Runs a program to its end; the environment is empty but for what is given. */
export async function ended(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  const child = spawn(program, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env.PATH, HOME: '/nonexistent', ...env },
  });
  const output: string[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => output.push(String(data)));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, said: output.join('') };
}

/** A state folder and fake services for tests of the laptop; everything is gone afterwards. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import { freePorts } from '../../../stacks/laptop/free-ports';
import type {
  ServiceDefinition,
  ServiceName,
  ServiceProgram,
} from '../../../stacks/laptop/service-definition';
import { ServiceProcess, type Limits } from '../../../stacks/laptop/service-process';

export const ROOT = resolve(__dirname, '../../..');

export class LaptopFixture {
  public readonly folder = mkdtempSync(join(tmpdir(), 'hyperion-laptop-'));
  public readonly said: string[] = [];
  private readonly processes: ServiceProcess[] = [];

  public readonly program: ServiceProgram = {
    program: process.execPath,
    args: ['-r', join(ROOT, 'stacks/laptop/exit-with-parent.js'), join(__dirname, 'fake-service.js')],
    cwd: this.folder,
  };

  public readonly report = (text: string): void => {
    this.said.push(text);
  };

  public async definition(
    name: ServiceName,
    environment: Readonly<Record<string, string>> = {},
  ): Promise<ServiceDefinition> {
    const [port = 0] = await freePorts(1);
    return {
      name,
      title: name,
      port,
      environment: {
        LISTEN_PORT: String(port),
        FAKE_NAME: name,
        FAKE_NOTES: join(this.folder, 'notes'),
        ...environment,
      },
    };
  }

  public async process(
    environment: Readonly<Record<string, string>> = {},
    limits: Partial<Limits> = {},
  ): Promise<ServiceProcess> {
    const service = new ServiceProcess(await this.definition('broker', environment), {
      program: this.program,
      logFile: join(this.folder, 'broker.log'),
      report: this.report,
      limits,
    });
    this.processes.push(service);
    return service;
  }

  /** What the fake services noted, in order. */
  public notes(): readonly string[] {
    return readFileSync(join(this.folder, 'notes'), 'utf8').trimEnd().split('\n');
  }

  public async close(): Promise<void> {
    for (const service of this.processes) if (service.state !== 'stopped') await service.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

const WAIT_LIMIT_MS = 30_000;

/** @throws Error when it does not come true */
export async function until(what: string, isTrue: () => boolean): Promise<void> {
  const deadline = Date.now() + WAIT_LIMIT_MS;
  while (!isTrue()) {
    if (Date.now() > deadline) throw new Error(`not within ${WAIT_LIMIT_MS} ms: ${what}`);
    await new Promise((resolve_) => setTimeout(resolve_, 20));
  }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

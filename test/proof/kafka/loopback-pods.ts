/**
 * Pods of Java programs as processes of this machine: each at an address of its own in 127.0.0.0/8, so that the names
 * and ports of the cluster stay as they are rendered. Rewritten are folders, and the addresses on which they listen:
 * a pod has all of its own, a process here only one. Names are known to Java alone (`jdk.net.hosts.file`).
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export interface PodProgram {
  readonly program: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

const START_LIMIT_MS = 90_000;
/** A broker that hands over what it leads tries three times, 5 s apart. */
const STOP_LIMIT_MS = 40_000;

export class LoopbackPods {
  public readonly dir = mkdtempSync(join(tmpdir(), 'hyperion-pods-'));
  public readonly hosts = join(this.dir, 'hosts');
  private readonly addresses = new Map<string, string>();
  private readonly running = new Map<string, ChildProcess>();
  /** No other test's: made of this process's number. */
  private readonly block = `127.${100 + (process.pid % 100)}.${Math.floor(process.pid / 100) % 250}`;

  /** Gives a pod its address, and to that the names by which the cluster's DNS knows it. */
  public add(pod: string, names: readonly string[]): void {
    const address = `${this.block}.${this.addresses.size + 1}`;
    this.addresses.set(pod, address);
    const known = this.addresses.size === 1 ? '' : readFileSync(this.hosts, 'utf8');
    writeFileSync(this.hosts, `${known}${address} ${names.join(' ')}\n`);
  }

  public address(pod: string): string {
    return this.addresses.get(pod) ?? '';
  }

  /** A file as the pod sees it at this path. */
  public write(pod: string, path: string, text: string): void {
    const file = this.path(pod, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }

  public path(pod: string, path: string): string {
    return join(this.dir, pod, path);
  }

  public start(pod: string, { program, args, env }: PodProgram): void {
    const log = openSync(this.logFile(pod), 'a');
    const { PATH, HOME, JAVA_HOME } = process.env;
    this.running.set(
      pod,
      spawn(program, args, {
        cwd: join(this.dir, pod),
        env: { PATH, HOME, JAVA_HOME, ...env },
        stdio: ['ignore', log, log],
      }),
    );
    closeSync(log);
  }

  public log(pod: string): string {
    return readFileSync(this.logFile(pod), 'utf8');
  }

  /** What it says from here on is its next start's. */
  public forgetLog(pod: string): void {
    writeFileSync(this.logFile(pod), '');
  }

  /** Waits until something holds of a running pod. */
  public async until(pod: string, holds: () => boolean | Promise<boolean>): Promise<void> {
    const deadline = Date.now() + START_LIMIT_MS;
    while (!(await holds())) {
      const child = this.running.get(pod);
      if (child?.exitCode !== null || Date.now() > deadline) {
        throw new Error(`${pod} did not come up:\n${this.log(pod).slice(-4000)}`);
      }
      await sleep(200);
    }
  }

  /** The first of these that runs. */
  public alive(pods: readonly string[]): string {
    return pods.find((pod) => this.running.has(pod)) ?? '';
  }

  /** As a crash would. */
  public async kill(pod: string): Promise<void> {
    await this.end(pod, 'SIGKILL');
  }

  /** As the kubelet does: it may finish what it does. */
  public async tellToStop(pod: string): Promise<void> {
    await this.end(pod, 'SIGTERM');
  }

  public async stop(): Promise<void> {
    // Nobody needs what they would still write.
    await Promise.all([...this.running.keys()].map((pod) => this.end(pod, 'SIGKILL')));
    rmSync(this.dir, { recursive: true, force: true });
  }

  private async end(pod: string, signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    const child = this.running.get(pod);
    this.running.delete(pod);
    if (child?.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    const killer = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS);
    await ended;
    clearTimeout(killer);
  }

  private logFile(pod: string): string {
    return join(this.dir, `${pod}.log`);
  }
}

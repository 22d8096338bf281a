/** A program under load: the two processes, and what a round of it gives. */
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import type { RawLatency } from '../row';
import type { Cores } from './cores';
import type { Order, Report } from './driver';
import { ROOT, startPinned, type PinnedProcess } from './process';
import type { Throughput } from './run';
import type { Target } from './workload';

/** What an order may take beyond its seconds: what hangs must not stop the other rows. */
const SLACK_MS = 30_000;

/** What serves; started when its row is measured. */
export interface Server {
  readonly process: Pick<PinnedProcess, 'cpuS'>;
  readonly url: string;
  readonly token?: string;
  readonly stop: () => Promise<void>;
}

export interface Contender {
  /** As the table names it. */
  readonly program: string;
  readonly workload: string;
  /** None when the workload is what is measured: it has the server's core then. */
  readonly server?: (cores: Cores) => Promise<Server>;
  readonly target?: Omit<Target, 'url' | 'token'>;
  /**
   * Until its hot code is compiled; a Java program takes longer.
   * @default 2
   */
  readonly warmUpS?: number;
}

export interface RateSample {
  readonly itemsPerS: number;
  readonly cpuSPerMillion: number;
  readonly busy: number;
  readonly loadBusy?: number;
}

export interface RunningContender {
  readonly program: string;
  readonly server: Server | undefined;
  /** As fast as it goes. */
  readonly round: (seconds: number) => Promise<RateSample>;
  readonly latency: (seconds: number, itemsPerS: number) => Promise<RawLatency>;
  readonly stop: () => Promise<void>;
}

export async function startContender(contender: Contender, cores: Cores): Promise<RunningContender> {
  const server = await contender.server?.(cores);
  const { token } = server ?? {};
  const target: Target = {
    ...contender.target,
    url: server?.url ?? '',
    ...(token === undefined ? {} : { token }),
  };
  try {
    const core = server === undefined ? cores.server : cores.load;
    const driver = await startDriver(contender.workload, target, core);
    return {
      program: contender.program,
      server,
      round: async (seconds) => {
        const before = server?.process.cpuS();
        const load = await driver.order<Throughput>({ kind: 'full speed', seconds });
        const after = server?.process.cpuS();
        await driver.order({ kind: 'clear' });
        return rateSample(load, before === undefined || after === undefined ? undefined : after - before);
      },
      latency: async (seconds, itemsPerS) => {
        const latency = await driver.order<RawLatency>({ kind: 'fixed rate', seconds, itemsPerS });
        await driver.order({ kind: 'clear' });
        return latency;
      },
      stop: async () => {
        await driver.stop();
        await server?.stop();
      },
    };
  } catch (error) {
    await server?.stop();
    throw error;
  }
}

function rateSample({ items, seconds, cpuS }: Throughput, serverCpuS: number | undefined): RateSample {
  const ownCpuS = serverCpuS ?? cpuS;
  return {
    itemsPerS: items / seconds,
    cpuSPerMillion: (ownCpuS / items) * 1e6,
    busy: ownCpuS / seconds,
    ...(serverCpuS === undefined ? {} : { loadBusy: cpuS / seconds }),
  };
}

export interface Driver {
  readonly order: <T>(order: Order) => Promise<T>;
  readonly stop: () => Promise<void>;
}

export async function startDriver(workload: string, target: Target, core: number): Promise<Driver> {
  const script = join(ROOT, 'bench', 'load', 'driver.ts');
  const args = ['-r', 'ts-node/register', script, workload, JSON.stringify(target)];
  const started = startPinned(core, { program: process.execPath, args }, true);
  const { child } = started;
  const answer = async (limitMs: number): Promise<Report> => {
    const gone = new AbortController();
    const late = sleep(limitMs, undefined, { signal: gone.signal }).then((): Report => ({
      kind: 'failed',
      reason: `no answer within ${limitMs} ms`,
    }));
    const ended = once(child, 'exit', { signal: gone.signal }).then((): Report => ({
      kind: 'failed',
      reason: `the driver ended:\n${started.output()}`,
    }));
    const said = once(child, 'message', { signal: gone.signal }).then(([report]) => report as Report);
    try {
      const report = await Promise.race([said, ended, late]);
      if (report.kind === 'failed') throw new Error(`bench: ${workload}: ${report.reason}`);
      return report;
    } finally {
      gone.abort();
      await Promise.allSettled([said, ended, late]);
    }
  };
  try {
    await answer(SLACK_MS);
  } catch (error) {
    await started.stop();
    throw error;
  }
  return {
    order: async <T>(order: Order): Promise<T> => {
      child.send(order);
      const report = await answer(('seconds' in order ? order.seconds * 1000 : 0) + SLACK_MS);
      return (report.kind === 'done' ? report.result : undefined) as T;
    },
    stop: async () => {
      if (child.connected) child.send({ kind: 'stop' } satisfies Order);
      const ended = once(child, 'exit');
      const timer = setTimeout(() => child.kill('SIGKILL'), 5000);
      if (child.exitCode === null && child.signalCode === null) await ended;
      clearTimeout(timer);
    },
  };
}

/** An environment on the loopback cluster that is watched, for the tests of `alerts-*.test.ts`. */
import { setTimeout as sleep } from 'node:timers/promises';
import { synthesisOf } from '../../environments';
import { startEnvironment, type RunningEnvironment } from '../local/hyperion-cluster';
import { Faults } from './faults';
import { Watch, type WatchProps } from './watch';

const REQUEST_MS = 30_000;
/** A rate needs two scrapes. */
const TWO_SCRAPES_MS = 2_500;

export interface WatchedProps extends Pick<WatchProps, 'watcher' | 'rules' | 'labels'> {
  readonly environment: string;
  /** @default all that can run here */
  readonly only?: readonly string[];
  readonly readyMs: number;
}

export class WatchedEnvironment {
  public readonly faults = new Faults(() => this.watch);
  private running: RunningEnvironment | undefined;
  private watching: Watch | undefined;

  /** One replica of each, whoever watches them already scraping. */
  public async start({ environment, only, readyMs, ...watch }: WatchedProps): Promise<void> {
    this.running = await startEnvironment(environment, {
      atMost: 1,
      ...(only === undefined ? {} : { only }),
    });
    await this.running.whenReady({ timeoutMs: readyMs });
    this.watching = await Watch.start({
      cluster: this.running,
      synthesis: synthesisOf(environment),
      ...watch,
    });
  }

  public async stop(): Promise<void> {
    await this.watching?.stop();
    await this.running?.stop();
  }

  public get cluster(): RunningEnvironment {
    if (this.running === undefined) throw new Error('nothing runs: the start failed');
    return this.running;
  }

  public get watch(): Watch {
    if (this.watching === undefined) throw new Error('nobody watches: the start failed');
    return this.watching;
  }

  /** The status of an answer. */
  public async ask(service: string, port: number, path: string, init: RequestInit = {}): Promise<number> {
    const at = this.cluster.address(service, port);
    const answer = await fetch(`http://${at.host}:${at.port}${path}`, {
      ...init,
      signal: AbortSignal.timeout(REQUEST_MS),
    });
    await answer.arrayBuffer();
    return answer.status;
  }
}

/** Twice, with a scrape between: a counter that was not there before has no rate. */
export async function twice(act: () => Promise<unknown>): Promise<void> {
  await act();
  await sleep(TWO_SCRAPES_MS);
  await act();
}

/** A broker that also tells how late its event loop is. */
import { once } from 'node:events';
import { join } from 'node:path';

import type { Cores } from '../load/cores';
import { ROOT } from '../load/process';
import { brokerVariables, type Durability } from './broker';
import { startService, type ServiceServer } from './service';

export interface Vitals {
  /** Since the last time that it was asked. */
  readonly loopP99Ms: number;
  readonly loopMaxMs: number;
  readonly rssBytes: number;
}

export interface WatchedBroker extends ServiceServer {
  readonly vitals: () => Promise<Vitals>;
}

const ANSWER_LIMIT_MS = 10_000;

export async function startWatchedBroker(cores: Cores, durability: Durability): Promise<WatchedBroker> {
  const server = await startService(cores, {
    name: 'broker',
    variables: (folder) => brokerVariables(folder, { durability }),
    nodeArgs: ['--require', join(ROOT, 'bench', 'load', 'watch-loop.js')],
  });
  const { child } = server.process;
  return {
    ...server,
    vitals: async () => {
      const answer = once(child, 'message', { signal: AbortSignal.timeout(ANSWER_LIMIT_MS) });
      child.send({});
      const [vitals] = (await answer) as [Vitals];
      return vitals;
    },
  };
}

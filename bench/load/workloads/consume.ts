/** A consumer of the queue: takes what comes and acknowledges it, through the client of the project's own services. */
import type { QueueClient as Client } from '../../../apps/shared/queue/queue-client';
import { loadBuilt } from '../built';
import { BATCH, type Target, type Workload } from '../workload';

const TOPIC = 'bench';
const RECEIVERS = 2;
/** Ends within a second after its order does. */
const WAIT_MS = 500;

export function consume({ url, token = '', build = '' }: Target): Workload {
  const { QueueClient } = loadBuilt(build, 'apps/shared/queue/queue-client') as {
    QueueClient: typeof Client;
  };
  const client = new QueueClient({ url, token, timeoutMs: 10_000, connections: RECEIVERS });
  return {
    itemsPerCycle: BATCH,
    concurrency: RECEIVERS,
    cycle: async () => {
      const messages = await client.receive(TOPIC, { maxMessages: BATCH, waitMs: WAIT_MS });
      if (messages.length === 0) return;
      await client.acknowledge(
        TOPIC,
        messages.map(({ receipt }) => receipt),
      );
    },
    close: () => client.close(),
  };
}

/** Redis Streams with a consumer group: every command of a batch in one pipeline. */
import { loadPeer } from '../peer';
import { BATCH, MESSAGE, type Target, type Workload } from '../workload';

interface Redis {
  pipeline(): { xadd(...args: (string | number)[]): unknown; exec(): Promise<unknown> };
  xgroup(...args: string[]): Promise<unknown>;
  xreadgroup(
    ...args: (string | number)[]
  ): Promise<[stream: string, entries: [id: string, fields: string[]][]][] | null>;
  xack(stream: string, group: string, ...ids: string[]): Promise<number>;
  quit(): Promise<unknown>;
}

const STREAM = 'bench';
const GROUP = 'group';
const CONCURRENCY = 8;
/** Redis keeps what is acknowledged: about as many as the broker holds in memory. */
const KEPT = 10_000;

export async function redisStreams({ url }: Target): Promise<Workload> {
  const { Redis } = loadPeer('ioredis') as { Redis: new (url: string) => Redis };
  const connections = Array.from({ length: CONCURRENCY }, () => new Redis(url));
  await connections[0]?.xgroup('CREATE', STREAM, GROUP, '$', 'MKSTREAM');
  return {
    itemsPerCycle: BATCH,
    concurrency: CONCURRENCY,
    cycle: async (worker) => {
      const redis = connections[worker];
      if (redis === undefined) return;
      const pipeline = redis.pipeline();
      for (let i = 0; i < BATCH; i += 1) pipeline.xadd(STREAM, 'MAXLEN', '~', KEPT, '*', 'b', MESSAGE);
      await pipeline.exec();
      for (let open = BATCH; open > 0;) {
        const consumer = `worker-${worker}`;
        const answer = await redis.xreadgroup(
          'GROUP',
          GROUP,
          consumer,
          'COUNT',
          open,
          'STREAMS',
          STREAM,
          '>',
        );
        const ids = (answer?.[0]?.[1] ?? []).map(([id]) => id);
        if (ids.length > 0) await redis.xack(STREAM, GROUP, ...ids);
        open -= ids.length;
      }
    },
    close: async () => {
      await Promise.all(connections.map((redis) => redis.quit()));
    },
  };
}

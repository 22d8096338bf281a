/** BullMQ over Redis: jobs are added in bulk; a cycle ends when its last job is done. */
import { loadPeer } from '../peer';
import { BATCH, MESSAGE, type Target, type Workload } from '../workload';

interface BullMq {
  readonly Queue: new (
    name: string,
    options: object,
  ) => { addBulk(jobs: readonly object[]): Promise<unknown>; close(): Promise<void> };
  readonly Worker: new (
    name: string,
    work: (job: { readonly data: { readonly cycle: number } }) => Promise<void>,
    options: object,
  ) => { waitUntilReady(): Promise<unknown>; close(): Promise<void> };
}

const CONCURRENCY = 4;
/** Jobs under way in the worker; more does not help. */
const WORKER_CONCURRENCY = 100;

export async function bullmq({ url }: Target): Promise<Workload> {
  const { Queue, Worker } = loadPeer('bullmq') as BullMq;
  const { hostname: host, port } = new URL(url);
  const connection = { host, port: Number(port), maxRetriesPerRequest: null };
  const open = new Map<number, { left: number; done: () => void }>();
  const queue = new Queue('bench', { connection });
  const worker = new Worker(
    'bench',
    ({ data }) => {
      const cycle = open.get(data.cycle);
      if (cycle !== undefined && (cycle.left -= 1) === 0) cycle.done();
      return Promise.resolve();
    },
    { connection, concurrency: WORKER_CONCURRENCY, removeOnComplete: { count: 0 } },
  );
  await worker.waitUntilReady();
  let next = 0;
  return {
    itemsPerCycle: BATCH,
    concurrency: CONCURRENCY,
    cycle: async () => {
      const cycle = (next += 1);
      const done = new Promise<void>((resolve) => open.set(cycle, { left: BATCH, done: resolve }));
      const job = { name: 'b', data: { cycle, body: MESSAGE } };
      await queue.addBulk(Array.from({ length: BATCH }, () => job));
      await done;
      open.delete(cycle);
    },
    close: async () => {
      await worker.close();
      await queue.close();
    },
  };
}

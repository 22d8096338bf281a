/** The queue's interface over HTTP: the broker's, and that of what stands in for it. */
import { connectionsTo, requestText, type HttpConnection } from '../http';
import { BATCH, MESSAGE, type Target, type Workload } from '../workload';

const TOPIC = '/topics/bench';
const CONCURRENCY = 32;
/** Each with a batch: enough for a server to have work while the driver reads an answer. */
const BATCH_CONCURRENCY = 8;
/** As many as one request may take away. */
const CLEARED_AT_ONCE = 1000;

interface Received {
  readonly messages: readonly { readonly receipt: string; readonly body: string }[];
}

/** One message a request; what is not consumed is taken away between rounds. */
export function publish(target: Target): Workload {
  const workload = enqueue(target);
  const [connection] = connectionsTo(target.url, 1);
  return {
    ...workload,
    clear: async () => {
      if (connection !== undefined) await takeAll(connection, target);
    },
  };
}

/** One message a request, and who consumes them is somebody else's matter. */
export function enqueue(target: Target): Workload {
  const connections = connectionsTo(target.url, target.concurrency ?? CONCURRENCY);
  const request = publishOne(target);
  return {
    itemsPerCycle: 1,
    concurrency: connections.length,
    cycle: async (worker) => {
      await at(connections, worker).ask(request);
    },
    close: () => closeAll(connections),
  };
}

/** One message at a time: publish, receive, acknowledge. */
export function oneByOne(target: Target): Workload {
  const connections = connectionsTo(target.url, target.concurrency ?? CONCURRENCY);
  const put = publishOne(target);
  return {
    itemsPerCycle: 1,
    concurrency: connections.length,
    cycle: async (worker) => {
      const connection = at(connections, worker);
      await connection.ask(put);
      await takeSome(connection, target, 1);
    },
    close: () => closeAll(connections),
  };
}

/** A batch at a time: publish, receive, acknowledge. */
export function batches(target: Target): Workload {
  const connections = connectionsTo(target.url, target.concurrency ?? BATCH_CONCURRENCY);
  const body = JSON.stringify({ messages: Array.from({ length: BATCH }, () => ({ body: MESSAGE })) });
  const put = post(target, `${TOPIC}/messages`, body);
  return {
    itemsPerCycle: BATCH,
    concurrency: connections.length,
    cycle: async (worker) => {
      const connection = at(connections, worker);
      await connection.ask(put);
      // Others take and leave, too: what is received may be less than what was published just now, never nothing for long.
      for (let open = BATCH; open > 0;) open -= await takeSome(connection, target, open);
    },
    close: () => closeAll(connections),
  };
}

async function takeSome(connection: HttpConnection, target: Target, maxMessages: number): Promise<number> {
  const answer = await connection.ask(
    post(target, `${TOPIC}/receive`, JSON.stringify({ maxMessages, waitMs: 1000 })),
  );
  const { messages } = JSON.parse(answer.toString()) as Received;
  if (messages.length === 0)
    throw new Error('bench: a message that was published did not come within a second');
  const receipts = messages.map(({ receipt }) => receipt);
  await connection.ask(post(target, `${TOPIC}/acknowledge`, JSON.stringify({ receipts })));
  return messages.length;
}

/** What does not keep messages has none to take away. */
async function takeAll(connection: HttpConnection, target: Target): Promise<void> {
  for (;;) {
    const receive = JSON.stringify({ maxMessages: CLEARED_AT_ONCE });
    const answer = await connection.ask(post(target, `${TOPIC}/receive`, receive));
    const { messages } = JSON.parse(answer.toString()) as Partial<Received>;
    if (messages === undefined || messages.length === 0) return;
    const receipts = messages.map(({ receipt }) => receipt);
    await connection.ask(post(target, `${TOPIC}/acknowledge`, JSON.stringify({ receipts })));
  }
}

function publishOne(target: Target): Buffer {
  const headers = { ...authorization(target), 'content-type': 'text/plain' };
  return Buffer.from(requestText({ path: `${TOPIC}/messages`, headers, body: MESSAGE }));
}

function post(target: Target, path: string, body: string): string {
  return requestText({
    path,
    headers: { ...authorization(target), 'content-type': 'application/json' },
    body,
  });
}

function authorization({ token }: Target): Record<string, string> {
  return token === undefined ? {} : { authorization: `Bearer ${token}` };
}

function at(connections: readonly HttpConnection[], worker: number): HttpConnection {
  const connection = connections[worker];
  if (connection === undefined) throw new RangeError(`bench: no connection for worker ${worker}`);
  return connection;
}

function closeAll(connections: readonly HttpConnection[]): Promise<void> {
  for (const connection of connections) connection.close();
  return Promise.resolve();
}

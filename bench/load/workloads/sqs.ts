/** Amazon's SQS over HTTP, in JSON: one message at a time, as `oneByOne` does with the broker. */
import { connectionsTo, requestText, type HttpConnection } from '../http';
import { MESSAGE, type Target, type Workload } from '../workload';

const CONCURRENCY = 32;

export async function sqs({ url }: Target): Promise<Workload> {
  const connections = connectionsTo(url, CONCURRENCY);
  const [first] = connections;
  if (first === undefined) throw new Error('bench: no connection');
  const created = await call(first, 'CreateQueue', { QueueName: 'bench' });
  const { QueueUrl } = JSON.parse(created.toString()) as { QueueUrl: string };
  const put = action('SendMessage', { QueueUrl, MessageBody: MESSAGE });
  const receive = action('ReceiveMessage', { QueueUrl, MaxNumberOfMessages: 1, WaitTimeSeconds: 1 });
  return {
    itemsPerCycle: 1,
    concurrency: CONCURRENCY,
    cycle: async (worker) => {
      const connection = connections[worker] ?? first;
      await connection.ask(put);
      const answer = (await connection.ask(receive)).toString();
      const { Messages } = JSON.parse(answer) as { Messages?: readonly { ReceiptHandle: string }[] };
      const message = Messages?.[0];
      if (message === undefined)
        throw new Error('bench: a message that was sent did not come within a second');
      await call(connection, 'DeleteMessage', { QueueUrl, ReceiptHandle: message.ReceiptHandle });
    },
    close: () => {
      for (const connection of connections) connection.close();
      return Promise.resolve();
    },
  };
}

function call(connection: HttpConnection, name: string, body: object): Promise<Buffer> {
  return connection.ask(action(name, body));
}

function action(name: string, body: object): string {
  return requestText({
    path: '/',
    headers: { 'x-amz-target': `AmazonSQS.${name}`, 'content-type': 'application/x-amz-json-1.0' },
    body: JSON.stringify(body),
  });
}

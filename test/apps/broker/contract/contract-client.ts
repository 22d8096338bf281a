/** A client of a broker that listens somewhere; topics get names of their own, so that one broker serves all tests. */
import { Agent, request } from 'undici';

import { TOKEN, type ReceivedMessage } from '../broker-client';

export interface ContractAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface Depths {
  readonly ready: number;
  readonly inFlight: number;
  readonly onDisk: number;
}

interface TextMessage {
  readonly key?: string;
  readonly partition?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}

const STEP_MS = 50;

export class ContractClient {
  private readonly agent = new Agent({ connections: 20 });

  public constructor(private readonly url: string) {}

  public async send(method: 'GET' | 'POST', path: string, body?: unknown): Promise<ContractAnswer> {
    const isText = typeof body === 'string';
    const answer = await request(this.url + path, {
      method,
      dispatcher: this.agent,
      headers: {
        authorization: `Bearer ${TOKEN}`,
        ...(body === undefined ? {} : { 'content-type': isText ? 'text/plain' : 'application/json' }),
      },
      ...(body === undefined ? {} : { body: isText ? body : JSON.stringify(body) }),
    });
    const parsed = (await answer.body.json()) as Record<string, unknown>;
    return { status: answer.statusCode, headers: answer.headers, body: parsed };
  }

  public get(path: string): Promise<ContractAnswer> {
    return this.send('GET', path);
  }

  public post(path: string, body: unknown): Promise<ContractAnswer> {
    return this.send('POST', path, body);
  }

  public async publish(topic: string, ...messages: (TextMessage | string)[]): Promise<ContractAnswer> {
    const answer = await this.post(`/topics/${topic}/messages`, {
      messages: messages.map((message) => (typeof message === 'string' ? { body: message } : message)),
    });
    if (answer.status !== 202) throw new Error(`publish: ${JSON.stringify(answer)}`);
    return answer;
  }

  public async receive(topic: string, options: object = {}): Promise<ReceivedMessage[]> {
    const answer = await this.post(`/topics/${topic}/receive`, { waitMs: 20_000, ...options });
    if (answer.status !== 200) throw new Error(`receive: ${JSON.stringify(answer)}`);
    return answer.body.messages as ReceivedMessage[];
  }

  /** An answer may bring fewer than there are. */
  public async receiveAll(topic: string, count: number, options: object = {}): Promise<ReceivedMessage[]> {
    const messages: ReceivedMessage[] = [];
    while (messages.length < count) {
      const more = await this.receive(topic, { maxMessages: count - messages.length, ...options });
      if (more.length === 0) throw new Error(`${messages.length} of ${count} messages within 20 s`);
      messages.push(...more);
    }
    return messages;
  }

  public acknowledge(topic: string, messages: readonly ReceivedMessage[]): Promise<ContractAnswer> {
    return this.post(`/topics/${topic}/acknowledge`, { receipts: messages.map(({ receipt }) => receipt) });
  }

  /** Over all partitions. */
  public async depths(topic: string): Promise<Depths> {
    const { body } = await this.get(`/topics/${topic}`);
    const sum = { ready: 0, inFlight: 0, onDisk: 0 };
    for (const { ready, inFlight, onDisk } of body.partitions as Depths[]) {
      sum.ready += ready;
      sum.inFlight += inFlight;
      sum.onDisk += onDisk;
    }
    return sum;
  }

  public close(): Promise<void> {
    return this.agent.destroy();
  }
}

/** Polls; the test's own time limit ends it. */
export async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, STEP_MS));
}

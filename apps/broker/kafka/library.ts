/**
 * What the client library lacks, for every client of it: an end to each call, and an end to its sockets. It waits for an
 * answer for as long as the socket is open, and a network that drops packets leaves a socket open for a quarter of an hour.
 */
import type * as library from '@platformatic/kafka' with { 'resolution-mode': 'import' };

import { KafkaError, type KafkaErrorKind } from './cluster';

export type Library = typeof library;

const KINDS: Readonly<Record<string, KafkaErrorKind>> = {
  MESSAGE_TOO_LARGE: 'too-large',
  RECORD_LIST_TOO_LARGE: 'too-large',
  UNKNOWN_TOPIC_OR_PARTITION: 'unknown-topic',
  UNKNOWN_TOPIC_ID: 'unknown-topic',
  OFFSET_OUT_OF_RANGE: 'out-of-range',
};

const CLOSE_LIMIT_MS = 3000;

export class Guarded<Client extends library.Base> {
  /** After a call without an answer. */
  public isCut = false;
  private readonly connections = new Set<library.Connection>();

  public constructor(
    public readonly client: Client,
    onError: (error: Error) => void = () => undefined,
  ) {
    // Without a listener, Node ends the process.
    client.on('error', onError);
    client.on('client:broker:connect', ({ connection }: { readonly connection: library.Connection }) => {
      connection.on('error', () => undefined);
      this.connections.add(connection);
    });
    client.on('client:broker:disconnect', ({ connection }: { readonly connection: library.Connection }) => {
      this.connections.delete(connection);
    });
  }

  /** Rejects with a `KafkaError`, at the latest when the time is over. Then nothing can be done with the client any more. */
  public async call<T>(what: string, limitMs: number, work: (client: Client) => Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const tooLate = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => {
        this.cut();
        reject(new KafkaError('away', `${what}: no answer within ${limitMs} ms`));
      }, limitMs);
    });
    try {
      return await Promise.race([work(this.client), tooLate]);
    } catch (error) {
      throw asKafkaError(what, error);
    } finally {
      clearTimeout(timer);
    }
  }

  public async close(close: (client: Client) => Promise<void> = (client) => client.close()): Promise<void> {
    // What is away cannot be told good-bye.
    await this.call('closing', CLOSE_LIMIT_MS, close).catch(() => undefined);
    this.cut();
  }

  /** All that wait for an answer get an error. */
  private cut(): void {
    this.isCut = true;
    for (const connection of this.connections) connection.socket.destroy();
    this.connections.clear();
  }
}

/** The codes of Kafka's answer; empty when there was none. */
export function codesOf(error: unknown): string[] {
  if (!(error instanceof Error)) return [];
  const own = 'apiId' in error && typeof error.apiId === 'string' ? [error.apiId] : [];
  const others = error instanceof AggregateError ? (error.errors as unknown[]) : [];
  return [...own, ...[...others, error.cause].flatMap(codesOf)];
}

export function asKafkaError(what: string, error: unknown): KafkaError {
  if (error instanceof KafkaError) return error;
  const kind = codesOf(error).flatMap((code) => KINDS[code] ?? [])[0] ?? 'away';
  return new KafkaError(kind, `${what}: ${describe(error)}`, { cause: error });
}

/** The last of a chain of causes is the one that says it. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const [first] = error instanceof AggregateError ? (error.errors as unknown[]) : [];
  const deeper = first ?? error.cause;
  return deeper === undefined ? error.message : describe(deeper);
}

/**
 * Server-Sent Events (WHATWG HTML, section 9.2) of what is published. A client reads from the ring as fast as it can; one
 * that falls out of it is told so and dropped. A client that comes back with `Last-Event-ID` goes on there, and is told
 * when something is missing between.
 */
import type { Writable } from 'node:stream';

import { EventRing, type LiveEvent } from './event-ring';

export interface LiveStreamOptions {
  readonly maxEvents: number;
  readonly maxBytes: number;
  readonly maxClients: number;
  /** Names this process: the numbers of another one mean nothing here. */
  readonly epoch: string;
  readonly heartbeatMs: number;
  readonly onDropped: () => void;
}

export interface LiveFilter {
  readonly uuids: ReadonlySet<string> | undefined;
  readonly metrics: ReadonlySet<string> | undefined;
}

interface Client {
  readonly output: Writable;
  readonly filter: LiveFilter;
  /** The number of the event that comes next. */
  at: number;
  /** Its connection takes nothing at the moment. */
  isWaiting: boolean;
}

/** What is written at once: enough for a packet's cost not to matter. */
const PIECE_CHARS = 32 * 1024;
/** How long a client has to take the last words. */
const FAREWELL_MS = 5000;

export class LiveStream {
  private readonly ring: EventRing;
  private readonly clients = new Set<Client>();
  private readonly heartbeat: NodeJS.Timeout;
  private isScheduled = false;

  public constructor(private readonly options: LiveStreamOptions) {
    this.ring = new EventRing(options.maxEvents, options.maxBytes);
    this.heartbeat = setInterval(() => {
      for (const { output, isWaiting } of this.clients) if (!isWaiting) output.write(': heartbeat\n\n');
    }, options.heartbeatMs);
    this.heartbeat.unref();
  }

  public get clientCount(): number {
    return this.clients.size;
  }

  public get isFull(): boolean {
    return this.clients.size >= this.options.maxClients;
  }

  public push(events: readonly LiveEvent[]): void {
    for (const event of events) this.ring.push(event);
    if (this.isScheduled || this.clients.size === 0) return;
    this.isScheduled = true;
    // What several batches bring at once is written at once.
    setImmediate(() => {
      this.isScheduled = false;
      for (const client of this.clients) this.pump(client);
    });
  }

  /** Serves `output` until it closes, is too slow, or the service stops. */
  public add(output: Writable, filter: LiveFilter, lastEventId: string | undefined): void {
    const start = this.place(lastEventId);
    const client: Client = { output, filter, at: start.at, isWaiting: false };
    this.clients.add(client);
    output.on('drain', () => {
      client.isWaiting = false;
      this.pump(client);
    });
    output.on('error', () => this.clients.delete(client));
    output.on('close', () => this.clients.delete(client));
    output.write('retry: 2000\n\n');
    if (start.gap !== undefined) output.write(eventText('gap', start.gap));
    this.pump(client);
  }

  /** Ends all clients' streams. */
  public close(): void {
    clearInterval(this.heartbeat);
    for (const client of this.clients) this.end(client, eventText('end', { reason: 'the service stops' }));
  }

  private place(lastEventId: string | undefined): { readonly at: number; readonly gap?: object } {
    if (lastEventId === undefined || lastEventId === '') return { at: this.ring.next };
    const [epoch, digits = ''] = lastEventId.split(':');
    const wanted = Number(digits) + 1;
    const isOurs = epoch === this.options.epoch && /^\d{1,15}$/.test(digits) && wanted <= this.ring.next;
    if (!isOurs) return { at: this.ring.first, gap: { reason: 'the id is not of this process' } };
    const missed = this.ring.first - wanted;
    if (missed <= 0) return { at: wanted };
    return { at: this.ring.first, gap: { reason: 'too long ago', missed } };
  }

  private pump(client: Client): void {
    const { ring } = this;
    // Also for one that waits: when the ring has moved past it, it misses something.
    if (client.at < ring.first) {
      this.drop(client);
      return;
    }
    while (!client.isWaiting && client.at < ring.next) {
      let text = '';
      while (client.at < ring.next && text.length < PIECE_CHARS) {
        const event = ring.get(client.at);
        if (event !== undefined && matches(client.filter, event)) {
          text += `id: ${this.options.epoch}:${client.at}\ndata: ${event.body}\n\n`;
        }
        client.at += 1;
      }
      if (text !== '') client.isWaiting = !client.output.write(text);
    }
  }

  private drop(client: Client): void {
    this.options.onDropped();
    const missed = this.ring.first - client.at;
    this.end(client, eventText('dropped', { reason: 'the client is too slow', missed }));
  }

  private end(client: Client, lastWords: string): void {
    const { output } = client;
    this.clients.delete(client);
    output.end(lastWords);
    const timer = setTimeout(() => output.destroy(), FAREWELL_MS);
    output.on('close', () => {
      clearTimeout(timer);
    });
  }
}

function matches({ uuids, metrics }: LiveFilter, event: LiveEvent): boolean {
  if (metrics !== undefined && !metrics.has(event.metric)) return false;
  return uuids === undefined || (event.uuid !== undefined && uuids.has(event.uuid));
}

/** Without an id: a client that comes back asks for what it got last. */
function eventText(name: string, data: object): string {
  return `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}

/** Calls to the node's process and events from it; every open call fails when the process ends. */
import type { ChildProcess } from 'node:child_process';
import type { Server } from 'node:net';
import { LoopbackError } from './loopback-error';
import type { CallName, NodeCalls, NodeEvent, NodeMessage } from './node/messages';

interface Waiting {
  readonly resolve: (output: unknown) => void;
  readonly reject: (error: Error) => void;
}

interface CallOptions {
  /** A listening socket that goes with the call. */
  readonly handle?: Server;
  /** @default as long as it takes */
  readonly withinMs?: number;
}

/** Of what the node's process itself said, which is nothing unless it is broken. */
const KEPT_CHARACTERS = 8_000;

export class NodeChannel {
  /** Resolves when the process is gone. */
  public readonly ended: Promise<void>;
  private readonly waiting = new Map<number, Waiting>();
  private lastId = 0;
  private said = '';
  private isOver = false;

  public constructor(
    private readonly child: ChildProcess,
    onEvent: (event: NodeEvent) => void,
  ) {
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.said = (this.said + text).slice(-KEPT_CHARACTERS);
      });
    }
    child.on('message', (message) => {
      this.take(message as NodeMessage, onEvent);
    });
    this.ended = new Promise((resolve) => {
      const end = (): void => {
        this.isOver = true;
        for (const { reject } of this.waiting.values()) reject(this.lost());
        this.waiting.clear();
        resolve();
      };
      child.once('error', (error) => {
        this.said += error.message;
        end();
      });
      child.once('close', end);
    });
  }

  /** Of the process in the machine's view. */
  public get pid(): number | undefined {
    return this.child.pid;
  }

  public async call<Name extends CallName>(
    call: Name,
    input: NodeCalls[Name]['input'],
    { handle, withinMs }: CallOptions = {},
  ): Promise<NodeCalls[Name]['output']> {
    if (this.isOver) throw this.lost();
    const id = ++this.lastId;
    let timer: NodeJS.Timeout | undefined;
    const answer = new Promise<unknown>((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      this.child.send({ id, call, input }, handle, (error) => {
        if (error !== null) reject(error);
      });
      if (withinMs !== undefined) {
        timer = setTimeout(() => {
          reject(new LoopbackError(`loopback cluster: no answer to ${call} within ${withinMs / 1_000} s`));
        }, withinMs);
      }
    });
    try {
      return (await answer) as NodeCalls[Name]['output'];
    } finally {
      clearTimeout(timer);
      this.waiting.delete(id);
    }
  }

  /** Ends the process and with it everything that it runs. */
  public async end(): Promise<void> {
    // No `disconnect` first: Node would then not report the end of its streams, and `ended` would not come.
    if (!this.isOver) this.child.kill('SIGKILL');
    await this.ended;
  }

  private take(message: NodeMessage, onEvent: (event: NodeEvent) => void): void {
    if ('event' in message) {
      onEvent(message);
      return;
    }
    const waiting = this.waiting.get(message.answer);
    this.waiting.delete(message.answer);
    if ('error' in message) waiting?.reject(new LoopbackError(message.error));
    else waiting?.resolve(message.output);
  }

  private lost(): LoopbackError {
    return new LoopbackError(
      `the loopback cluster has ended${this.said === '' ? '' : `: ${this.said.trim()}`}`,
    );
  }
}

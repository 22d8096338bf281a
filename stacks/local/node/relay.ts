/**
 * Hands connections that arrive at a socket of the host's on to a pod behind a Service, from the node's own namespace, as
 * `kubectl port-forward` does. Each connection goes to the next ready pod; without one it is reset.
 */
import { connect, type Server, type Socket } from 'node:net';

export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

/** Within a machine a connection takes no time; a pod that is cut off must not hold senders for minutes. */
const CONNECT_LIMIT_MS = 10_000;

export function relay(listener: Server, endpoints: () => readonly Endpoint[]): void {
  let turn = 0;
  listener.on('connection', (outer: Socket) => {
    const candidates = endpoints();
    const endpoint = candidates[turn++ % Math.max(1, candidates.length)];
    if (endpoint === undefined) outer.resetAndDestroy();
    else join(outer, endpoint);
  });
}

function join(outer: Socket, endpoint: Endpoint): void {
  const inner = connect({ ...endpoint, allowHalfOpen: true, noDelay: true });
  // One side may be done with sending while it still listens.
  outer.allowHalfOpen = true;
  outer.setNoDelay(true);
  inner.setTimeout(CONNECT_LIMIT_MS, () => {
    outer.resetAndDestroy();
    inner.destroy();
  });
  inner.once('connect', () => inner.setTimeout(0));
  inner.once('error', () => outer.resetAndDestroy());
  outer.once('error', () => inner.resetAndDestroy());
  // A side that is gone before it has said everything takes the other one with it; else each finishes what it has.
  outer.once('close', () => {
    if (!outer.readableEnded) inner.resetAndDestroy();
  });
  inner.once('close', () => {
    if (!inner.readableEnded) outer.resetAndDestroy();
  });
  outer.pipe(inner);
  inner.pipe(outer);
}

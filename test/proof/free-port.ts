/** A port of 127.0.0.1 that nobody has, and that stays free for its owner while that is away. */
import { createServer } from 'node:net';

/** Below the range that the system gives to whoever asks for any port: nobody takes it between two starts. */
const FIRST_PORT = 20_000;
const PORTS = 10_000;

/** Those of this process: whoever asks for several gets different ones, before anything listens on them. */
const given = new Set<number>();

export async function freePort(): Promise<number> {
  for (;;) {
    const port = FIRST_PORT + Math.floor(Math.random() * PORTS);
    if (given.has(port)) continue;
    given.add(port);
    if (await isFree(port)) return port;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => {
      resolve(false);
    });
    server.listen(port, '127.0.0.1', () => {
      server.close(() => {
        resolve(true);
      });
    });
  });
}

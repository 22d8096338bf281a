/** Ports of servers that cannot choose one themselves. */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';

import type { PinnedProcess } from '../load/process';

const START_LIMIT_MS = 60_000;

export async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

export async function untilAccepts(started: PinnedProcess, port: number): Promise<void> {
  const deadline = Date.now() + START_LIMIT_MS;
  while (!(await accepts(port))) {
    const { exitCode, signalCode } = started.child;
    if (exitCode !== null || signalCode !== null || Date.now() > deadline) {
      await started.stop();
      throw new Error(
        `bench: ${started.child.spawnargs.join(' ')} did not start:\n${started.output().slice(-3000)}`,
      );
    }
    await new Promise((done) => setTimeout(done, 50));
  }
}

async function accepts(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

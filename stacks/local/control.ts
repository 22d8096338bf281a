/**
 * How a second `hyperion local` speaks to the one that runs the cluster: one JSON line each way over a socket in the
 * cluster's own folder, which only its owner can enter.
 */
import { rmSync } from 'node:fs';
import { createConnection, createServer, type Server, type Socket } from 'node:net';
import { createInterface } from 'node:readline';

export interface ControlRequest {
  readonly action: 'status' | 'kill' | 'hold' | 'release' | 'restart' | 'logs' | 'secret' | 'stop';
  /** Pod, workload or secret; absent for `status` and `stop`. */
  readonly name?: string;
}

export type ControlAnswer =
  { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly problem: string };

/** A request is a few words; whoever sends more is not one of ours. */
const LARGEST_REQUEST_BYTES = 4096;
const ANSWER_TIMEOUT_MS = 60_000;

/** Answers until the server is closed. A socket that an earlier run left behind is replaced. */
export function serveControl(
  path: string,
  handle: (request: ControlRequest) => Promise<unknown>,
): Promise<Server> {
  rmSync(path, { force: true });
  const server = createServer((socket) => {
    void converse(socket, handle);
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, () => {
      resolve(server);
    });
  });
}

async function converse(
  socket: Socket,
  handle: (request: ControlRequest) => Promise<unknown>,
): Promise<void> {
  socket.on('error', () => socket.destroy());
  socket.setTimeout(ANSWER_TIMEOUT_MS, () => socket.destroy());
  let answer: ControlAnswer;
  try {
    answer = { ok: true, value: await handle(JSON.parse(await firstLine(socket)) as ControlRequest) };
  } catch (error) {
    answer = { ok: false, problem: error instanceof Error ? error.message : String(error) };
  }
  socket.end(`${JSON.stringify(answer)}\n`);
}

/** @throws Error when nothing runs there, or when what was asked could not be done */
export async function askControl(path: string, request: ControlRequest): Promise<unknown> {
  const socket = createConnection(path);
  socket.setTimeout(ANSWER_TIMEOUT_MS, () =>
    socket.destroy(new Error('the running cluster does not answer')),
  );
  socket.write(`${JSON.stringify(request)}\n`);
  const answer = JSON.parse(await firstLine(socket, Number.POSITIVE_INFINITY)) as ControlAnswer;
  socket.destroy();
  if (!answer.ok) throw new Error(answer.problem);
  return answer.value;
}

function firstLine(socket: Socket, limitBytes = LARGEST_REQUEST_BYTES): Promise<string> {
  return new Promise((resolve, reject) => {
    let read = 0;
    socket.on('data', (chunk: Buffer) => {
      read += chunk.length;
      if (read > limitBytes) reject(new Error(`a request has at most ${limitBytes} bytes`));
    });
    socket.once('error', reject);
    const lines = createInterface(socket);
    lines.once('error', reject);
    lines.once('line', resolve);
    lines.once('close', () => {
      reject(new Error('the connection ended without a line'));
    });
  });
}

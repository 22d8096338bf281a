/**
 * A real OpenSearch on loopback, for the APIs that it has in common with Elasticsearch; and a door before it through which
 * clients of Elastic's come, who look at the name and the version of the server first. Ended by `stop`.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CATALOG } from '../../../constructs/core/catalog';
import { tool } from '../../tools/obtain';
import { freePort } from '../free-port';

const START_LIMIT_MS = 240_000;
/** By which Elastic's clients recognise their server. */
const PRODUCT = 'Elasticsearch';

export class OpenSearchServer {
  private constructor(
    public readonly url: string,
    /** The same, under the name and the version of the catalogue's Elasticsearch. */
    public readonly elasticUrl: string,
    private readonly child: ChildProcess,
    private readonly door: Server,
    private readonly folder: string,
  ) {}

  public static async start(): Promise<OpenSearchServer> {
    const program = await tool('opensearch');
    const folder = mkdtempSync(join(tmpdir(), 'opensearch-'));
    const port = await freePort();
    const child = spawn(program, [folder, String(port)], {
      stdio: ['ignore', 'pipe', 'pipe'],
      // Its start script replaces itself by Java: ending the child ends the server.
      env: { ...process.env, HOME: folder },
    });
    const output: string[] = [];
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => output.push(String(data)));
    const url = `http://127.0.0.1:${port}`;
    const door = createServer((request, response) => void passOn(url, request, response));
    door.listen(0, '127.0.0.1');
    await once(door, 'listening');
    const address = door.address();
    if (address === null || typeof address === 'string') throw new Error('the door has no port');
    const server = new OpenSearchServer(url, `http://127.0.0.1:${address.port}`, child, door, folder);
    try {
      const deadline = Date.now() + START_LIMIT_MS;
      while (!(await answers(`${url}/_cluster/health?wait_for_status=yellow&timeout=1s`))) {
        if (child.exitCode !== null || Date.now() > deadline) {
          throw new Error(`OpenSearch does not answer: ${output.join('').slice(-4000)}`);
        }
        await sleep(250);
      }
    } catch (error) {
      await server.stop();
      throw error;
    }
    return server;
  }

  /** The answer's document, or an error with what the server said. */
  public async ask<T>(method: string, path: string, body?: object | string): Promise<T> {
    const response = await fetch(`${this.url}${path}`, {
      method,
      headers: { 'content-type': typeof body === 'string' ? 'application/x-ndjson' : 'application/json' },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const said = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${said}`);
    return JSON.parse(said) as T;
  }

  public async stop(): Promise<void> {
    this.door.closeAllConnections();
    this.door.close();
    const { child } = this;
    if (child.exitCode === null && child.signalCode === null) {
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    }
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}

async function passOn(url: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const answer = await fetch(`${url}${request.url ?? '/'}`, {
    method: request.method ?? 'GET',
    headers: { 'content-type': 'application/json' },
    ...(chunks.length === 0 ? {} : { body: Buffer.concat(chunks) }),
  });
  const text = await answer.text();
  response.writeHead(answer.status, {
    'content-type': answer.headers.get('content-type') ?? 'application/json',
    'x-elastic-product': PRODUCT,
  });
  response.end(request.url === '/' ? asElasticsearch(text) : text);
}

function asElasticsearch(text: string): string {
  const { version, ...rest } = JSON.parse(text) as { version: object };
  return JSON.stringify({ ...rest, version: { ...version, number: CATALOG.elasticsearch.version } });
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(url)).ok;
  } catch {
    return false;
  }
}

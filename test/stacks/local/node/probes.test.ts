/** Against real servers on loopback. */
import { createServer as createHttpServer } from 'node:http';
import { createServer as createHttp2Server } from 'node:http2';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { checkRequest, verdict } from '../../../../stacks/local/node/grpc-health';
import { networkProbe } from '../../../../stacks/local/node/probes';

const LIMIT_MS = 10_000;
const open: Server[] = [];

afterEach(() => {
  for (const server of open.splice(0)) server.close();
});

async function listen(server: Server): Promise<number> {
  open.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

describe('http', () => {
  const answers: Readonly<Record<string, number>> = { '/ok': 204, '/moved': 302, '/busy': 503 };

  test.each([
    ['/ok', true],
    ['/moved', true],
    ['/busy', false],
  ])('%s is %s, with what the server said', async (path, ok) => {
    const port = await listen(
      createHttpServer((request, response) => {
        response.writeHead(answers[request.url ?? ''] ?? 500);
        response.end(path === '/busy' ? 'not yet\n' : '');
      }),
    );
    const action = { kind: 'http' as const, port, path, tls: false, headers: {} };
    const result = await networkProbe(action, '127.0.0.1', LIMIT_MS);
    const said = path === '/busy' ? ': not yet' : '';
    expect(result).toEqual({ ok, message: `${path} on port ${port} answered ${answers[path]}${said}` });
  });

  test('the manifest’s headers are sent', async () => {
    const port = await listen(
      createHttpServer((request, response) => {
        response.writeHead(request.headers['x-scope'] === 'probe' ? 200 : 400).end();
      }),
    );
    const action = { kind: 'http' as const, port, path: '/', tls: false, headers: { 'X-Scope': 'probe' } };
    expect((await networkProbe(action, '127.0.0.1', LIMIT_MS)).ok).toBe(true);
  });

  test('a server that does not answer in time has failed', async () => {
    const port = await listen(createServer());
    const action = { kind: 'http' as const, port, path: '/', tls: false, headers: {} };
    expect(await networkProbe(action, '127.0.0.1', 50)).toEqual({
      ok: false,
      message: `http 127.0.0.1:${port}: no answer within 0.05 s`,
    });
  });
});

test('tcp: a port that takes connections, and one that does not', async () => {
  const server = createServer();
  const port = await listen(server);
  expect((await networkProbe({ kind: 'tcp', port }, '127.0.0.1', LIMIT_MS)).ok).toBe(true);
  await new Promise((resolve) => server.close(resolve));
  expect(await networkProbe({ kind: 'tcp', port }, '127.0.0.1', LIMIT_MS)).toEqual({
    ok: false,
    message: `tcp 127.0.0.1:${port}: connect ECONNREFUSED 127.0.0.1:${port}`,
  });
});

describe('grpc', () => {
  async function health(status: number, grpcStatus = '0'): Promise<unknown> {
    const server = createHttp2Server();
    server.on('stream', (stream, headers) => {
      const parts: Buffer[] = [];
      stream.on('data', (part: Buffer) => parts.push(part));
      stream.on('end', () => {
        const isRight =
          headers[':path'] === '/grpc.health.v1.Health/Check' &&
          Buffer.concat(parts).equals(checkRequest('loki'));
        stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
        stream.on('wantTrailers', () => {
          stream.sendTrailers({ 'grpc-status': isRight ? grpcStatus : '3' });
        });
        stream.end(grpcStatus === '0' ? Buffer.from([0, 0, 0, 0, 2, 8, status]) : undefined);
      });
    });
    const port = await listen(server);
    return await networkProbe({ kind: 'grpc', port, service: 'loki' }, '127.0.0.1', LIMIT_MS);
  }

  test('serving, not serving, and a service that is not known', async () => {
    expect(await health(1)).toEqual({ ok: true, message: 'gRPC health check says SERVING' });
    expect(await health(2)).toEqual({ ok: false, message: 'gRPC health check says NOT_SERVING' });
    expect(await health(0, '5')).toEqual({ ok: false, message: 'gRPC health check ended with status 5' });
  });

  test('an empty answer is the default, which is not serving', () => {
    expect(verdict(Buffer.alloc(5), '0')).toEqual({ ok: false, message: 'gRPC health check says UNKNOWN' });
  });
});

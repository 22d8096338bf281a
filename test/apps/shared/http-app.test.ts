/** What the HTTP server of every service does with clients that are slow, broken or too many, on real sockets. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:https';
import { connect, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { readEnvironment } from '../../../apps/shared/environment';
import { createHttpApp, type HttpApp } from '../../../apps/shared/http-app';
import { addOperations } from '../../../apps/shared/operations';
import { Problem } from '../../../apps/shared/problem';
import { SERVICE_VARIABLES } from '../../../apps/shared/service-variables';

const open: HttpApp[] = [];

afterEach(async () => {
  for (const app of open.splice(0)) {
    app.server.closeAllConnections();
    await app.close();
  }
});

interface Started {
  readonly app: HttpApp;
  readonly log: string[];
  readonly reasons: string[];
  readonly listen: () => Promise<number>;
}

async function start(variables: Record<string, string> = {}): Promise<Started> {
  const settings = readEnvironment(
    SERVICE_VARIABLES,
    { SERVICE_TOKEN: 'x'.repeat(16), LISTEN_PORT: '0', ...variables },
    'TEST_',
  );
  const log: string[] = [];
  const app = await createHttpApp({
    title: 'test',
    description: 'test',
    settings,
    bodyLimitBytes: 1000,
    logTo: { write: (line) => void log.push(line) },
  });
  open.push(app);
  const reasons: string[] = [];
  addOperations(app, { notReadyBecause: () => reasons, processMetrics: false });
  app.get('/fail', () => {
    throw new Error('a detail that is nobody else’s business');
  });
  app.get('/busy', () => {
    throw new Problem('busy', { status: 503, title: 'Busy', retryAfterS: 7 }, 'come back', { more: 1 });
  });
  return {
    app,
    log,
    reasons,
    listen: async () => {
      await app.listen({ host: '127.0.0.1', port: 0 });
      return (app.server.address() as AddressInfo).port;
    },
  };
}

/** Sends text and gives all that comes until the other side closes. */
function raw(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(text));
    let answer = '';
    socket.on('data', (data) => (answer += data.toString()));
    socket.on('close', () => {
      resolve(answer);
    });
    socket.on('error', reject);
  });
}

test('a mistake of ours is logged, and told to nobody', async () => {
  const { app, log } = await start();
  const answer = await app.inject('/fail');
  expect(answer.json()).toEqual({
    type: 'urn:hyperion:problem:internal-error',
    code: 'internal-error',
    title: 'The service made a mistake',
    status: 500,
    detail: 'the log of the service says more',
  });
  expect(log.join('')).toContain('nobody else’s business');
});

test('a refusal says when to come back', async () => {
  const { app, log } = await start();
  const answer = await app.inject('/busy');
  expect(answer.headers['retry-after']).toBe('7');
  expect(answer.json()).toMatchObject({ code: 'busy', status: 503, detail: 'come back', more: 1 });
  expect(log).toEqual([]);
});

test('what is no HTTP gets a problem', async () => {
  const { listen } = await start();
  const answer = await raw(await listen(), 'HELLO\r\n\r\n');
  expect(answer).toMatch(/^HTTP\/1\.1 400 /);
  expect(answer).toContain('"code":"invalid-request"');
});

test('headers without end get a problem', async () => {
  const { listen } = await start();
  const answer = await raw(
    await listen(),
    `GET /health HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`,
  );
  expect(answer).toMatch(/^HTTP\/1\.1 431 /);
  expect(answer).toContain('"code":"headers-too-large"');
});

test.each([
  ['headers', 'GET /health HTTP/1.1\r\nHost: a\r\n'],
  [
    'a body',
    'POST /health HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\nContent-Type: text/plain\r\n\r\nabc',
  ],
])(
  'a client that does not finish %s is sent away',
  async (_what, text) => {
    const { listen } = await start({ HTTP_TIMEOUT: '1s' });
    const answer = await raw(await listen(), text);
    expect(answer).toMatch(/^HTTP\/1\.1 40[48] /);
  },
  30_000,
);

test('a service that should get no requests says why', async () => {
  const { app, reasons } = await start();
  expect((await app.inject('/ready')).json()).toEqual({ status: 'ok', reasons: [] });
  reasons.push('the disk failed');
  const answer = await app.inject('/ready');
  expect(answer.statusCode).toBe(503);
  expect(answer.json()).toEqual({ status: 'not ready', reasons: ['the disk failed'] });
});

test('TLS by switch', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'tls-'));
  try {
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    const subject = ['-subj', '/CN=localhost', '-days', '1'];
    execFileSync(
      'openssl',
      [
        'req',
        '-x509',
        '-newkey',
        'ec',
        '-pkeyopt',
        'ec_paramgen_curve:P-256',
        '-nodes',
        '-keyout',
        key,
        '-out',
        cert,
        ...subject,
      ],
      { stdio: 'ignore' },
    );
    const { listen } = await start({ TLS_CERT_FILE: cert, TLS_KEY_FILE: key });
    const port = await listen();
    const status = await new Promise((resolve, reject) => {
      // The certificate is its own issuer; what is tested is that TLS is spoken.
      request({ port, path: '/health', rejectUnauthorized: false, agent: false }, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      })
        .on('error', reject)
        .end();
    });
    expect(status).toBe(200);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

/**
 * A real HAProxy takes our configuration and serves TLS in front of two pods that it finds by DNS; one of them dies and
 * requests go on. HAProxy is Debian's 2.6, which is older than the catalogue's.
 */
import { spawnSync } from 'node:child_process';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { connect } from 'node:tls';
import { setTimeout as sleep } from 'node:timers/promises';
import { CATALOG } from '../../constructs/core/catalog';
import { HAPROXY_PORTS } from '../../constructs/ingress/haproxy-config';
import { configFile, sampleHAProxy } from '../constructs/ingress/haproxy-sample';
import { haproxy as haproxyTool } from '../tools/haproxy';
import { tool } from '../tools/obtain';
import { proof } from '../tools/proof';
import { DOOR, LoopbackHAProxy, POD_ADDRESSES, TestBackend } from './haproxy/loopback-haproxy';
import { serialOf } from './kafka/certificates';

jest.setTimeout(60_000);

const HOSTS = ['shop.example.com', 'ledger.example.com'];
const LEDGER_PORT = 8001;
const HTTPS_PORT = 8443;
/** Over ten seconds: so few that this machine asks more in that time. */
const REQUESTS_PER_SECOND = 10;
/** Who may come: each address is counted by itself. */
const [GUEST, GREEDY, STRANGER] = ['127.0.0.1', '127.0.0.3', '127.0.0.9'] as const;
const CROWD = '127.7.0.';

interface Answer {
  readonly status: number;
  readonly pod: string | undefined;
  readonly location: string | undefined;
  readonly text: string;
}

proof(
  ['haproxy'],
  `HAProxy with our configuration [substitute: ${haproxyTool.version} for ${CATALOG.haproxy.version}]`,
  () => {
    const sample = sampleHAProxy(
      {},
      (routes) => routes.map((route) => ({ ...route, requestsPerSecond: REQUESTS_PER_SECOND })),
      [`${GUEST}/32`, `${GREEDY}/32`, `${CROWD}0/24`],
    );
    const pods = POD_ADDRESSES.map((address) => new TestBackend(address));
    let haproxy: LoopbackHAProxy;

    const ask = (from: string, host: string, path = '/'): Promise<Answer> =>
      new Promise((resolve, reject) => {
        httpsRequest(
          {
            host: DOOR,
            port: HTTPS_PORT,
            path,
            localAddress: from,
            headers: { host, 'x-forwarded-for': '10.9.9.9' },
            ca: haproxy.authority,
            servername: HOSTS[0],
            agent: false,
          },
          (response) => {
            resolve(answerOf(response));
          },
        )
          .once('error', reject)
          .end();
      });
    const askPlainly = (port: number, path: string, host = HOSTS[1]): Promise<Answer> =>
      new Promise((resolve, reject) => {
        httpRequest({ host: DOOR, port, path, headers: { host }, agent: false }, (response) => {
          resolve(answerOf(response));
        })
          .once('error', reject)
          .end();
      });
    const metric = async (name: RegExp): Promise<string | undefined> =>
      name.exec((await askPlainly(HAPROXY_PORTS.metrics, '/metrics')).text)?.[1];
    /** Until HAProxy's own checks say that so many pods are well. */
    const untilWell = async (count: number): Promise<void> => {
      await until(
        async () => (await metric(/haproxy_backend_active_servers\{proxy="ledger"\} (\d+)/)) === `${count}`,
      );
    };

    beforeAll(async () => {
      haproxy = new LoopbackHAProxy(
        await tool('haproxy'),
        ['haproxy.cfg', 'haproxy.sh'].map((name) => ({ name, text: configFile(sample, name) })),
      );
      haproxy.renewCertificate(HOSTS);
      for (const pod of pods) await pod.listen(LEDGER_PORT);
      await haproxy.start();
      await until(async () => (await askPlainly(HAPROXY_PORTS.metrics, '/healthz')).status === 200);
      await untilWell(2);
    });
    afterAll(async () => {
      await haproxy.stop();
      for (const pod of pods) await pod.die();
      haproxy.cleanUp();
    });

    it('accepts the file, and warns only of names that are not there yet', async () => {
      const { status, stderr } = spawnSync(await tool('haproxy'), ['-c', '-f', haproxy.configuration], {
        encoding: 'utf8',
      });
      const warnings = stderr.split('\n').filter((line) => /WARNING|ALERT/.test(line));
      expect(status).toBe(0);
      expect(warnings.filter((line) => !line.includes('could not resolve address'))).toEqual([]);
    });

    it('ends TLS and finds both pods by DNS; believes nobody who says whom he speaks for', async () => {
      const answers = await Promise.all(Array.from({ length: 20 }, () => ask(GUEST, 'ledger.example.com')));
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
      expect(new Set(answers.map(({ pod }) => pod))).toEqual(new Set(POD_ADDRESSES));
      expect(JSON.parse(answers[0]?.text ?? '')).toMatchObject({
        'x-forwarded-for': GUEST,
        'x-forwarded-proto': 'https',
      });
    });

    it('speaks no TLS below 1.2', async () => {
      const refusal = await new Promise<string>((resolve) => {
        const socket = connect({
          host: DOOR,
          port: HTTPS_PORT,
          ca: haproxy.authority,
          servername: HOSTS[0],
          maxVersion: 'TLSv1.1',
          minVersion: 'TLSv1.1',
          ciphers: 'DEFAULT@SECLEVEL=0',
        });
        socket.once('secureConnect', () => {
          resolve('accepted');
        });
        socket.once('error', (error: Error) => {
          resolve(error.message);
        });
      });
      expect(refusal).toMatch(/alert protocol version|alert number 70/);
    });

    it('sends plain HTTP to TLS, with method and body', async () => {
      const { status, location } = await askPlainly(HAPROXY_PORTS.redirect, '/a?b=c');
      expect({ status, location }).toEqual({ status: 308, location: 'https://ledger.example.com/a?b=c' });
    });

    it('knows its hosts and its guests', async () => {
      expect((await ask(GUEST, 'other.example.com')).status).toBe(404);
      expect((await ask(STRANGER, 'ledger.example.com')).status).toBe(403);
      // Nothing stands behind it here.
      expect((await ask(GUEST, 'shop.example.com')).status).toBe(503);
    });

    it('gives 429 to a source that asks too much, and to nobody else', async () => {
      const statuses = new Set<number>();
      await until(async () => {
        const some = await Promise.all(Array.from({ length: 25 }, () => ask(GREEDY, 'ledger.example.com')));
        for (const { status } of some) statuses.add(status);
        return statuses.has(429);
      });
      expect(statuses).toEqual(new Set([200, 429]));
      expect((await ask(`${CROWD}1`, 'ledger.example.com')).status).toBe(200);
      expect(
        Number(await metric(/haproxy_backend_requests_denied_total\{proxy="ledger"\} (\d+)/)),
      ).toBeGreaterThan(0);
    });

    it('goes on when one of two pods dies: no request is refused', async () => {
      const [first] = pods;
      const statuses = new Set<number>();
      let death: Promise<void> | undefined;
      for (let asked = 0; asked < 200; asked += 1) {
        if (asked === 20) death = first?.die();
        statuses.add((await ask(`${CROWD}${asked + 1}`, 'ledger.example.com')).status);
      }
      await death;
      expect(statuses).toEqual(new Set([200]));
      await untilWell(1);
      expect((await ask(`${CROWD}1`, 'ledger.example.com')).pod).toBe(POD_ADDRESSES[1]);
    });

    it('gives its metrics', async () => {
      const { text } = await askPlainly(HAPROXY_PORTS.metrics, '/metrics');
      expect(text).toMatch(/^haproxy_process_max_connections 4000$/m);
      expect(text).toMatch(/^haproxy_server_status\{proxy="ledger",server="ledger-\d",state="DOWN"\} 1$/m);
      expect((await askPlainly(HAPROXY_PORTS.metrics, '/stats')).status).toBe(404);
    });

    it('serves a renewed certificate without a restart', async () => {
      const renewed = serialOf(haproxy.dir, haproxy.renewCertificate(HOSTS));
      await until(async () => (await servedSerial(haproxy.authority)) === renewed);
      expect(haproxy.exitCode).toBeNull();
      expect((await ask(GUEST, 'ledger.example.com')).status).toBe(200);
    });

    it('ends when it is told to, even while it reloads, and says so with its exit code', async () => {
      haproxy.reload();
      expect(await haproxy.stop()).toBe(0);
    });
  },
);

function answerOf(response: IncomingMessage): Promise<Answer> {
  return new Promise((resolve, reject) => {
    let text = '';
    response
      .setEncoding('utf8')
      .on('data', (chunk: string) => {
        text += chunk;
      })
      .once('error', reject)
      .once('end', () => {
        const pod = response.headers['x-pod'];
        resolve({
          status: response.statusCode ?? 0,
          pod: typeof pod === 'string' ? pod : undefined,
          location: response.headers.location,
          text,
        });
      });
  });
}

function servedSerial(ca: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect({ host: DOOR, port: HTTPS_PORT, ca, servername: HOSTS[0] }, () => {
      resolve(socket.getPeerCertificate().serialNumber);
      socket.end();
    });
    socket.once('error', () => {
      resolve('');
    });
  });
}

/** A refused connection counts as not yet. */
async function until(holds: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (!(await holds().catch(() => false))) {
    if (Date.now() > deadline) throw new Error('it did not come to that');
    await sleep(100);
  }
}

/**
 * The path of a line in `anton`, from the push to the bucket and back: nginx with the rendered gateway, Loki with the
 * rendered configuration, Ceph with its S3 gateway, and the real canary. What the configurations differ in is in
 * `gateway/`. Left out: Alloy, which no registry has.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { parsedManifests, synthesisOf } from '../environments';
import { at } from '../systems/documented-figures/figure';
import { tool } from '../tools/obtain';
import { proof } from '../tools/proof';
import { LoopbackProgram } from './flows/loopback-program';
import { freePort } from './free-port';
import { GatewayProcess } from './gateway/gateway-process';
import { LogClient, nanoseconds, type NumberedLine } from './gateway/log-client';
import { LokiProcess } from './gateway/loki-process';
import { CephCluster } from './stores/ceph-cluster';

jest.setTimeout(300_000);

const LINES = 100_000;
const LINES_PER_PUSH = 1000;
const APPS = 5;
const MS_PER_HOUR = 3_600_000;
/** Past a retention of a day, and within the documented one of a week. */
const OLD_HOURS = 150;
const WAIT_MS = 120_000;

proof(
  ['nginx', 'loki', 'ceph'],
  'a line in anton: gateway, Loki, Ceph RGW [substitutes: nginx 1.22.1 for 1.30.4, Ceph 16 of Debian for Rook’s]',
  () => {
    const stopping: (() => Promise<void>)[] = [];
    let ceph: CephCluster;
    let loki: LokiProcess;
    let gateway: GatewayProcess;
    let client: LogClient;
    // Lines have times of their own, a millisecond apart, up to a minute ago.
    const end = Date.now() - 60_000;
    const times = Array.from({ length: LINES }, (_, i) => nanoseconds(end - LINES + i));
    const all: readonly NumberedLine[] = times.map((time, number) => ({ number, time }));
    const [from, to] = [nanoseconds(end - LINES), nanoseconds(end)];
    const old = { number: -1, time: nanoseconds(end - OLD_HOURS * MS_PER_HOUR) };
    const everyNumber = all.map(({ number }) => number);

    const file = (path: string): string => {
      const text = synthesisOf('anton').files.get(path);
      if (text === undefined) throw new Error(`anton has no file ${path}`);
      return text;
    };
    const oldNumbers = (): Promise<number[]> =>
      client.numbers('{app="old"}', old.time - 1n, old.time + nanoseconds(1000));

    beforeAll(async () => {
      ceph = await CephCluster.start();
      stopping.push(() => ceph.stop());
      const keys = { chunks: await ceph.newBucket('loki-chunks'), ruler: await ceph.newBucket('loki-ruler') };
      loki = await LokiProcess.make({ config: file('config/loki/config.yaml'), ceph, keys });
      stopping.push(() => loki.stop());
      await loki.start();
      gateway = await GatewayProcess.start({
        config: file('config/loki-gateway/nginx.conf'),
        loki: { port: loki.port, addresses: ['127.0.0.1'] },
      });
      stopping.push(() => gateway.stop());
      client = new LogClient(gateway.url);
    });
    afterAll(async () => {
      for (const stop of stopping.reverse()) await stop();
    });

    test(`${LINES} lines go in through the push API, and every one is found, once, in order`, async () => {
      // Found only from the bucket: what is older than three hours, Loki does not ask its memory for.
      await client.push({ app: 'old' }, [old]);
      const pushes = Array.from({ length: LINES / LINES_PER_PUSH }, (_, i) =>
        all.slice(i * LINES_PER_PUSH, (i + 1) * LINES_PER_PUSH),
      );
      for (const [index, lines] of pushes.entries()) await client.push({ app: `app-${index % APPS}` }, lines);
      expect(await client.numbers('{app=~"app-.+"}', from, to)).toEqual(everyNumber);
      expect(await client.count('{app=~"app-.+"}', 3600)).toBe(LINES);
    });

    test('Loki is restarted with an empty volume: every line is found, from the bucket alone', async () => {
      await loki.endAndForget();
      expect((await ceph.objects('loki-chunks')).filter((name) => name.startsWith('fake/'))).not.toEqual([]);
      await loki.start();
      expect(await client.numbers('{app=~"app-.+"}', from, to)).toEqual(everyNumber);
      expect(await oldNumbers()).toEqual([-1]);
    });

    test('the canary finds every line that it writes, by query and in the live tail', async () => {
      const canary = new LoopbackProgram();
      const port = await freePort();
      const url = `http://127.0.0.1:${port}/metrics`;
      const deployment = parsedManifests('anton').find(
        (object) => object.kind === 'Deployment' && at(object, 'metadata', 'name') === 'loki-canary',
      );
      const rendered = at(deployment, 'spec', 'template', 'spec', 'containers', 0, 'args') as string[];
      const args = rendered.map((argument) =>
        argument
          .replace(/^-addr=.*/, `-addr=${new URL(gateway.url).host}`)
          .replace(/^-port=.*/, `-port=${port}`)
          .replace('$(POD_NAME)', 'canary-0'),
      );
      // Ten lines a second for one, and looked for after seconds for a minute.
      const sooner = ['-interval=100ms', '-wait=5s', '-pruneinterval=2s', '-max-wait=20s'];
      try {
        await canary.start([await tool('loki', 'loki-canary'), ...args, ...sooner], url);
        const value = async (name: string): Promise<number> =>
          Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(await (await fetch(url)).text())?.[1]);
        await until(async () => (await value('loki_canary_response_latency_seconds_count')) >= 100);
        expect(await value('loki_canary_entries_total')).toBeGreaterThanOrEqual(100);
        for (const missing of [
          'loki_canary_missing_entries_total',
          'loki_canary_websocket_missing_entries_total',
          'loki_canary_spot_check_missing_entries_total',
          'loki_canary_unexpected_entries_total',
          'loki_canary_duplicate_entries_total',
        ])
          expect([missing, await value(missing)]).toEqual([missing, 0]);
      } finally {
        await canary.stop();
      }
    });

    test('Loki has the metrics that alerts and dashboards ask for, and none of the document’s other name', async () => {
      // Refused for its age: the first line that is discarded brings the metric.
      await expect(
        client.push({ app: 'older' }, [{ number: 0, time: nanoseconds(end - 200 * MS_PER_HOUR) }]),
      ).rejects.toThrow('400');
      const metrics = await (await fetch(`${loki.url}/metrics`)).text();
      const asked = [...synthesisOf('anton').files]
        .filter(
          ([path, text]) => path.startsWith('config/loki-grafana/') || text.includes('kind: PrometheusRule'),
        )
        .map(([, text]) => text)
        .join('\n');
      // Alloy's own begin with `loki_`, too.
      const names = new Set(asked.match(/\bloki_(?!api|canary|process|source|write)[a-z_]+/g));
      expect(names.size).toBeGreaterThanOrEqual(9);
      expect([...names].filter((name) => !new RegExp(`^${name}[{ ]`, 'm').test(metrics))).toEqual([]);
      expect(metrics).not.toContain('loki_request_total');
    });

    test('what is past its retention is deleted by the compactor, and nothing else', async () => {
      await loki.endAndForget();
      const before = await ceph.objects('loki-chunks');
      const chunks = (objects: readonly string[]): number =>
        objects.filter((name) => name.startsWith('fake/')).length;
      await loki.start('shortened');
      await until(async () => (await oldNumbers()).length === 0);
      await until(async () => chunks(await ceph.objects('loki-chunks')) === chunks(before) - 1);
      expect(await client.numbers('{app=~"app-.+"}', from, to)).toEqual(everyNumber);
    });
  },
);

async function until(holds: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + WAIT_MS;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`not within ${WAIT_MS} ms: ${holds.toString()}`);
    await sleep(250);
  }
}

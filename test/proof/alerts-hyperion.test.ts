/**
 * The stores of `hyperion-dev` and its alerting on the loopback cluster, with the environment's own rules in a real vmalert on a
 * real VictoriaMetrics: each fault makes the alert fire that says so, and not before. [substitute: single node for the cluster
 * programs]
 */
import { proof } from '../tools/proof';
import { twice, WatchedEnvironment } from './watch/watched-environment';

const ENVIRONMENT = 'hyperion-dev';
const READY_MS = 3 * 60_000;
const DAY_MS = 24 * 3_600_000;
/** Longer than the store keeps metrics, and longer ago than Loki takes a line. */
const LONG_AGO_MS = 60 * DAY_MS;
/** More than somebody mistypes. */
const UNKNOWN_TOKENS = 20;
const STORES = [
  'loki',
  'victoria-metrics-insert',
  'victoria-metrics-select',
  'victoria-metrics-storage',
  'vmauth',
];
const ALERTING = ['vmalert', 'alertmanager'];

jest.setTimeout(4 * 60_000);

proof(
  ['sandbox', 'loki', 'victoria-metrics', 'alertmanager', 'azurite'],
  'alerts of hyperion-dev, by real faults',
  () => {
    const watched = new WatchedEnvironment();
    const { faults } = watched;

    beforeAll(
      () =>
        watched.start({
          environment: ENVIRONMENT,
          only: [...STORES, ...ALERTING],
          readyMs: READY_MS,
          watcher: 'victoria-metrics',
          rules: 'config/vmalert/rules.yml',
          labels: { cluster: ENVIRONMENT, environment: 'dev' },
        }),
      READY_MS + 60_000,
    );
    afterAll(() => watched.stop());

    const askDoor = (token: string): Promise<number> =>
      watched.ask('vmauth', 8427, '/api/v1/query?query=up', {
        headers: { authorization: `Bearer ${token}` },
      });

    test('in peace every rule can be evaluated', async () => {
      await faults.fires('Watchdog', {});
      expect(await watched.watch.failures()).toEqual([]);
    });

    test('a log line that is too old to be taken', async () => {
      const line = {
        streams: [
          { stream: { service_name: 'test' }, values: [[`${Date.now() - LONG_AGO_MS}000000`, 'too late']] },
        ],
      };
      await faults.makesFire('LinesDiscarded', { reason: 'greater_than_max_sample_age' }, () =>
        twice(async () => {
          const status = await watched.ask('loki', 3100, '/loki/api/v1/push', {
            method: 'POST',
            headers: { 'content-type': 'application/json' },
            body: JSON.stringify(line),
          });
          expect(status).toBe(400);
        }),
      );
    });

    test('a sample from before the retention', async () => {
      await faults.makesFire('MetricsStoreIgnoresSamples', { component: 'victoria-metrics-storage' }, () =>
        twice(async () => {
          const path = `/insert/0/prometheus/api/v1/import/prometheus?timestamp=${Date.now() - LONG_AGO_MS}`;
          const status = await watched.ask('victoria-metrics-insert', 8480, path, {
            method: 'POST',
            body: 'too_late 1\n',
          });
          expect(status).toBe(204);
        }),
      );
    });

    test('tokens that nobody has', async () => {
      await faults.makesFire('DoorRefusesTokens', { component: 'vmauth' }, () =>
        twice(async () => {
          // At once: vmauth lets whoever has no right wait for some seconds.
          const tokens = Array.from({ length: UNKNOWN_TOKENS }, (_, i) => `nobodys-${i}`);
          const answers = await Promise.all(tokens.map(askDoor));
          expect(new Set(answers)).toEqual(new Set([401]));
        }),
      );
    });

    test('a log store that is away', async () => {
      await faults.makesFire('ComponentDown', { component: 'loki' }, () => watched.cluster.hold('loki'));
      await watched.cluster.release('loki');
      await faults.ends('ComponentDown', { component: 'loki' });
    });

    test('a metrics store that does not answer: the door says so, and so does who evaluates rules', async () => {
      await faults.makesFire('DoorBackendFails', { username: 'grafana' }, async () => {
        await watched.cluster.hold('victoria-metrics-select');
        await twice(() => askDoor(watched.cluster.secret('vmauth-grafana-token')));
      });
      await faults.fires('RulesFail', { component: 'vmalert' });
      await watched.cluster.release('victoria-metrics-select');
    });

    test('an Alertmanager that is away', async () => {
      await faults.makesFire('AlertsNotSent', { component: 'vmalert' }, () =>
        watched.cluster.hold('alertmanager'),
      );
      await watched.cluster.release('alertmanager');
    });

    test('every fault had its alert', () => {
      process.stderr.write(`\nfired by real faults: ${[...faults.fired].join(', ')}\n`);
      expect(faults.fired.size).toBeGreaterThanOrEqual(8);
    });
  },
);

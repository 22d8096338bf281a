/**
 * `telemetry-dev` on the loopback cluster, with its own rules in a real Prometheus: parts of it are taken away, and it is given what
 * it must refuse; each time the alert fires that says so, and not before.
 */
import { proof } from '../tools/proof';
import { twice, WatchedEnvironment } from './watch/watched-environment';

const READY_MS = 2 * 60_000;
/** Alertmanager tries for the interval of the group, two minutes, before it counts a failure. */
const GIVES_UP_MS = 200_000;
const TOPIC = 'telemetry';

jest.setTimeout(4 * 60_000);

proof(
  ['sandbox', 'telemetry-services', 'influxdb', 'prometheus', 'alertmanager', 'postgresql'],
  'alerts of telemetry-dev, by real faults',
  () => {
    const watched = new WatchedEnvironment();
    const { faults } = watched;

    beforeAll(
      () =>
        watched.start({
          environment: 'telemetry-dev',
          readyMs: READY_MS,
          watcher: 'prometheus',
          rules: 'config/prometheus/rules.yml',
        }),
      READY_MS + 60_000,
    );
    afterAll(() => watched.stop());

    const authorization = (): Record<string, string> => ({
      authorization: `Bearer ${watched.cluster.secret('telemetry-service-token')}`,
    });

    /** Now, or so long ago. */
    const reading = (ageMs = 0): object => ({
      metric: 'DCGM_FI_DEV_GPU_TEMP',
      timeUs: (Date.now() - ageMs) * 1000,
      value: 61,
      tags: { uuid: 'GPU-1', gpu_id: '1', hostname: 'host-1' },
    });

    const send = (...readings: readonly object[]): Promise<number> =>
      watched.ask('telemetry-pipeline/streamer', 8080, '/readings', {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...authorization() },
        body: JSON.stringify({ readings }),
      });

    test('in peace every rule can be evaluated, and none fires but the watchdog', async () => {
      await twice(() => send(reading()));
      await faults.nothingButTheWatchdog(['NotificationsFail']);
    });

    test('rows that are no readings', async () => {
      await faults.makesFire('RowsRejected', { component: 'streamer', source: 'http' }, () =>
        twice(() => send(reading(), { metric: 'no value' })),
      );
    });

    test('messages that no collector understands', async () => {
      await faults.makesFire('DeadLettersGrow', { component: 'msg-queue' }, () =>
        twice(async () => {
          const status = await watched.ask(
            'telemetry-pipeline/msg-queue-proxy',
            8080,
            `/topics/${TOPIC}/messages`,
            {
              method: 'POST',
              headers: { 'content-type': 'text/plain', ...authorization() },
              body: 'no reading',
            },
          );
          expect(status).toBe(202);
        }),
      );
    });

    test('readings older than the store keeps them', async () => {
      const tenDays = 10 * 24 * 3_600_000;
      await faults.makesFire('PointsDropped', { component: 'influxdb' }, () =>
        twice(() => send(reading(tenDays))),
      );
    });

    test('a store that is away: the collector gives up on it, and the API answers with errors', async () => {
      await faults.makesFire('StoreBreakerOpen', { component: 'collector' }, async () => {
        await watched.cluster.hold('influxdb');
        await send(reading());
      });
      await twice(() =>
        watched.ask('telemetry-view/api', 8080, '/v1/devices', {
          headers: { 'x-api-key': watched.cluster.secret('api-key') },
        }),
      );
      await faults.fires('ApiErrors', { component: 'api' });
      await faults.fires('ComponentDown', { component: 'influxdb' });
      await watched.cluster.release('influxdb');
      await faults.ends('ComponentDown', { component: 'influxdb' });
      await faults.ends('StoreBreakerOpen', { component: 'collector' });
    });

    test('a broker that is away: the proxy says so, and senders are refused', async () => {
      await faults.makesFire('BrokerTakesNothing', { component: 'msg-queue-proxy' }, () =>
        watched.cluster.hold('msg-queue'),
      );
      await twice(() => send(reading()));
      await faults.fires('ReadingsRefused', { component: 'streamer' });
      await faults.fires('ComponentDown', { component: 'msg-queue' });
      await watched.cluster.release('msg-queue');
      await faults.ends('BrokerTakesNothing', { component: 'msg-queue-proxy' });
    });

    test('a receiver of alerts that cannot be reached: the dead-man switch gets no message out of here', async () => {
      await faults.fires(
        'NotificationsFail',
        { component: 'alertmanager', integration: 'webhook' },
        GIVES_UP_MS,
      );
    });

    test('every fault had its alert', () => {
      process.stderr.write(`\nfired by real faults: ${[...faults.fired].join(', ')}\n`);
      expect(faults.fired.size).toBeGreaterThanOrEqual(10);
    });
  },
);

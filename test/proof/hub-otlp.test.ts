/**
 * The door of a whole hub that also keeps logs and traces, at a real vmauth: OTLP of the clusters that send some reaches
 * the store of its signal with the path that the store listens on, and nobody else's does. Loki and Tempo themselves are
 * not run here: recording servers stand behind the door.
 */
import { Duration, Size } from 'cdk8s';
import { Vmauth } from '../../constructs/store/vmauth';
import { clusterToken } from '../../constructs/systems/hub-and-spoke-clusters';
import { HUB_INFRA } from '../../stacks/environments/hub-infra';
import { builtHub } from '../constructs/systems/hub-and-spoke-fixture';
import { proof } from '../tools/proof';
import { HubDoor } from './hub/hub-door';
import { RecordingServer } from './hub/recording-server';
import { valueOf } from './hub/rendered-container';

const SENDING = 'dev';
const SILENT = 'staging';

const platform = builtHub({
  ...HUB_INFRA,
  spokes: HUB_INFRA.spokes.map((cluster) =>
    cluster.name === SENDING
      ? {
          ...cluster,
          sends: { logs: { perSecond: 500, bytesEach: 350 }, traces: { perSecond: 200, bytesEach: 500 } },
        }
      : cluster,
  ),
  logs: { retention: Duration.days(7), volume: Size.gibibytes(20), schemaFrom: '2026-01-01' },
  traces: { retention: Duration.days(3), volume: Size.gibibytes(20) },
});

proof(['victoria-metrics'], 'OTLP through the hub’s door (real vmauth, the rendered hub)', () => {
  const door = new HubDoor();
  const loki = new RecordingServer({ status: 204, text: '' });
  const tempo = new RecordingServer({ status: 200, text: '{}' });

  beforeAll(async () => {
    await loki.start();
    await tempo.start();
    const vmauth = platform.components.find(
      (component): component is Vmauth => component instanceof Vmauth && component.node.id === 'vmauth',
    );
    if (vmauth === undefined) throw new Error('the hub has a door');
    const service = (name: string, port: number): string =>
      `http://${name}.monitoring.svc.cluster.local:${port}`;
    await door.start(
      { platform, vmauth },
      { [service('loki', 3100)]: loki.url, [service('tempo', 4318)]: tempo.url },
    );
  });
  afterAll(async () => {
    await door.stop();
    await loki.stop();
    await tempo.stop();
  });

  const send = (signal: string, token: string | undefined): Promise<number> =>
    door.ask({ method: 'POST', path: `/v1/${signal}`, body: signal, token }).then(({ status }) => status);
  const tokenOf = (name: string): string => valueOf(clusterToken({ name }).name);

  test('logs reach Loki, traces Tempo, each by the store’s own path', async () => {
    expect([await send('logs', tokenOf(SENDING)), await send('traces', tokenOf(SENDING))]).toEqual([
      204, 200,
    ]);
    expect(loki.arrivals.map(({ method, path, body }) => ({ method, path, body }))).toEqual([
      { method: 'POST', path: '/otlp/v1/logs', body: 'logs' },
    ]);
    expect(tempo.arrivals.map(({ method, path, body }) => ({ method, path, body }))).toEqual([
      { method: 'POST', path: '/v1/traces', body: 'traces' },
    ]);
  });

  test('a cluster that declares none is refused, and so is somebody without a token, or with a signal of no store', async () => {
    const before = loki.arrivals.length + tempo.arrivals.length;
    expect(await send('logs', tokenOf(SILENT))).toBe(400);
    expect(await send('logs', undefined)).toBe(401);
    expect(await send('metrics', tokenOf(SENDING))).toBe(400);
    expect(loki.arrivals.length + tempo.arrivals.length).toBe(before);
  });
});

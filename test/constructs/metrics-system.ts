/**
 * A metrics store with everything that belongs to it, wired as a system wires it: for the tests of its components.
 */
import { Duration, Size } from 'cdk8s';
import { Alertmanager, type AlertmanagerProps } from '../../constructs/alert/alertmanager';
import { Vmalert, type VmalertProps } from '../../constructs/alert/vmalert';
import { Vmagent, type VmagentProps } from '../../constructs/collect/vmagent';
import { AuthScheme } from '../../constructs/core/credential';
import { Delivery } from '../../constructs/core/delivery';
import type { BlobContainer } from '../../constructs/core/object-store';
import { External } from '../../constructs/core/party';
import type { Platform, PlatformProps } from '../../constructs/core/platform';
import { SecretRef } from '../../constructs/core/secrets';
import { Workload } from '../../constructs/core/workload';
import { VictoriaMetrics, type VictoriaMetricsProps } from '../../constructs/store/victoria-metrics';
import { Vmauth, type VmauthProps } from '../../constructs/store/vmauth';
import { CONTAINER, TestComponent, testPlatform } from './core/fixture';

export interface MetricsSystemProps {
  readonly platform?: Partial<PlatformProps>;
  readonly store?: Partial<VictoriaMetricsProps>;
  readonly users?: (store: VictoriaMetrics) => VmauthProps['users'];
  readonly door?: Pick<VmauthProps, 'tls'>;
  readonly agent?: Partial<VmagentProps>;
  readonly alerts?: Partial<VmalertProps>;
  readonly alertmanager?: Partial<AlertmanagerProps>;
}

export interface MetricsSystem {
  readonly platform: Platform;
  readonly store: VictoriaMetrics;
  readonly vmauth: Vmauth;
  readonly agent: Vmagent;
  readonly vmalert: Vmalert;
  readonly alertmanager: Alertmanager;
}

const LABELS = { cluster: 'test-cluster', environment: 'test' };
const SLACK = SecretRef.named('slack-webhook');

export const GRAFANA_TOKEN = SecretRef.named('metrics-token-grafana');
export const VMALERT_TOKEN = SecretRef.named('metrics-token-vmalert');

/** Of 3 × 100 GiB, 14 days of 20,000 samples/s in two copies take 60 GiB. */
export function metricsSystem(props: MetricsSystemProps = {}): MetricsSystem {
  const platform = testPlatform({ tier: 'prod', zones: 3, ...props.platform });
  const kubernetesApi = new External(platform, 'kubernetes-api', {
    description: 'The API server',
    cidrs: ['10.0.0.4/32'],
    host: 'kubernetes.default.svc',
  }).listen({
    name: 'https',
    port: 443,
    protocol: 'kubernetes-api',
    signals: ['coordination'],
    access: 'control',
    tls: true,
    auth: AuthScheme.serviceAccountToken(),
  });
  const store = new VictoriaMetrics(platform, 'vm', {
    namespace: 'store',
    retention: Duration.days(14),
    volume: { size: Size.gibibytes(100), storageClass: 'fast' },
    demand: { samplesPerSecond: 20_000, activeSeries: 600_000 },
    ...props.store,
    backup: props.store?.backup ?? { container: blobContainer(platform) },
  });
  const vmauth = new Vmauth(platform, 'vmauth', {
    namespace: 'store',
    ...props.door,
    users: props.users?.(store) ?? {
      grafana: { token: GRAFANA_TOKEN, reads: store.query },
      vmalert: {
        token: VMALERT_TOKEN,
        reads: store.query,
        writes: store.remoteWrite,
        maxConcurrentRequests: 20,
      },
    },
  });
  const alertmanager = new Alertmanager(platform, 'alertmanager', {
    namespace: 'view',
    receivers: { team: [{ kind: 'slack', channel: '#alerts', webhook: SLACK }] },
    routing: { default: 'team' },
    deadMan: { host: 'heartbeat.example.com', url: SecretRef.named('dead-man-switch') },
    receiverCidrs: ['192.0.2.0/24'],
    volume: { size: Size.gibibytes(1), storageClass: 'fast' },
    ...props.alertmanager,
  });
  const vmalert = new Vmalert(platform, 'vmalert', {
    namespace: 'view',
    datasource: vmauth.query,
    remoteWrite: vmauth.remoteWrite,
    credential: { kind: 'bearer', secret: VMALERT_TOKEN },
    alertmanager: alertmanager.api,
    groups: [],
    labels: LABELS,
    ...props.alerts,
  });
  const agent = new Vmagent(platform, 'vmagent', {
    namespace: 'view',
    destinations: [{ remoteWrite: store.remoteWrite }],
    kubernetesApi,
    scrapes: ['store', 'view'],
    labels: LABELS,
    volume: { size: Size.gibibytes(10), storageClass: 'fast' },
    ...props.agent,
  });
  addClients(platform, store, vmauth);
  return { platform, store, vmauth, agent, vmalert, alertmanager };
}

function blobContainer(platform: Platform): BlobContainer {
  const endpoint = new External(platform, 'blob-storage', {
    description: 'Azure Blob Storage',
    cidrs: ['10.9.0.0/24'],
    host: 'account.blob.example.com',
  }).listen({
    name: 'blob',
    port: 443,
    protocol: 'azure-blob',
    signals: ['objects'],
    access: 'write',
    auth: AuthScheme.workloadIdentity(),
    tls: true,
  });
  return {
    kind: 'azure-blob',
    endpoint,
    account: 'account',
    container: 'metrics-backup',
    clientId: 'client-id',
  };
}

/** Whoever writes over OTLP, and whoever asks: without them nobody would use those doors. */
function addClients(platform: Platform, store: VictoriaMetrics, vmauth: Vmauth): void {
  const component = new TestComponent(platform, 'clients', { layer: 'collect' });
  const spec = {
    kind: 'Deployment',
    replicas: 1,
    uid: 10001,
    drainSeconds: 30,
    container: CONTAINER,
  } as const;
  new Workload(component, 'collector', spec).connect(store.otlp, {
    signals: ['metrics'],
    purpose: 'metrics',
    delivery: Delivery.diskQueue(Size.gibibytes(20), 1),
    load: { eventsPerSecond: 20_000, bytesPerSecond: 2_000_000 },
  });
  new Workload(component, 'grafana', spec).connect(vmauth.query, {
    signals: ['queries'],
    purpose: 'dashboards',
    credential: { kind: 'bearer', secret: GRAFANA_TOKEN },
  });
}

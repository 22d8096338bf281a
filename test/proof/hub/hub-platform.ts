/**
 * The doors and the alerting of a hub, made of the constructs that the hub is made of, with the access matrix of the
 * design: what the proofs start on this machine's loopback.
 */
import { Duration, Size } from 'cdk8s';
import { Alertmanager, type AlertmanagerProps } from '../../../constructs/alert/alertmanager';
import type { RuleGroup } from '../../../constructs/alert/rules';
import { Vmalert } from '../../../constructs/alert/vmalert';
import { KubeStateMetrics } from '../../../constructs/collect/kube-state-metrics';
import { NodeExporter } from '../../../constructs/collect/node-exporter';
import { Vmagent } from '../../../constructs/collect/vmagent';
import { External } from '../../../constructs/core/party';
import type { Platform } from '../../../constructs/core/platform';
import { SecretRef } from '../../../constructs/core/secrets';
import { CertificateAuthority } from '../../../constructs/secure/certificate-authority';
import { vmauthUsers, type AccessMatrix } from '../../../constructs/store/access-matrix';
import { VictoriaMetrics } from '../../../constructs/store/victoria-metrics';
import { Vmauth } from '../../../constructs/store/vmauth';
import { hubAccess } from '../../../constructs/systems/hub-and-spoke-access';
import { clusterToken } from '../../../constructs/systems/hub-and-spoke-clusters';
import { kubernetesApi } from '../../../constructs/systems/outside';
import { testPlatform } from '../../constructs/core/fixture';

const NAMESPACE = { namespace: 'monitoring' } as const;
const CLUSTERS = ['dev', 'staging', 'prod'] as const;
export type SpokeName = (typeof CLUSTERS)[number];
const VOLUME = { size: Size.gibibytes(100), storageClass: 'gp3' } as const;
const DEMAND = { samplesPerSecond: 2_400, activeSeries: 80_000 } as const;

export const HUB_MATRIX: AccessMatrix = hubAccess(
  CLUSTERS.map((name) => ({
    name,
    environment: name,
    region: 'eu-central-1',
    cidrs: ['10.0.0.0/16'],
    workload: { nodes: 3, activeSeries: 10_000, samplesPerSecond: 300 },
  })),
);

export interface Hub {
  readonly platform: Platform;
  readonly vmauth: Vmauth;
}

export function hub(): Hub {
  const platform = testPlatform({ tier: 'prod', zones: 3 });
  const { issuer } = new CertificateAuthority(platform, 'hub-ca', NAMESPACE);
  const store = new VictoriaMetrics(platform, 'victoria-metrics', {
    ...NAMESPACE,
    retention: Duration.days(15),
    volume: VOLUME,
    demand: DEMAND,
    backup: 'none',
    names: { insert: 'vminsert', select: 'vmselect', storage: 'vmstorage' },
  });
  const nodes = new NodeExporter(platform, 'node-exporter', { ...NAMESPACE, nodes: ['10.1.0.0/16'] });
  const objects = new KubeStateMetrics(platform, 'kube-state-metrics', {
    ...NAMESPACE,
    kubernetesApi: kubernetesApi(platform, ['10.0.0.4/32']),
  });
  const vmauth = new Vmauth(platform, 'vmauth', {
    ...NAMESPACE,
    tls: { issuer },
    users: vmauthUsers(HUB_MATRIX, {
      vminsert: store.remoteWrite,
      vmselect: store.query,
      exporters: [nodes.metrics, objects.metrics],
    }),
  });
  return { platform, vmauth };
}

/** The hub with its alerting. */
export function alertingHub(
  groups: readonly RuleGroup[],
  alerting: Pick<AlertmanagerProps, 'receivers' | 'routing' | 'silences' | 'grouping'>,
): Hub & { readonly vmalert: Vmalert; readonly alertmanager: Alertmanager } {
  const { platform, vmauth } = hub();
  const { trust } = vmauth;
  if (trust === undefined) throw new Error('the door has no certificate');
  const alertmanager = new Alertmanager(platform, 'alertmanager', {
    ...NAMESPACE,
    ...alerting,
    deadMan: { host: 'heartbeat.example.com', url: SecretRef.named('dead-man-switch') },
    receiverCidrs: ['192.0.2.0/24'],
    volume: { size: Size.gibibytes(1), storageClass: 'gp3' },
    replicas: 2,
  });
  const vmalert = new Vmalert(platform, 'vmalert', {
    ...NAMESPACE,
    datasource: vmauth.query,
    remoteWrite: vmauth.remoteWrite,
    credential: { kind: 'bearer', secret: SecretRef.named('vmauth-vmalert-token') },
    ca: trust,
    alertmanager: alertmanager.api,
    groups,
    labels: { cluster: 'infra', environment: 'infra' },
    interval: Duration.seconds(1),
  });
  return { platform, vmauth, vmalert, alertmanager };
}

/** What a cluster writes with. */
export function spokeAgent(name: SpokeName): { readonly platform: Platform; readonly vmagent: Vmagent } {
  const platform = testPlatform({ tier: 'prod', zones: 3 });
  const token = clusterToken({ name });
  const door = new External(platform, 'hub', {
    description: 'The hub',
    cidrs: ['10.110.0.0/16'],
    host: 'victoria-metrics.infra.service',
  });
  const vmagent = new Vmagent(platform, 'vmagent', {
    ...NAMESPACE,
    destinations: [
      {
        remoteWrite: door.listen({
          name: 'https',
          port: 443,
          protocol: 'prometheus-remote-write',
          signals: ['metrics'],
          access: 'write',
          path: '/api/v1/write',
          tls: true,
        }),
        credential: { kind: 'bearer', secret: token },
        ca: { secretName: 'hub-ca' },
      },
    ],
    kubernetesApi: kubernetesApi(platform, ['10.0.0.4/32']),
    scrapes: [NAMESPACE.namespace],
    labels: { cluster: name, environment: name },
    volume: { size: Size.gibibytes(10), storageClass: 'gp3' },
  });
  return { platform, vmagent };
}

/**
 * A cluster's own agents, as both systems that have them wire them: exporters, and a vmagent that writes to a hub outside.
 */
import { Size } from 'cdk8s';
import type { ClusterScrapes } from '../../../constructs/collect/cluster-scrapes';
import { KubeStateMetrics } from '../../../constructs/collect/kube-state-metrics';
import { NodeExporter } from '../../../constructs/collect/node-exporter';
import { Vmagent, type VmagentProps } from '../../../constructs/collect/vmagent';
import { AuthScheme } from '../../../constructs/core/credential';
import type { Endpoint } from '../../../constructs/core/endpoint';
import { External } from '../../../constructs/core/party';
import type { Platform, PlatformProps } from '../../../constructs/core/platform';
import { kubernetesApi } from '../../../constructs/systems/outside';
import { SecretRef } from '../../../constructs/core/secrets';
import { testPlatform } from '../core/fixture';

export const NODES = ['10.20.0.0/16'];
export const TOKEN = SecretRef.named('hub-token');
export const LABELS = { cluster: 'dev', environment: 'dev' };
export const DEV = { activeSeries: 10_000, samplesPerSecond: 300 };

export interface ClusterAgent {
  readonly platform: Platform;
  readonly api: Endpoint<'coordination', 'kubernetes-api'>;
  readonly cluster: ClusterScrapes;
}

/** The platform with exporters, not yet with somebody who scrapes them. */
export function clusterPlatform(props: Partial<PlatformProps> = {}): ClusterAgent {
  const platform = testPlatform(props);
  const api = kubernetesApi(platform, ['10.20.0.4/32']);
  new NodeExporter(platform, 'node-exporter', { namespace: 'agents', nodes: NODES });
  new KubeStateMetrics(platform, 'kube-state-metrics', { namespace: 'monitoring', kubernetesApi: api });
  const annotatedPods = { cidrs: ['10.30.0.0/16'], ports: [9102, 9113] };
  return { platform, api, cluster: { nodes: NODES, kubernetesApi: api, annotatedPods } };
}

export function hub(
  platform: Platform,
  id = 'hub',
  tls = true,
): Endpoint<'metrics', 'prometheus-remote-write'> {
  return new External(platform, id, {
    description: 'The hub of another cluster',
    cidrs: ['10.1.0.0/24'],
    host: `${id}.example.com`,
  }).listen({
    name: 'https',
    port: 443,
    protocol: 'prometheus-remote-write',
    signals: ['metrics'],
    access: 'write',
    path: '/api/v1/write',
    auth: AuthScheme.secret('bearer', [TOKEN]),
    tls,
  });
}

export function clusterAgent(
  agent: (platform: Platform) => Partial<VmagentProps> = () => ({}),
  props: Partial<PlatformProps> = {},
  declared: Partial<Pick<VmagentProps, 'declared'>> = { declared: DEV },
): ClusterAgent {
  const made = clusterPlatform(props);
  const { platform } = made;
  const given = agent(platform);
  new Vmagent(platform, 'vmagent', {
    namespace: 'monitoring',
    destinations: given.destinations ?? [
      { remoteWrite: hub(platform), credential: { kind: 'bearer', secret: TOKEN } },
    ],
    kubernetesApi: made.api,
    scrapes: ['monitoring', 'agents'],
    cluster: made.cluster,
    ...declared,
    labels: LABELS,
    volume: { size: Size.gibibytes(10), storageClass: 'gp3' },
    ...given,
  });
  return made;
}

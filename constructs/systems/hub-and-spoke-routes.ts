/**
 * Who comes to the hub by which host. A door that only the active hub has leads nowhere at the other one.
 */
import type { LoadBalancerRoute } from '../ingress/aws-load-balancer';
import type { Platform } from '../core/platform';
import type { Vmauth } from '../store/vmauth';
import type { Grafana } from '../view/grafana';
import { hubHosts } from './hub-and-spoke-hosts';
import { agentsOf, people } from './hub-and-spoke-outside';
import type { Cluster, HubProps } from './hub-and-spoke-props';

interface HubEntrances {
  readonly vmauth: Vmauth;
  readonly coldVmauth: Vmauth | undefined;
  readonly grafana: Grafana | undefined;
  /** Whether it keeps logs or traces of other clusters. */
  readonly hasOtlp: boolean;
}

export function hubRoutes(
  platform: Platform,
  { hubs, role, network }: HubProps,
  remote: readonly Cluster[],
  { vmauth, coldVmauth, grafana, hasOtlp }: HubEntrances,
): LoadBalancerRoute[] {
  const hosts = hubHosts(hubs, role);
  const agents = remote.map((cluster) => agentsOf(platform, cluster));
  const operations = people(platform, 'operations', 'The operations team', network.operations);
  const atVmauth = { path: '/health', at: vmauth.health };
  return [
    {
      name: 'victoria-metrics',
      host: hosts.metrics,
      to: [vmauth.remoteWrite, vmauth.query],
      health: atVmauth,
      from: [...agents, operations],
    },
    ...(coldVmauth === undefined
      ? []
      : [
          {
            name: 'victoria-metrics-cold',
            host: hosts.coldMetrics,
            to: [coldVmauth.remoteWrite] as const,
            health: { path: '/health', at: coldVmauth.health },
            from: agents,
          },
        ]),
    ...(hasOtlp
      ? [{ name: 'otlp', host: hosts.otlp, to: [vmauth.otlp] as const, health: atVmauth, from: agents }]
      : []),
    ...(grafana === undefined
      ? []
      : [
          {
            name: 'grafana',
            host: hosts.grafana,
            to: [grafana.web] as const,
            health: { path: '/api/health', at: grafana.web },
            from: [operations, people(platform, 'developers', 'Developers', network.developers)],
          },
        ]),
  ];
}

/**
 * Who comes to Epiphany from outside, and the applications in its cluster, which are not its own.
 */
import { Duration } from 'cdk8s';
import type { Endpoint } from '../core/endpoint';
import { External } from '../core/party';
import type { Platform } from '../core/platform';
import type { HAProxyRoute } from '../ingress/haproxy';
import type { Grafana } from '../view/grafana';
import type { Kibana } from '../view/kibana';
import type { Application, EpiphanyProps } from './epiphany-props';
import { kubernetesApi } from './outside';

export interface EpiphanyOutside {
  readonly clients: External;
  readonly kubernetesApi: Endpoint<'coordination', 'kubernetes-api'>;
  /** By name. */
  readonly applications: ReadonlyMap<string, External>;
  readonly exposed: readonly ExposedApplication[];
}

export interface ExposedApplication {
  readonly name: string;
  readonly subdomain: string;
  readonly healthPath: string;
  readonly web: Endpoint<'web', 'http'>;
}

export function epiphanyOutside(
  platform: Platform,
  { network, applications }: Pick<EpiphanyProps, 'network' | 'applications'>,
): EpiphanyOutside {
  const parties = applications.map((application) => ({
    application,
    party: applicationParty(platform, application),
  }));
  return {
    clients: new External(platform, 'clients', {
      description: 'People and programs that use the applications and look at the pages',
      cidrs: network.clients,
    }),
    kubernetesApi: kubernetesApi(platform, [network.kubernetesApi]),
    applications: new Map(parties.map(({ application, party }) => [application.name, party])),
    exposed: parties.flatMap(({ application: { name, exposed }, party }) =>
      exposed === undefined
        ? []
        : [
            {
              name,
              subdomain: exposed.subdomain,
              healthPath: exposed.healthPath,
              web: party.listen({
                name: 'http',
                port: exposed.port,
                protocol: 'http',
                signals: ['web'],
                access: 'read',
              }),
            },
          ],
    ),
  };
}

/** A search over days of lines takes its time. */
const PAGE_TIMEOUT = Duration.seconds(60);
const APPLICATION_TIMEOUT = Duration.seconds(30);
const REQUESTS_PER_SECOND = 100;

export function epiphanyRoutes(
  host: (name: string) => string,
  { clients, exposed }: EpiphanyOutside,
  pages: { readonly grafana: Grafana; readonly kibana: Kibana },
): HAProxyRoute[] {
  const common = { from: [clients], signals: ['web'], requestsPerSecond: REQUESTS_PER_SECOND } as const;
  return [
    ...exposed.map(({ name, subdomain, healthPath, web }) => ({
      ...common,
      name,
      host: host(subdomain),
      to: web,
      healthPath,
      timeout: APPLICATION_TIMEOUT,
    })),
    {
      ...common,
      name: 'grafana',
      host: host('grafana'),
      to: pages.grafana.web,
      healthPath: '/api/health',
      timeout: PAGE_TIMEOUT,
    },
    {
      ...common,
      name: 'kibana',
      host: host('kibana'),
      to: pages.kibana.web,
      healthPath: '/api/status',
      timeout: PAGE_TIMEOUT,
    },
  ];
}

function applicationParty(platform: Platform, { name, pods, exposed }: Application): External {
  return new External(platform, `application-${name}`, {
    description: `Application ${name}, of a product team`,
    pods,
    ...(exposed === undefined ? {} : { host: exposed.service }),
  });
}

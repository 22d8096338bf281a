import { Duration, Size } from 'cdk8s';
import { CATALOG } from '../../../constructs/core/catalog';
import { cloudRef } from '../../../constructs/core/cloud-ref';
import { complete } from '../../../constructs/core/complete';
import { AuthScheme } from '../../../constructs/core/credential';
import type { Endpoint } from '../../../constructs/core/endpoint';
import { External } from '../../../constructs/core/party';
import type { Platform, Tier } from '../../../constructs/core/platform';
import { SecretRef } from '../../../constructs/core/secrets';
import { Workload } from '../../../constructs/core/workload';
import { AwsLoadBalancer, type LoadBalancerRoute } from '../../../constructs/ingress/aws-load-balancer';
import { evaluate } from '../../../policies/evaluate';
import { ingressTls } from '../../../policies/ingress-tls/rule';
import { CONTAINER, manifest, problemsOf, TestComponent, testPlatform } from '../core/fixture';

const DOOR = { namespace: 'test' } as const;

interface World {
  readonly platform: Platform;
  readonly spokes: External;
  readonly people: External;
  readonly write: Endpoint<'metrics', 'prometheus-remote-write'>;
  readonly query: Endpoint<'queries', 'prometheus-query'>;
  readonly health: Endpoint<'coordination', 'http'>;
  readonly web: Endpoint<'web', 'http'>;
}

function world(tier: Tier = 'dev'): World {
  const platform = testPlatform({ tier });
  const component = new TestComponent(platform, 'doors');
  const spec = {
    kind: 'Deployment',
    replicas: 2,
    uid: 1000,
    drainSeconds: 30,
    container: CONTAINER,
  } as const;
  const vmauth = new Workload(component, 'vmauth', spec);
  const grafana = new Workload(component, 'grafana', {
    ...spec,
    container: {
      ...CONTAINER,
      image: CATALOG.grafana,
      resources: { cpuMillis: 1, memory: Size.mebibytes(1) },
    },
  });
  const auth = AuthScheme.secret('bearer', [SecretRef.named('token')]);
  const door = { name: 'http', port: 8427, tls: true, auth } as const;
  return {
    platform,
    spokes: new External(platform, 'spokes', {
      description: 'Clusters',
      cidrs: ['10.2.0.0/16', '10.1.0.0/16'],
    }),
    people: new External(platform, 'people', { description: 'VPN', cidrs: ['10.9.0.0/24', '10.2.0.0/16'] }),
    write: vmauth.listen({
      ...door,
      protocol: 'prometheus-remote-write',
      signals: ['metrics'],
      access: 'write',
    }),
    query: vmauth.listen({ ...door, protocol: 'prometheus-query', signals: ['queries'], access: 'read' }),
    health: vmauth.listen({
      name: 'internal',
      port: 8426,
      protocol: 'http',
      signals: ['coordination'],
      access: 'control',
    }),
    web: grafana.listen({ name: 'http', port: 3000, protocol: 'http', signals: ['web'], access: 'read' }),
  };
}

function balancer(
  made: World,
  change: { metrics?: Partial<LoadBalancerRoute>; web?: Partial<LoadBalancerRoute> } = {},
): AwsLoadBalancer {
  return new AwsLoadBalancer(made.platform, 'load-balancer', {
    ...DOOR,
    subnets: ['10.0.1.0/24', '10.0.2.0/24'],
    certificateArn: cloudRef(made.platform, 'certificate-arn', 'certificate of the zone'),
    securityGroup: 'sg-0123456789abcdef0',
    routes: [
      {
        name: 'metrics',
        host: 'victoria-metrics.infra.service',
        to: [made.write, made.query],
        health: { path: '/health', at: made.health },
        from: [made.spokes, made.people],
        ...change.metrics,
      },
      {
        name: 'grafana',
        host: 'grafana.infra.service',
        to: [made.web],
        health: { path: '/api/health', at: made.web },
        from: [made.people],
        ...change.web,
      },
    ],
  });
}

describe('two hosts behind one load balancer', () => {
  const made = world('prod');
  const { party } = balancer(made);
  complete(made.platform);

  it('are internal, over TLS 1.2 and newer, for the callers’ addresses; the pods are called over TLS too', () => {
    expect(manifest(made.platform, 'Ingress', 'load-balancer-metrics')).toMatchObject({
      metadata: {
        namespace: 'test',
        annotations: {
          'alb.ingress.kubernetes.io/scheme': 'internal',
          'alb.ingress.kubernetes.io/group.name': 'test',
          'alb.ingress.kubernetes.io/listen-ports': '[{"HTTPS":443}]',
          'alb.ingress.kubernetes.io/ssl-policy': 'ELBSecurityPolicy-TLS13-1-2-Res-2021-06',
          'alb.ingress.kubernetes.io/certificate-arn': '${cloud:certificate-arn}',
          'alb.ingress.kubernetes.io/security-groups': 'sg-0123456789abcdef0',
          'alb.ingress.kubernetes.io/manage-backend-security-group-rules': 'true',
          'alb.ingress.kubernetes.io/load-balancer-attributes':
            'deletion_protection.enabled=true,idle_timeout.timeout_seconds=120,routing.http.drop_invalid_header_fields.enabled=true',
          'alb.ingress.kubernetes.io/target-type': 'ip',
          'alb.ingress.kubernetes.io/backend-protocol': 'HTTPS',
          'alb.ingress.kubernetes.io/healthcheck-protocol': 'HTTP',
          'alb.ingress.kubernetes.io/healthcheck-port': '8426',
          'alb.ingress.kubernetes.io/healthcheck-path': '/health',
          'alb.ingress.kubernetes.io/success-codes': '200',
          'alb.ingress.kubernetes.io/target-group-attributes': 'deregistration_delay.timeout_seconds=30',
        },
      },
      spec: {
        ingressClassName: 'alb',
        tls: [{ hosts: ['victoria-metrics.infra.service'] }],
        rules: [
          {
            host: 'victoria-metrics.infra.service',
            http: {
              paths: [
                {
                  path: '/',
                  pathType: 'Prefix',
                  backend: { service: { name: 'vmauth', port: { number: 8427 } } },
                },
              ],
            },
          },
        ],
      },
    });
  });

  it('share what concerns the load balancer, or the controller would refuse them', () => {
    const shared = /^group|scheme|listen|ssl|certificate|security|manage|load-balancer/;
    const of = (name: string): object => {
      const { metadata } = manifest(made.platform, 'Ingress', name) as unknown as {
        metadata: { annotations: Record<string, string> };
      };
      return Object.fromEntries(
        Object.entries(metadata.annotations).filter(([key]) => shared.test(key.split('/')[1] ?? '')),
      );
    };
    expect(of('load-balancer-metrics')).toEqual(of('load-balancer-grafana'));
    expect(Object.keys(of('load-balancer-grafana'))).toHaveLength(8);
  });

  it('open the pods’ network for the load balancer’s subnets alone', () => {
    expect(manifest(made.platform, 'NetworkPolicy', 'vmauth').spec).toMatchObject({
      ingress: [8426, 8427].map((port) => ({
        from: ['10.0.1.0/24', '10.0.2.0/24'].map((cidr) => ({ ipBlock: { cidr } })),
        ports: [{ port, protocol: 'TCP' }],
      })),
    });
  });

  it('show in the graph who comes by which, and that credentials are passed on', () => {
    const { connections } = made.platform.graph;
    const name = (c: (typeof connections)[number]): string => `${c.from.id} → ${c.to.id} ${c.signals.join()}`;
    expect(connections.filter(({ to }) => to.owner === party).map(name)).toEqual([
      'spokes → load-balancer-addresses/metrics metrics,queries',
      'people → load-balancer-addresses/metrics metrics,queries',
      'people → load-balancer-addresses/grafana web',
    ]);
    const onward = connections.filter(({ from }) => from === party);
    expect(onward.map(name)).toEqual([
      'load-balancer-addresses → vmauth/http metrics',
      'load-balancer-addresses → vmauth/http queries',
      'load-balancer-addresses → vmauth/internal coordination',
      'load-balancer-addresses → grafana/http web',
      'load-balancer-addresses → grafana/http web',
    ]);
    expect(new Set(onward.map(({ credential }) => credential?.kind))).toEqual(new Set(['forwarded']));
    expect(party.reach).toEqual({ kind: 'addresses', cidrs: ['10.0.1.0/24', '10.0.2.0/24'] });
  });

  it('satisfy the rule on TLS by their hosts, also where no certificate excuses them', () => {
    for (const route of ['metrics', 'grafana']) {
      const ingress = manifest(made.platform, 'Ingress', `load-balancer-${route}`);
      const { annotations } = ingress.metadata as { annotations?: Record<string, string> };
      const without = Object.entries(annotations ?? {}).filter(([key]) => !key.endsWith('certificate-arn'));
      const object = {
        ...ingress,
        metadata: { ...ingress.metadata, annotations: Object.fromEntries(without) },
      };
      expect(evaluate([ingressTls], [object], { tier: 'prod', exceptions: [] })).toEqual([]);
    }
  });
});

it('can be deleted in development, and waits as long as it is told', () => {
  const made = world();
  new AwsLoadBalancer(made.platform, 'load-balancer', {
    ...DOOR,
    subnets: ['10.0.1.0/24'],
    certificateArn: 'arn',
    securityGroup: 'sg-0123456789abcdef0',
    idleTimeout: Duration.minutes(5),
    routes: [
      {
        name: 'grafana',
        host: 'g.infra.service',
        to: [made.web],
        health: { path: '/', at: made.web },
        from: [made.people],
      },
    ],
  });
  expect(JSON.stringify(manifest(made.platform, 'Ingress', 'load-balancer-grafana'))).toContain(
    'deletion_protection.enabled=false,idle_timeout.timeout_seconds=300',
  );
});

describe('mistakes', () => {
  it('reports two routes of one host, and a route for nobody', () => {
    const made = world();
    balancer(made, { web: { host: 'victoria-metrics.infra.service', from: [] } });
    expect(problemsOf(made.platform)).toContain(
      [
        'test/load-balancer: routes.grafana.host = "victoria-metrics.infra.service"',
        '  rule:   one host leads to one place',
        '  remedy: give each route a host of its own',
        'test/load-balancer: routes.grafana.from = []',
        '  rule:   a host that nobody calls is of no use: its security group admits the named callers only',
        '  remedy: name who comes by this host',
      ].join('\n'),
    );
  });

  it('reports doors of two workloads, and of two ports', () => {
    const made = world();
    balancer(made, { metrics: { to: [made.write, made.query, made.web] } });
    expect(problemsOf(made.platform)).toContain(
      [
        'test/load-balancer: routes.metrics.to = ["vmauth/http","vmauth/http","grafana/http","vmauth/internal"]',
        '  rule:   a host leads to pods of one workload, which also say whether they are well',
        '  remedy: make a route with a host of its own for each workload of this platform',
      ].join('\n'),
    );
    const other = world();
    balancer(other, { metrics: { to: [other.write, other.query, other.health] } });
    expect(problemsOf(other.platform)).toContain(
      [
        'test/load-balancer: routes.metrics.to = ["vmauth/http:8427","vmauth/http:8427","vmauth/internal:8426"]',
        '  rule:   a host leads to one port',
        '  remedy: make a route with a host of its own for each port',
      ].join('\n'),
    );
  });
});

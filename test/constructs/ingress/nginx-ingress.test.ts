/**
 * The ingress controller: routes with their limits, a load balancer that only the inside reaches, and no more rights
 * than its routes need.
 */
import { Duration, Size } from 'cdk8s';
import { AuthScheme } from '../../../constructs/core/credential';
import { addNetworkAccess } from '../../../constructs/core/network-access';
import { External } from '../../../constructs/core/party';
import type { Platform } from '../../../constructs/core/platform';
import { Workload } from '../../../constructs/core/workload';
import { ApplicationGateway } from '../../../constructs/ingress/application-gateway';
import { NginxIngress, type NginxIngressProps, type Route } from '../../../constructs/ingress/nginx-ingress';
import { CONTAINER, manifest, manifests, problemsOf, TestComponent, testPlatform } from '../core/fixture';

function made(
  change: (routes: Route[]) => Route[] = (routes) => routes,
  props: Partial<NginxIngressProps> = {},
): Platform {
  const platform = testPlatform({ zones: 3 });
  const gateway = new ApplicationGateway(platform, 'application-gateway', {
    subnet: '10.0.0.0/24',
    grpcSenders: ['10.1.0.0/16'],
  });
  const backend = new Workload(new TestComponent(platform, 'backend'), 'backend', {
    kind: 'Deployment',
    uid: 1,
    drainSeconds: 1,
    container: CONTAINER,
  });
  const kubernetes = new External(platform, 'kubernetes-api', { description: 'API', cidrs: ['10.2.0.4/32'] });
  const limits = { maxBody: Size.mebibytes(8), timeout: Duration.seconds(30), requestsPerSecond: 500 };
  const otlp = { signals: ['logs', 'metrics', 'traces'], access: 'write' } as const;
  new NginxIngress(platform, 'nginx-ingress', {
    namespace: 'edge',
    internalAddress: '10.0.16.10',
    gatewaySubnet: '10.0.0.0/24',
    issuer: { kind: 'ClusterIssuer', name: 'public' },
    kubernetesApi: kubernetes.listen({
      name: 'https',
      port: 443,
      protocol: 'kubernetes-api',
      signals: ['coordination'],
      access: 'control',
      auth: AuthScheme.serviceAccountToken(),
    }),
    routes: change([
      {
        name: 'otlp-http',
        host: 'otlp.example.com',
        to: backend.listen({ name: 'otlp-http', port: 4318, protocol: 'otlp-http', ...otlp }),
        from: gateway.web,
        signals: ['logs'],
        ...limits,
      },
      {
        name: 'otlp-grpc',
        host: 'grpc.example.com',
        to: backend.listen({ name: 'otlp-grpc', port: 4317, protocol: 'otlp-grpc', ...otlp }),
        from: gateway.grpcSenders ?? gateway.web,
        signals: ['traces'],
        ...limits,
      },
    ]),
    ...props,
  });
  return platform;
}

test('a route has TLS, limits and its backend, in the namespace of the backend', () => {
  const platform = made();
  expect(manifest(platform, 'Ingress', 'otlp-http')).toMatchObject({
    metadata: {
      namespace: 'test',
      annotations: {
        'nginx.org/client-max-body-size': '8m',
        'nginx.org/proxy-connect-timeout': '5s',
        'nginx.org/proxy-next-upstream': 'error timeout',
        'nginx.org/proxy-read-timeout': '30s',
        'nginx.org/proxy-send-timeout': '30s',
        'nginx.org/limit-req-rate': '500r/s',
        'nginx.org/limit-req-key': '${binary_remote_addr}',
        'nginx.org/limit-req-zone-size': '16m',
        'nginx.org/limit-req-burst': '500',
        'nginx.org/limit-req-no-delay': 'true',
        'nginx.org/limit-req-reject-code': '429',
        'nginx.org/ssl-redirect': 'true',
      },
    },
    spec: {
      ingressClassName: 'hyperion-nginx',
      tls: [{ hosts: ['otlp.example.com'] }],
      rules: [
        {
          host: 'otlp.example.com',
          http: {
            paths: [
              {
                path: '/',
                pathType: 'Prefix',
                backend: { service: { name: 'backend', port: { number: 4318 } } },
              },
            ],
          },
        },
      ],
    },
  });
  expect(manifest(platform, 'Ingress', 'otlp-grpc').metadata).toMatchObject({
    annotations: { 'nginx.org/grpc-services': 'backend' },
  });
  expect(manifest(platform, 'Ingress', 'otlp-http').metadata).not.toHaveProperty([
    'annotations',
    'nginx.org/grpc-services',
  ]);
  expect(manifest(platform, 'Certificate', 'routes-tls')).toMatchObject({
    metadata: { namespace: 'edge' },
    spec: {
      dnsNames: ['otlp.example.com', 'grpc.example.com'],
      issuerRef: { kind: 'ClusterIssuer', name: 'public' },
    },
  });
});

test('the load balancer is internal, has its static address, and keeps the client address', () => {
  expect(manifest(made(), 'Service', 'nginx-ingress-internal')).toMatchObject({
    metadata: {
      annotations: {
        'service.beta.kubernetes.io/azure-load-balancer-internal': 'true',
        'service.beta.kubernetes.io/azure-load-balancer-ipv4': '10.0.16.10',
      },
    },
    spec: { type: 'LoadBalancer', externalTrafficPolicy: 'Local', ports: [{ port: 443, targetPort: 8443 }] },
  });
});

test('it reads Secrets in its own namespace only, and writes nothing but events', () => {
  const roles = manifests(made()).filter(
    ({ kind }) => kind === 'Role' || kind === 'ClusterRole',
  ) as unknown as {
    kind: string;
    metadata: { namespace?: string };
    rules: { resources: string[]; verbs: string[] }[];
  }[];
  const grants = roles.flatMap(({ kind, metadata, rules }) =>
    rules.flatMap(({ resources, verbs }) =>
      resources.map((resource) => `${metadata.namespace ?? kind}: ${resource} ${verbs.join(',')}`),
    ),
  );
  expect(grants.sort()).toEqual([
    'ClusterRole: ingressclasses get,list,watch',
    'ClusterRole: namespaces get',
    'edge: configmaps get,list,watch',
    'edge: pods get,list,watch',
    'edge: secrets get,list,watch',
    'test: endpointslices get,list,watch',
    'test: events create,patch',
    'test: ingresses get,list,watch',
    'test: pods get,list,watch',
    'test: services get,list,watch',
  ]);
});

test('only the gateway and the networks of gRPC senders may come in', () => {
  const platform = made();
  addNetworkAccess(platform);
  expect(manifest(platform, 'NetworkPolicy', 'nginx-ingress').spec).toMatchObject({
    ingress: [
      { from: [{ ipBlock: { cidr: '10.0.0.0/24' } }], ports: [{ port: 8443, protocol: 'TCP' }] },
      { from: [{ ipBlock: { cidr: '10.1.0.0/16' } }], ports: [{ port: 8443, protocol: 'TCP' }] },
    ],
  });
});

test('the root file system stays read-only: the configuration is copied to scratch space first', () => {
  expect(manifest(made(), 'Deployment', 'nginx-ingress').spec).toMatchObject({
    template: {
      spec: {
        initContainers: [
          {
            command: ['cp', '-dR', '/etc/nginx/.', '/mnt/etc'],
            volumeMounts: [{ mountPath: '/mnt/etc', name: 'nginx-etc' }],
          },
        ],
        containers: [
          {
            securityContext: {
              readOnlyRootFilesystem: true,
              capabilities: { drop: ['ALL'], add: ['NET_BIND_SERVICE'] },
            },
          },
        ],
      },
    },
  });
});

test('two routes with one host are refused', () => {
  const message = problemsOf(
    made((routes) => routes.map((route) => ({ ...route, host: 'otlp.example.com' }))),
  );
  expect(message).toContain(
    [
      'test/nginx-ingress: routes.otlp-grpc.host = "otlp.example.com"',
      '  rule:   one host leads to one place: gRPC and HTTP are told apart by host',
      '  remedy: give each route a host of its own',
    ].join('\n'),
  );
});

test('a body that NGINX would have to hold in memory is refused', () => {
  const message = problemsOf(
    made((routes) => routes.map((route) => ({ ...route, maxBody: Size.mebibytes(65) }))),
  );
  expect(message).toContain(
    [
      'test/nginx-ingress: routes.otlp-http.maxBody = "65Mi"',
      '  rule:   a body is at most 64 MiB: NGINX holds it before the collector sees it',
      '  remedy: let senders use smaller batches',
    ].join('\n'),
  );
});

test('only a gateway’s word on the client’s address is taken', () => {
  const data = (props: Partial<NginxIngressProps>): unknown =>
    (manifest(made(undefined, props), 'ConfigMap', 'nginx-config') as unknown as { data: object }).data;
  expect(data({})).toMatchObject({
    'set-real-ip-from': '10.0.0.0/24',
    'real-ip-header': 'X-Forwarded-For',
  });
  expect(data({ gatewaySubnet: undefined })).not.toHaveProperty('set-real-ip-from');
  expect(data({ gatewaySubnet: undefined })).not.toHaveProperty('real-ip-header');
});

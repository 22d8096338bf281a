/**
 * HAProxy: what its routes become in its configuration, its Service and the network, and what it refuses. That a real
 * one does it is `test/proof/haproxy.test.ts`.
 */
import { checkCatalog } from '../../../constructs/core/catalog-checks';
import { complete } from '../../../constructs/core/complete';
import { External } from '../../../constructs/core/party';
import { Platform } from '../../../constructs/core/platform';
import { SecretRef } from '../../../constructs/core/secrets';
import type { HAProxyProps, HAProxyRoute } from '../../../constructs/ingress/haproxy';
import { manifest, problemsOf } from '../core/fixture';
import { configFile, sampleHAProxy } from './haproxy-sample';

function section(text: string, head: string): string[] {
  const found = text.split('\n\n').find((block) => block.startsWith(`${head}\n`)) ?? '';
  return found
    .trimEnd()
    .split('\n')
    .slice(1)
    .map((line) => line.trim());
}

const CONFIG = configFile(sampleHAProxy(), 'haproxy.cfg');

describe('haproxy.cfg', () => {
  it('bounds the process: connections, threads, the time that open requests get', () => {
    expect(section(CONFIG, 'global')).toEqual([
      'log stdout format raw local0 info',
      'maxconn 4000',
      'nbthread 1',
      'hard-stop-after 60s',
      'ssl-default-bind-options ssl-min-ver TLSv1.2 no-tls-tickets',
      'ssl-default-bind-ciphers ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:' +
        'ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305',
      'ssl-default-server-options ssl-min-ver TLSv1.2',
    ]);
  });

  it('ends TLS, knows each host, and lets by each route only its own guests', () => {
    expect(section(CONFIG, 'frontend https')).toEqual([
      'bind :8443 ssl crt /etc/hyperion/tls/tls-combined.pem alpn h2,http/1.1',
      'http-request del-header X-Forwarded-For',
      'http-request set-header X-Forwarded-Proto https',
      'http-response set-header Strict-Transport-Security "max-age=31536000"',
      'acl host-shop req.hdr(host),host_only,lower -m str shop.example.com',
      'acl guest-shop src 10.5.0.0/16',
      'http-request deny deny_status 403 if host-shop !guest-shop',
      'acl no-guest-shop src 10.5.9.0/24',
      'http-request deny deny_status 403 if host-shop no-guest-shop',
      'acl host-ledger req.hdr(host),host_only,lower -m str ledger.example.com',
      'acl guest-ledger src 10.5.0.0/16',
      'http-request deny deny_status 403 if host-ledger !guest-ledger',
      'acl no-guest-ledger src 10.5.9.0/24',
      'http-request deny deny_status 403 if host-ledger no-guest-ledger',
      'http-request deny deny_status 404 unless host-shop || host-ledger',
      'use_backend shop if host-shop',
      'use_backend ledger if host-ledger',
    ]);
    expect(section(CONFIG, 'frontend redirect')).toEqual([
      'bind :8080',
      'http-request redirect scheme https code 308',
    ]);
  });

  it('checks health, limits each source, and finds every pod of a StatefulSet by DNS', () => {
    expect(section(CONFIG, 'backend shop')).toEqual([
      'balance leastconn',
      'timeout server 30s',
      'stick-table type ipv6 size 100k expire 20s store http_req_rate(10s)',
      'http-request track-sc0 src',
      'http-request deny deny_status 429 if { sc_http_req_rate(0) gt 200 }',
      'http-request disable-l7-retry unless { method GET HEAD OPTIONS }',
      'option httpchk',
      'http-check send meth GET uri /healthz ver HTTP/1.1 hdr Host shop.example.com',
      'http-check expect status 200-399',
      'server shop shop.test.svc.cluster.local:8000',
    ]);
    expect(section(CONFIG, 'backend ledger')).toContain(
      'server-template ledger- 2 ledger-headless.test.svc.cluster.local:8001',
    );
    expect(section(CONFIG, 'backend ledger')).toContain('timeout server 120s');
    expect(section(CONFIG, 'resolvers cluster')).toContain('parse-resolv-conf');
  });

  it('gives metrics and health on a port of their own, and nothing else there', () => {
    expect(section(CONFIG, 'frontend metrics')).toEqual([
      'bind :8404',
      'option dontlog-normal',
      'monitor-uri /healthz',
      'http-request use-service prometheus-exporter if { path /metrics }',
      'http-request deny deny_status 404 unless { path /metrics }',
    ]);
  });

  it('has a frontend for each door, each with its own routes', () => {
    const frontends: HAProxyProps['frontends'] = [
      { name: 'https', port: 8443, servicePort: 443 },
      { name: 'operations', port: 9443, servicePort: 9443 },
    ];
    const text = configFile(
      sampleHAProxy({ frontends }, ([shop, ledger]) =>
        [shop, ledger === undefined ? undefined : { ...ledger, frontend: 'operations' }].filter(
          (route) => route !== undefined,
        ),
      ),
      'haproxy.cfg',
    );
    expect(section(text, 'frontend https').at(-1)).toBe('use_backend shop if host-shop');
    expect(section(text, 'frontend https').join('\n')).not.toContain('ledger');
    expect(section(text, 'frontend operations').at(-1)).toBe('use_backend ledger if host-ledger');
    expect(section(text, 'frontend operations')[0]).toContain('bind :9443 ssl');
  });

  it('trusts an application that speaks TLS by its authority alone', () => {
    const sample = sampleHAProxy({}, ([shop]) =>
      shop === undefined
        ? []
        : [
            {
              ...shop,
              to: tlsEndpoint(shop),
              authority: { secretName: 'shop-trust' },
            },
          ],
    );
    expect(section(configFile(sample, 'haproxy.cfg'), 'backend shop').at(-1)).toBe(
      'server shop shop.test.svc.cluster.local:8443 ssl verify required ' +
        'ca-file /etc/hyperion/authorities/shop/ca.crt sni str(shop.test.svc.cluster.local)',
    );
    expect(JSON.stringify(manifest(sample.platform, 'Deployment', 'haproxy'))).toContain(
      '"mountPath":"/etc/hyperion/authorities/shop"',
    );
  });
});

/** Another port of the same application, with TLS. */
function tlsEndpoint({ to }: HAProxyRoute): HAProxyRoute['to'] {
  const { owner } = to;
  if (!('listen' in owner)) throw new Error('no workload');
  return (owner as { listen: (props: object) => HAProxyRoute['to'] }).listen({
    name: 'web-tls',
    port: 8443,
    protocol: 'http',
    signals: ['web'],
    access: 'read',
    tls: true,
  });
}

describe('its objects', () => {
  it('clients come by 80 and 443 of an internal address, which keeps theirs', () => {
    const { platform } = sampleHAProxy();
    expect(manifest(platform, 'Service', 'haproxy-front')).toMatchObject({
      metadata: { annotations: { 'service.beta.kubernetes.io/azure-load-balancer-ipv4': '10.0.16.10' } },
      spec: {
        type: 'LoadBalancer',
        externalTrafficPolicy: 'Local',
        ports: [
          { name: 'http', port: 80, targetPort: 8080 },
          { name: 'https', port: 443, targetPort: 8443 },
        ],
      },
    });
  });

  it('or from inside the cluster alone', () => {
    const { platform } = sampleHAProxy({ exposure: { kind: 'cluster' } });
    const { spec } = manifest(platform, 'Service', 'haproxy-front');
    expect(spec).toMatchObject({ type: 'ClusterIP' });
    expect(spec).not.toHaveProperty('externalTrafficPolicy');
  });

  it('one certificate for all hosts, with key and chain in one file', () => {
    expect(manifest(sampleHAProxy().platform, 'Certificate', 'haproxy-tls').spec).toMatchObject({
      dnsNames: ['shop.example.com', 'ledger.example.com'],
      additionalOutputFormats: [{ type: 'CombinedPEM' }],
    });
  });

  it('or a bundle out of the environment’s store', () => {
    const sample = sampleHAProxy({
      certificates: { kind: 'secret', bundle: SecretRef.named('haproxy-bundle') },
    });
    expect(configFile(sample, 'haproxy.cfg')).toContain(' crt /etc/hyperion/tls/haproxy-bundle ');
    expect(manifest(sample.platform, 'ExternalSecret', 'haproxy-secrets').spec).toMatchObject({
      data: [{ secretKey: 'haproxy-bundle' }],
    });
  });

  it('stays within its network: the guests in, the applications and DNS out', () => {
    const { platform } = sampleHAProxy();
    complete(platform);
    expect(manifest(platform, 'NetworkPolicy', 'haproxy').spec).toMatchObject({
      ingress: expect.arrayContaining([
        {
          from: [{ ipBlock: { cidr: '10.5.0.0/16', except: ['10.5.9.0/24'] } }],
          ports: [{ port: 8443, protocol: 'TCP' }],
        },
      ]) as unknown,
    });
  });

  it('leaves before it stops: nobody is sent to it any more, then open requests end', () => {
    expect(manifest(sampleHAProxy().platform, 'Deployment', 'haproxy').spec).toMatchObject({
      replicas: 2,
      template: {
        spec: {
          terminationGracePeriodSeconds: 70,
          securityContext: { runAsUser: 99 },
          containers: [
            {
              command: ['/bin/sh', '/etc/hyperion/haproxy/haproxy.sh'],
              lifecycle: { preStop: { exec: { command: ['sleep', '5'] } } },
              readinessProbe: { httpGet: { path: '/healthz', port: 8404 } },
            },
          ],
        },
      },
    });
  });

  it('runs the retired exporter by choice, which takes a waiver', () => {
    const sample = sampleHAProxy({ legacyExporter: true });
    expect(section(configFile(sample, 'haproxy.cfg'), 'frontend metrics')).toEqual(
      expect.arrayContaining(['stats enable', 'stats uri /stats']) as string[],
    );
    expect(sample.haproxy.legacyMetrics?.url).toBe('http://haproxy.test.svc.cluster.local:9101/metrics');
    complete(sample.platform);
    const problems = checkCatalog(sample.platform, { asOf: '2026-11-21', waivers: [] });
    expect(problems.map(({ property, remedy }) => ({ property, remedy }))).toEqual([
      {
        property: 'catalog["haproxy-exporter"].endOfLife',
        remedy:
          "move to HAProxy's own endpoint (leave legacyExporter out), or add a waiver with reason, owner and expiry",
      },
    ]);
  });
});

describe('what it refuses', () => {
  const changed = (change: Partial<HAProxyRoute>): string =>
    problemsOf(sampleHAProxy({}, ([shop]) => (shop === undefined ? [] : [{ ...shop, ...change }])).platform);

  it.each<[string, Partial<HAProxyRoute>, string]>([
    ['a name that is no section', { name: 'My Shop' }, 'it names a backend'],
    ['a host in capitals', { host: 'Shop.example.com' }, 'a host is a DNS name in lower case'],
    ['a door that is not there', { frontend: 'back' }, 'a route names a frontend that there is: https'],
    [
      'a path that would end the line',
      { healthPath: '/a b' },
      'a path begins with a slash and has no blanks',
    ],
    ['no requests at all', { requestsPerSecond: 0 }, 'a limit is a whole number of requests, at least 1'],
    ['a route for nobody', { from: [] }, 'a route that nobody may come by serves nobody'],
    [
      'an authority where there is no TLS',
      { authority: { secretName: 'x' } },
      'the application speaks no TLS, so there is no certificate to check',
    ],
  ])('%s', (_, change, rule) => {
    expect(changed(change)).toContain(rule);
  });

  it('guests that are pods, whom a list of addresses cannot name', () => {
    const { platform } = sampleHAProxy({}, ([shop], offices) => {
      const pods = { namespace: 'shop', labels: { app: 'cart' } };
      const cart = new External(Platform.of(offices), 'cart', { description: 'Shopping carts', pods });
      return shop === undefined ? [] : [{ ...shop, from: [...shop.from, cart] }];
    });
    expect(problemsOf(platform)).toContain(
      [
        'routes.shop.from = ["cart"]',
        '  rule:   HAProxy tells guests by their address, and pods have none that stays',
        '  remedy: let pods call the application itself, or name the address blocks of their network',
      ].join('\n'),
    );
  });

  it('TLS that nobody could check', () => {
    const { platform } = sampleHAProxy({}, ([shop]) =>
      shop === undefined ? [] : [{ ...shop, to: tlsEndpoint(shop) }],
    );
    expect(problemsOf(platform)).toContain('HAProxy believes no certificate that it cannot check');
  });

  it('one host for two applications behind one door', () => {
    const { platform } = sampleHAProxy({}, (routes) =>
      routes.map((route) => ({ ...route, host: 'same.example.com' })),
    );
    expect(problemsOf(platform)).toContain('behind one door, one host leads to one application');
  });

  it('doors that need a capability, or have a name of its own', () => {
    const { platform } = sampleHAProxy({ frontends: [{ name: 'metrics', port: 443, servicePort: 443 }] });
    const problems = problemsOf(platform);
    expect(problems).toContain('and not redirect or metrics');
    expect(problems).toContain(
      'HAProxy listens above 1024, without any capability, and 8080, 8404, 9101 are its own',
    );
  });
});

import { complete } from '../../../constructs/core/complete';
import { SecretRef } from '../../../constructs/core/secrets';
import { renderVmauth } from '../../../constructs/store/vmauth-config';
import { manifest, problemsOf } from '../core/fixture';
import { GRAFANA_TOKEN, metricsSystem, VMALERT_TOKEN } from '../metrics-system';

const SELECT = 'http://vm-select.store.svc.cluster.local:8481/select/0/prometheus';
const INSERT = 'http://vm-insert.store.svc.cluster.local:8480/insert/0/prometheus';

it('lets a reader read and nothing else, with his own limit', () => {
  const config = renderVmauth([
    { name: 'grafana', tokenVariable: 'TOKEN_GRAFANA', readUrl: SELECT, maxConcurrentRequests: 50 },
  ]);
  expect(config).toEqual({
    users: [
      {
        name: 'grafana',
        bearer_token: '%{TOKEN_GRAFANA}',
        max_concurrent_requests: 50,
        url_map: [
          {
            src_paths: [
              '/api/v1/(query|query_range|series|labels|metadata|format_query|parse_query|query_exemplars)',
              '/api/v1/label/[^/]+/values',
              '/api/v1/status/(buildinfo|tsdb)',
            ],
            url_prefix: SELECT,
          },
        ],
      },
    ],
  });
});

it('sends a writer’s samples to the path that he asked for, once', () => {
  const config = renderVmauth([
    { name: 'spoke', tokenVariable: 'T', writeUrl: `${INSERT}/api/v1/write`, maxConcurrentRequests: 5 },
  ]);
  expect(config).toMatchObject({
    users: [{ url_map: [{ src_paths: ['/api/v1/write'], url_prefix: INSERT }] }],
  });
});

it('shows a reader of exporters each one’s metrics, and no other page of it', () => {
  const config = renderVmauth([
    {
      name: 'operations',
      tokenVariable: 'T',
      exporters: [
        { name: 'node-exporter', url: 'http://node-exporter.agents.svc.cluster.local:9100/metrics' },
      ],
      maxConcurrentRequests: 5,
    },
  ]);
  expect(config).toMatchObject({
    users: [
      {
        url_map: [
          {
            src_paths: ['/exporters/node-exporter/metrics'],
            url_prefix: 'http://node-exporter.agents.svc.cluster.local:9100',
            drop_src_path_prefix_parts: 2,
          },
        ],
      },
    ],
  });
});

describe('with TLS', () => {
  const issuer = { kind: 'Issuer', name: 'hub-ca' } as const;
  const { platform, vmauth } = metricsSystem({ door: { tls: { issuer } } });
  complete(platform);

  it('speaks it at the users’ port, and not at the internal one', () => {
    const text = JSON.stringify(manifest(platform, 'Deployment', 'vmauth'));
    expect(text).toContain(
      '"-httpListenAddr=:8427","-httpInternalListenAddr=,:8426","-tls=true,false","-tlsCertFile=/etc/vmauth-tls/tls.crt","-tlsKeyFile=/etc/vmauth-tls/tls.key","-tlsMinVersion=TLS12"',
    );
    expect(text).toContain(
      '"readinessProbe":{"failureThreshold":3,"httpGet":{"path":"/health","port":8426,"scheme":"HTTP"}',
    );
    expect(vmauth.query.url).toBe('https://vmauth.store.svc.cluster.local:8427');
    expect(vmauth.remoteWrite.url).toBe('https://vmauth.store.svc.cluster.local:8427/api/v1/write');
    expect(vmauth.metrics.url).toBe('http://vmauth.store.svc.cluster.local:8426/metrics');
    expect(vmauth.health.url).toBe('http://vmauth.store.svc.cluster.local:8426/health');
  });

  it('has a certificate for its Service’s names, and another Secret for those who only want to know it', () => {
    expect(manifest(platform, 'Certificate', 'vmauth-tls').spec).toMatchObject({
      dnsNames: ['vmauth', 'vmauth.store.svc', 'vmauth.store.svc.cluster.local'],
      issuerRef: { kind: 'Issuer', name: 'hub-ca' },
      usages: ['digital signature', 'server auth'],
    });
    expect(manifest(platform, 'Certificate', 'vmauth-trust').spec).toMatchObject({
      usages: ['digital signature', 'client auth'],
    });
    expect(vmauth.trust).toEqual({ secretName: 'vmauth-trust' });
  });
});

describe('in a system', () => {
  const system = metricsSystem();
  complete(system.platform);

  it('takes tokens from the environment, filled from secrets', () => {
    expect(manifest(system.platform, 'Deployment', 'vmauth')).toMatchObject({
      spec: {
        template: {
          spec: {
            containers: [
              {
                image: 'docker.io/victoriametrics/vmauth:v1.150.0',
                env: [
                  {
                    name: 'TOKEN_GRAFANA',
                    valueFrom: { secretKeyRef: { name: 'vmauth-secrets', key: 'metrics-token-grafana' } },
                  },
                  {
                    name: 'TOKEN_VMALERT',
                    valueFrom: { secretKeyRef: { name: 'vmauth-secrets', key: 'metrics-token-vmalert' } },
                  },
                ],
              },
            ],
          },
        },
      },
    });
  });

  it('has room for every user’s limit at once, and its own pages on another port', () => {
    const text = JSON.stringify(manifest(system.platform, 'Deployment', 'vmauth'));
    expect(text).toContain('"-maxConcurrentRequests=70"');
    expect(text).toContain('"-httpListenAddr=:8427","-httpInternalListenAddr=:8426"');
    expect(text).toContain('"readinessProbe":{"failureThreshold":3,"httpGet":{"path":"/health","port":8426');
    expect(system.vmauth.metrics.port).toBe(8426);
  });

  it('knows at each door the tokens of those who may use it', () => {
    expect(system.vmauth.query.auth.accepted).toEqual([GRAFANA_TOKEN, VMALERT_TOKEN]);
    expect(system.vmauth.remoteWrite.auth.accepted).toEqual([VMALERT_TOKEN]);
  });
});

describe('mistakes', () => {
  it('reports a user who may do nothing', () => {
    const { platform } = metricsSystem({
      users: (store) => ({
        grafana: { token: GRAFANA_TOKEN, reads: store.query },
        vmalert: { token: VMALERT_TOKEN, reads: store.query, writes: store.remoteWrite },
        nobody: { token: SecretRef.named('nobody') },
      }),
    });
    expect(problemsOf(platform)).toBe(
      [
        'test/vmauth: users.nobody = {"reads":null,"writes":null}',
        '  rule:   a user reads or writes',
        '  remedy: give him an endpoint to read from or to write to, or leave him out',
      ].join('\n'),
    );
  });

  it('reports a token that two users share', () => {
    const { platform } = metricsSystem({
      users: (store) => ({
        grafana: { token: VMALERT_TOKEN, reads: store.query },
        vmalert: { token: VMALERT_TOKEN, reads: store.query, writes: store.remoteWrite },
      }),
    });
    expect(problemsOf(platform)).toContain(
      [
        'test/vmauth: users.vmalert.token = "metrics-token-vmalert"',
        "  rule:   the token says who asks, and it is grafana's already",
        '  remedy: make a secret of his own for each user',
      ].join('\n'),
    );
  });

  it('reports a connection to a door that no user may pass', () => {
    const { platform } = metricsSystem({
      users: (store) => ({
        grafana: { token: GRAFANA_TOKEN, reads: store.query },
        vmalert: { token: VMALERT_TOKEN, reads: store.query },
      }),
    });
    expect(problemsOf(platform)).toContain(
      [
        'test/vmauth: users = ["grafana","vmalert"]',
        '  rule:   somebody connects to remoteWrite, and none of these writes',
        '  remedy: give a user writes',
      ].join('\n'),
    );
  });

  it('reports a client with a token that is not his to use there', () => {
    const { platform } = metricsSystem({
      alerts: { credential: { kind: 'bearer', secret: GRAFANA_TOKEN } },
    });
    expect(problemsOf(platform)).toBe(
      [
        'test/vmalert: credential for vmauth/http = "metrics-token-grafana"',
        '  rule:   vmauth/http knows metrics-token-vmalert',
        '  remedy: add the secret to those that the endpoint accepts, or present one of them',
      ].join('\n'),
    );
  });
});

import { Duration } from 'cdk8s';
import { parse } from 'yaml';
import { complete } from '../../../constructs/core/complete';
import { manifest, problemsOf } from '../core/fixture';
import { metricsSystem, type MetricsSystem } from '../metrics-system';
import type { AlertRule } from '../../../constructs/alert/rules';

interface RuleFile {
  readonly groups: readonly {
    readonly name: string;
    readonly rules: readonly { readonly alert: string; readonly expr: string; readonly labels: object }[];
  }[];
}

function file(system: MetricsSystem, name: string): unknown {
  return parse(system.vmalert.configs[0]?.files.find((candidate) => candidate.name === name)?.text ?? '');
}

const EXTRA: AlertRule = {
  alert: 'TooSlow',
  expr: 'latency > 1',
  holds: Duration.minutes(1),
  severity: 'info',
  about: 'lagging',
  component: 'grafana',
  summary: 'Slow',
  description: 'Wait.',
};

describe('vmalert', () => {
  const system = metricsSystem({ alerts: { groups: [{ name: 'extra', rules: [EXTRA] }] } });
  complete(system.platform);
  const { groups } = file(system, 'rules.yml') as RuleFile;

  it('asks and writes through vmauth with its own token, and knows every label that alerts carry', () => {
    expect(manifest(system.platform, 'Deployment', 'vmalert')).toMatchObject({
      spec: {
        replicas: 2,
        template: {
          spec: {
            containers: [
              {
                image: 'docker.io/victoriametrics/vmalert:v1.150.0',
                args: [
                  '-rule=/etc/vmalert/rules.yml',
                  '-evaluationInterval=30s',
                  '-datasource.url=http://vmauth.store.svc.cluster.local:8427',
                  '-datasource.bearerTokenFile=/etc/vmalert-secrets/metrics-token-vmalert',
                  '-remoteRead.url=http://vmauth.store.svc.cluster.local:8427',
                  '-remoteRead.bearerTokenFile=/etc/vmalert-secrets/metrics-token-vmalert',
                  '-remoteWrite.url=http://vmauth.store.svc.cluster.local:8427/api/v1/write',
                  '-remoteWrite.disablePathAppend=true',
                  '-remoteWrite.bearerTokenFile=/etc/vmalert-secrets/metrics-token-vmalert',
                  '-notifier.config=/etc/vmalert/notifier.yml',
                  '-external.label=cluster=test-cluster,environment=test',
                  '-loggerFormat=json',
                ],
              },
            ],
          },
        },
      },
    });
  });

  it('tells every Alertmanager, not one of them', () => {
    expect(file(system, 'notifier.yml')).toEqual({
      dns_sd_configs: [{ names: ['alertmanager-headless.view.svc.cluster.local'], type: 'A', port: 9093 }],
    });
  });

  it('watches everything that is scraped, and then what it was given', () => {
    expect(groups.map((group) => group.name)).toEqual([
      'targets',
      'dead-man',
      'scrape-agent',
      'metrics-door',
      'metrics-store',
      'metrics-parts',
      'loki',
      'loki-parts',
      'rule-evaluation',
      'notifications',
      'resources',
      'objectives',
      'extra',
    ]);
    const down = groups[0]?.rules.filter((rule) => rule.alert === 'ComponentDown') ?? [];
    expect(down.map((rule) => rule.labels)).toEqual(
      ['vm-insert', 'vm-select', 'vm-storage', 'vmauth', 'alertmanager', 'vmalert', 'vmagent'].map(
        (component) => ({ severity: 'critical', component, team: 'platform' }),
      ),
    );
  });

  it('counts the targets that are left, in its own cluster', () => {
    const labels = 'cluster="test-cluster", environment="test"';
    const expressions = groups[0]?.rules.map((rule) => `${rule.alert}: ${rule.expr}`) ?? [];
    expect(expressions[0]).toBe(`ScrapingDown: absent(up{${labels}})`);
    expect(expressions).toContain(`ComponentDown: (sum(up{job="vm-storage", ${labels}}) or vector(0)) == 0`);
    expect(expressions).toContain(`ReplicaDown: sum(up{job="vm-storage", ${labels}}) < 3 > 0`);
    // With one replica there is nothing between up and down.
    expect(expressions.filter((text) => /ReplicaDown.*vmagent/.test(text))).toEqual([]);
  });
});

it('knows a store behind TLS by the authority that it is given, for everything that it asks and writes', () => {
  const { platform } = metricsSystem({
    door: { tls: { issuer: { kind: 'Issuer', name: 'hub-ca' } } },
    alerts: { ca: { secretName: 'vmauth-trust' } },
  });
  complete(platform);
  const text = JSON.stringify(manifest(platform, 'Deployment', 'vmalert'));
  expect(text).toContain('"-datasource.url=https://vmauth.store.svc.cluster.local:8427"');
  for (const flag of ['datasource', 'remoteRead', 'remoteWrite']) {
    expect(text).toContain(`"-${flag}.tlsCAFile=/etc/vmalert-ca/ca.crt"`);
  }
  expect(text).toContain('"secretName":"vmauth-trust"');
});

it('reports rules that are there twice', () => {
  const { platform } = metricsSystem({ alerts: { groups: [{ name: 'targets', rules: [EXTRA, EXTRA] }] } });
  expect(problemsOf(platform)).toBe(
    [
      'test/vmalert: rules = "targets"',
      '  rule:   every group has a name of its own',
      '  remedy: rename it, or leave one of the two out',
      'test/vmalert: rules = "TooSlow of grafana"',
      '  rule:   a component has each alert once',
      '  remedy: rename it, or leave one of the two out',
    ].join('\n'),
  );
});

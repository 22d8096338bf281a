/**
 * The operators that keep certificates and secrets are watched wherever they are needed, where they really run.
 */
import { parse } from 'yaml';
import { OPERATOR_ACCOUNTS } from '../../../infra/operator-accounts';
import { scrapeJobs } from '../../../constructs/core/scrape-jobs';
import { ENVIRONMENT_NAMES, parsedManifests, synthesisOf } from '../../environments';

const OPERATORS = { Certificate: 'cert-manager', ExternalSecret: 'external-secrets' } as const;

/** The scrape configuration of whoever scrapes in the environment. */
function scrapeConfigs(environment: string): Record<string, unknown>[] {
  const { files } = synthesisOf(environment);
  const text = files.get('config/vmagent/scrape.yml') ?? files.get('config/prometheus/prometheus.yml') ?? '';
  return (parse(text) as { scrape_configs: Record<string, unknown>[] }).scrape_configs;
}

test.each(ENVIRONMENT_NAMES)('%s scrapes the operators of what it has, and no other', (environment) => {
  const kinds = new Set(parsedManifests(environment).map(({ kind }) => kind));
  const needed = Object.entries(OPERATORS).flatMap(([kind, operator]) => (kinds.has(kind) ? [operator] : []));
  const jobs = scrapeJobs(synthesisOf(environment).platform.graph).map(({ name }) => name);
  expect(jobs.filter((job) => Object.values<string>(OPERATORS).includes(job)).sort()).toEqual(needed);
});

test('they are looked for where the stack installs them', () => {
  const jobs = scrapeJobs(synthesisOf('hyperion-prod').platform.graph);
  const namespaces = Object.values(OPERATORS).map((operator) => [
    operator,
    jobs.find(({ name }) => name === operator)?.namespace,
  ]);
  expect(Object.fromEntries(namespaces)).toEqual({
    'cert-manager': OPERATOR_ACCOUNTS['cert-manager'].namespace,
    'external-secrets': OPERATOR_ACCOUNTS['external-secrets'].namespace,
  });
});

test('by the labels and the port of their charts, each certificate by its own names', () => {
  expect(scrapeConfigs('hyperion-prod').find(({ job_name }) => job_name === 'cert-manager')).toEqual({
    job_name: 'cert-manager',
    metrics_path: '/metrics',
    honor_labels: true,
    kubernetes_sd_configs: [{ role: 'pod', namespaces: { names: ['cert-manager'] } }],
    relabel_configs: [
      {
        action: 'keep',
        source_labels: ['__meta_kubernetes_pod_label_app_kubernetes_io_name'],
        regex: 'cert-manager',
      },
      {
        action: 'keep',
        source_labels: ['__meta_kubernetes_pod_label_app_kubernetes_io_component'],
        regex: 'controller',
      },
      {
        action: 'keep',
        source_labels: ['__meta_kubernetes_pod_container_port_name'],
        regex: 'http-metrics',
      },
      {
        action: 'drop',
        source_labels: ['__meta_kubernetes_pod_phase'],
        regex: 'Pending|Succeeded|Failed',
      },
      { source_labels: ['__meta_kubernetes_pod_name'], target_label: 'instance' },
    ],
  });
});

test('the scraper may find pods there, and its network lets it', () => {
  const objects = parsedManifests('hyperion-prod') as {
    kind: string;
    metadata: { name: string; namespace?: string };
    spec?: unknown;
  }[];
  const roles = objects.filter(({ kind, metadata }) => kind === 'Role' && metadata.name === 'vmagent');
  expect(roles.map(({ metadata }) => metadata.namespace)).toEqual(
    expect.arrayContaining(['cert-manager', 'external-secrets']),
  );
  const policy = objects.find(
    ({ kind, metadata }) => kind === 'NetworkPolicy' && metadata.name === 'vmagent',
  );
  expect(policy?.spec).toMatchObject({
    egress: expect.arrayContaining([
      {
        to: [
          {
            namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'external-secrets' } },
            podSelector: { matchLabels: { 'app.kubernetes.io/name': 'external-secrets' } },
          },
        ],
        ports: [{ port: 8080, protocol: 'TCP' }],
      },
    ]) as unknown,
  });
});

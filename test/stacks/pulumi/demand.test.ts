/**
 * What each kind of environment asks of a cloud, as literal expectations; and what holds for all of them.
 */
import { ENVIRONMENTS } from '../../../stacks/environments';
import { cloudDemand } from '../../../stacks/pulumi/demand';
import { secretNames } from '../../../stacks/pulumi/demand-secrets';
import { parseBlock } from '../../../infra/cidr';
import { ENVIRONMENT_NAMES, synthesisOf } from '../../environments';

const demandOf = (name: string) => cloudDemand(synthesisOf(name));

/** Names of the secrets that are not generated, with who makes them. */
function madeElsewhere(name: string): string[] {
  return demandOf(name)
    .secrets.filter(({ made }) => made !== 'generated')
    .map((secret) => `${secret.name}: ${secret.made}`);
}

describe('hyperion-prod asks Azure for', () => {
  const demand = demandOf('hyperion-prod');

  it('a store for each purpose, used by nobody but those who act as its identity', () => {
    expect(demand.objectStores.map(({ purpose, users }) => [purpose, users.map(({ name }) => name)])).toEqual(
      [
        [
          'logs',
          [
            'loki-compactor',
            'loki-index-gateway',
            'loki-ingester-a',
            'loki-ingester-b',
            'loki-ingester-c',
            'loki-querier',
          ],
        ],
        [
          'metrics-backup',
          [
            'victoria-metrics-storage',
            'victoria-metrics-storage-restore-0',
            'victoria-metrics-storage-restore-1',
            'victoria-metrics-storage-restore-2',
          ],
        ],
        [
          'traces',
          [
            'tempo-backend-scheduler',
            'tempo-backend-worker',
            'tempo-block-builder',
            'tempo-querier',
            'tempo-query-frontend',
          ],
        ],
      ],
    );
  });

  it('a database, classes of volumes, and the values that its manifests wait for', () => {
    expect(demand.database).toEqual({
      name: 'grafana',
      user: 'grafana',
      passwordSecret: 'grafana-database-password',
    });
    expect(demand.storageClasses).toEqual(['managed-csi-premium']);
    expect(demand.references).toEqual([
      'grafana-database-host',
      'identity-logs-client-id',
      'identity-metrics-backup-client-id',
      'identity-traces-client-id',
      'storage-logs-account',
      'storage-metrics-backup-account',
      'storage-traces-account',
    ]);
  });

  it('ways in, by the address and port of the load balancer and not of the pod', () => {
    expect(demand.inbound).toContainEqual({
      purpose: 'grpc-senders to nginx-ingress',
      from: ['10.50.0.0/16'],
      to: ['10.40.5.10/32'],
      port: 443,
    });
    expect(demand.inbound.filter(({ purpose }) => purpose === 'consumer-poseidon to kafka')).toEqual(
      ['10.40.5.21/32', '10.40.5.22/32', '10.40.5.23/32'].map((address) => ({
        purpose: 'consumer-poseidon to kafka',
        from: ['10.61.0.0/24'],
        to: [address],
        port: 9095,
      })),
    );
  });

  it('ways out, by name where pods dial one', () => {
    expect(demand.outbound).toContainEqual({
      purpose: 'entra-id/https',
      to: ['20.190.128.0/18', '40.126.0.0/18'],
      host: 'login.microsoftonline.com',
      port: 443,
    });
    expect(demand.outbound).toContainEqual({ purpose: 'blob-logs/https', to: ['10.40.1.0/24'], port: 443 });
  });

  it('names that lead to its ingress, with what says that they work', () => {
    const entrance = 'hyperion-ingress/nginx-ingress-internal';
    expect(demand.hosts).toEqual([
      { host: 'otlp-grpc.hyperion.example.com', entrance },
      { host: 'otlp.hyperion.example.com', entrance },
      { host: 'grafana.hyperion.example.com', entrance, healthPath: '/api/health' },
    ]);
  });
});

describe('hub-infra asks AWS for', () => {
  const demand = demandOf('hub-infra');

  it('a bucket, used by those whose configuration names it', () => {
    expect(demand.objectStores).toEqual([
      {
        purpose: 'metrics-backup',
        users: [
          { namespace: 'monitoring', name: 'vmstorage' },
          { namespace: 'monitoring', name: 'vmstorage-restore-0' },
          { namespace: 'monitoring', name: 'vmstorage-restore-1' },
        ],
      },
    ]);
  });

  it('ways in to the subnets of its load balancer', () => {
    expect(demand.inbound.map(({ purpose, from, port }) => [purpose, from, port])).toEqual([
      ['cluster-dev to load-balancer-addresses', ['10.120.0.0/16'], 443],
      ['cluster-prod to load-balancer-addresses', ['10.140.0.0/16'], 443],
      ['cluster-staging to load-balancer-addresses', ['10.130.0.0/16'], 443],
      ['developers to load-balancer-addresses', ['10.200.2.0/23'], 443],
      ['operations to load-balancer-addresses', ['10.200.1.0/24'], 443],
    ]);
    expect(new Set(demand.inbound.map(({ to }) => to.join()))).toEqual(
      new Set(['10.110.0.0/24,10.110.1.0/24,10.110.2.0/24']),
    );
  });

  it('names that lead to load balancers of their own', () => {
    expect(demand.hosts[0]).toEqual({
      host: 'grafana.infra.service',
      entrance: 'monitoring/load-balancer-grafana',
      healthPath: '/api/health',
    });
  });
});

describe('of secrets', () => {
  it('a value is made up only where nobody outside has to know it', () => {
    expect(Object.fromEntries(ENVIRONMENT_NAMES.map((name) => [name, madeElsewhere(name)]))).toEqual({
      anton: [],
      'epiphany-dev': [
        'dead-man-switch-epiphany-dev: given',
        'elasticsearch-operator-password: given',
        'slack-epiphany-dev-webhook: given',
      ],
      'epiphany-prod': [
        'dead-man-switch-epiphany: given',
        'elasticsearch-operator-password: given',
        'elasticsearch-reader-password: given',
        'pagerduty-epiphany-routing-key: given',
        'slack-epiphany-webhook: given',
        'smtp-password: given',
      ],
      'hyperion-dev': ['dead-man-switch-hyperion-dev: given', 'slack-hyperion-dev-webhook: given'],
      'hyperion-prod': [
        'dead-man-switch-hyperion: given',
        'pagerduty-hyperion-routing-key: given',
        'pagerduty-messaging-routing-key: given',
        'slack-hyperion-webhook: given',
        'slack-messaging-webhook: given',
      ],
      'telemetry-dev': [
        'api-key: given',
        'dead-man-switch-telemetry-dev: given',
        'slack-telemetry-dev-webhook: given',
      ],
      'telemetry-prod': [
        'api-keys: given',
        'dead-man-switch-telemetry: given',
        'pagerduty-telemetry-routing-key: given',
        'slack-telemetry-webhook: given',
      ],
      'hub-infra': [
        'aurora-certificate-authorities: certificate-authority',
        'dead-man-switch-hub: given',
        'grafana-sign-in-client-secret: given',
        'pagerduty-hub-routing-key: given',
        'slack-hub-webhook: given',
        'smtp-hub-password: given',
      ],
      'hub-dev': ['vmauth-vmagent-dev-token: given', 'zone-certificate-authority: certificate-authority'],
      'hub-staging': [
        'vmauth-vmagent-staging-token: given',
        'zone-certificate-authority: certificate-authority',
      ],
      'hub-prod': ['vmauth-vmagent-prod-token: given', 'zone-certificate-authority: certificate-authority'],
    });
  });

  it('an operator may say more', () => {
    const { secrets } = cloudDemand(synthesisOf('telemetry-dev'), ['api-key']);
    expect(secrets).toContainEqual({ name: 'api-key', made: 'generated' });
  });
});

describe.each(ENVIRONMENT_NAMES)('%s', (name) => {
  const demand = demandOf(name);

  it('asks for every secret that it reads, once', () => {
    expect(demand.secrets.map((secret) => secret.name)).toEqual(secretNames(synthesisOf(name)));
  });

  it('names who uses each object store', () => {
    expect(demand.objectStores.filter(({ users }) => users.length === 0)).toEqual([]);
  });

  it('comes and goes by address blocks and ports', () => {
    for (const flow of [...demand.inbound, ...demand.outbound]) {
      expect(flow.to.filter((block) => parseBlock(block) === undefined)).toEqual([]);
      expect(flow.port).toBeGreaterThan(0);
      expect(JSON.stringify(flow)).not.toContain('${');
    }
  });

  it('stands where its environment says', () => {
    expect(demand).toMatchObject({ environment: name, tier: ENVIRONMENTS[name]?.tier });
    expect(demand.requests.cpuMillis).toBeGreaterThan(0);
    expect(demand.requests.memoryMebibytes).toBeGreaterThan(0);
  });
});

it('dials nodes exactly where a node agent stands in its node’s network', () => {
  expect(ENVIRONMENT_NAMES.filter((name) => demandOf(name).dialsNodes).sort()).toEqual(
    ENVIRONMENT_NAMES.filter((name) =>
      synthesisOf(name).objects.some(
        ({ object }) => object.kind === 'DaemonSet' && JSON.stringify(object).includes('"hostNetwork":true'),
      ),
    ).sort(),
  );
  expect(demandOf('epiphany-prod').dialsNodes).toBe(true);
  expect(demandOf('hyperion-prod').dialsNodes).toBe(false);
});

it('fetches images from the registries of the platform’s images', () => {
  expect(demandOf('telemetry-prod').imageRegistries).toEqual([
    'docker.io',
    'quay.io',
    'registry.example.com',
  ]);
  expect(demandOf('hyperion-prod').imageRegistries).toEqual(['docker.io', 'ghcr.io', 'quay.io']);
});

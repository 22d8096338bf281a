/**
 * Epiphany, production: three zones, Kafka still with ZooKeeper (docs/guides/kafka-migration.md), logs bounded by size and
 * age, snapshots of them.
 */
import { Duration, Size } from 'cdk8s';
import type { Waiver } from '../../constructs/core/catalog-checks';
import { SecretRef } from '../../constructs/core/secrets';
import type { EpiphanyProps } from '../../constructs/systems/epiphany-props';
import { azureAddresses } from '../../infra/address-plan';
import { addressAt } from '../../infra/cidr';
import type { Site } from '../../infra/cloud';
import type { PolicyException } from '../../policies/exception';
import { EPIPHANY_AGENT_EXCEPTIONS, EPIPHANY_APPLICATIONS, EPIPHANY_TOPICS } from './epiphany-common';
import { singleReplicaException } from './exceptions';

const ADDRESSES = azureAddresses('10.150.0.0/16');

export const EPIPHANY_PROD_SITE: Site = { kind: 'azure', addresses: ADDRESSES };

export const EPIPHANY_PROD: EpiphanyProps = {
  environment: 'epiphany-prod',
  tier: 'prod',
  zones: 3,
  domain: 'epiphany.example.com',
  secretStore: { kind: 'azure-key-vault', name: 'epiphany-prod' },
  survivesOutage: Duration.hours(1),
  network: {
    clients: ['10.151.0.0/16'],
    nodes: [ADDRESSES.nodes],
    ingressAddress: addressAt(ADDRESSES.loadBalancers, 10),
    kubernetesApi: ADDRESSES.apiServer,
  },
  nodes: 9,
  storageClass: 'managed-csi-premium',
  publicIssuer: { kind: 'ClusterIssuer', name: 'public-acme' },
  internalIssuer: { kind: 'ClusterIssuer', name: 'epiphany-internal' },
  applications: EPIPHANY_APPLICATIONS,
  messaging: {
    profile: { kind: 'zookeeper', ensembleVolume: Size.gibibytes(8) },
    volume: Size.gibibytes(64),
    topics: EPIPHANY_TOPICS,
  },
  logs: {
    lines: { perSecond: 2000, bytesEach: 400 },
    nodes: 3,
    bootstrap: true,
    volume: Size.gibibytes(512),
    retention: { kind: 'ilm', maxAge: Duration.days(7), maxTotalSize: Size.gibibytes(1200) },
    queue: Size.gibibytes(2),
    people: [
      { name: 'operator', password: SecretRef.named('elasticsearch-operator-password'), role: 'editor' },
      { name: 'reader', password: SecretRef.named('elasticsearch-reader-password'), role: 'viewer' },
    ],
    snapshots: { kind: 'shared-volume', size: Size.gibibytes(1024), storageClass: 'azurefile-csi-premium' },
  },
  metrics: {
    declared: { activeSeries: 60_000, samplesPerSecond: 2000 },
    retention: Duration.days(15),
    volume: Size.gibibytes(128),
  },
  grafanaDatabase: { kind: 'managed', service: 'azure', cidrs: [ADDRESSES.database] },
  grafanaReplicas: 2,
  alerting: {
    receivers: {
      'on-call': [{ kind: 'pagerduty', routingKey: SecretRef.named('pagerduty-epiphany-routing-key') }],
      team: [
        { kind: 'slack', channel: '#epiphany', webhook: SecretRef.named('slack-epiphany-webhook') },
        {
          kind: 'email',
          to: 'epiphany@example.com',
          from: 'alerts@epiphany.example.com',
          server: { host: 'smtp.example.com', port: 587 },
          username: 'alerts',
          password: SecretRef.named('smtp-password'),
        },
      ],
    },
    routing: { default: 'team', bySeverity: { critical: 'on-call' } },
    deadMan: { host: 'heartbeat.example.com', url: SecretRef.named('dead-man-switch-epiphany') },
    receiverCidrs: 'internet',
    volume: Size.gibibytes(1),
  },
};

export const EPIPHANY_PROD_EXCEPTIONS: readonly PolicyException[] = [
  ...EPIPHANY_AGENT_EXCEPTIONS,
  singleReplicaException('epiphany-messaging', 'kafka-exporter'),
  singleReplicaException('epiphany-logging', 'elasticsearch-exporter'),
];

/** What is left of the document's form, until the migration to KRaft is done. */
export const EPIPHANY_PROD_WAIVERS: readonly Waiver[] = [
  {
    component: 'kafka-legacy',
    reason: 'The brokers are migrated to KRaft in the first half of 2027; 3.9 is the release to do it from',
    owner: 'messaging',
    expires: '2027-07-01',
  },
];

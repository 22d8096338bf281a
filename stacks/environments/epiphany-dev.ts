/**
 * Epiphany, development: one zone, one of everything, Kafka migrated to KRaft.
 */
import { Duration, Size } from 'cdk8s';
import { SecretRef } from '../../constructs/core/secrets';
import type { EpiphanyProps } from '../../constructs/systems/epiphany-props';
import { azureAddresses } from '../../infra/address-plan';
import { addressAt } from '../../infra/cidr';
import type { Site } from '../../infra/cloud';
import { EPIPHANY_APPLICATIONS, EPIPHANY_TOPICS, EPIPHANY_AGENT_EXCEPTIONS } from './epiphany-common';

const ADDRESSES = azureAddresses('10.140.0.0/16');

export const EPIPHANY_DEV_SITE: Site = { kind: 'azure', addresses: ADDRESSES };

export const EPIPHANY_DEV: EpiphanyProps = {
  environment: 'epiphany-dev',
  tier: 'dev',
  zones: 1,
  domain: 'dev.epiphany.example.com',
  secretStore: { kind: 'azure-key-vault', name: 'epiphany-dev' },
  survivesOutage: Duration.minutes(30),
  network: {
    clients: ['10.141.0.0/16'],
    nodes: [ADDRESSES.nodes],
    ingressAddress: addressAt(ADDRESSES.loadBalancers, 10),
    kubernetesApi: ADDRESSES.apiServer,
  },
  nodes: 3,
  storageClass: 'managed-csi',
  publicIssuer: { kind: 'ClusterIssuer', name: 'public-acme' },
  internalIssuer: { kind: 'ClusterIssuer', name: 'epiphany-internal' },
  applications: EPIPHANY_APPLICATIONS,
  messaging: {
    profile: { kind: 'kraft', clusterId: 'ZXBpcGhhbnktZGV2LTAwMQ' },
    volume: Size.gibibytes(16),
    topics: EPIPHANY_TOPICS,
  },
  logs: {
    lines: { perSecond: 200, bytesEach: 400 },
    nodes: 1,
    bootstrap: true,
    volume: Size.gibibytes(64),
    retention: { kind: 'curator', maxAge: Duration.days(3), maxTotalSize: Size.gibibytes(48) },
    queue: Size.gibibytes(1),
    people: [
      { name: 'operator', password: SecretRef.named('elasticsearch-operator-password'), role: 'editor' },
    ],
    snapshots: 'none',
  },
  metrics: {
    declared: { activeSeries: 15_000, samplesPerSecond: 500 },
    retention: Duration.days(7),
    volume: Size.gibibytes(16),
  },
  grafanaDatabase: { kind: 'in-cluster', volume: Size.gibibytes(4) },
  grafanaReplicas: 1,
  alerting: {
    receivers: {
      team: [
        { kind: 'slack', channel: '#epiphany-dev', webhook: SecretRef.named('slack-epiphany-dev-webhook') },
      ],
    },
    routing: { default: 'team' },
    deadMan: { host: 'heartbeat.example.com', url: SecretRef.named('dead-man-switch-epiphany-dev') },
    receiverCidrs: 'internet',
    volume: Size.gibibytes(1),
  },
};

export const EPIPHANY_DEV_EXCEPTIONS = EPIPHANY_AGENT_EXCEPTIONS;

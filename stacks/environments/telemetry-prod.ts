/**
 * The telemetry stack, production: three zones, ten thousand GPUs.
 */
import { Duration, Size } from 'cdk8s';
import { SecretRef } from '../../constructs/core/secrets';
import type { TelemetryStackProps } from '../../constructs/systems/telemetry-stack-props';
import { azureAddresses } from '../../infra/address-plan';
import { addressAt } from '../../infra/cidr';
import type { Site } from '../../infra/cloud';

const ADDRESSES = azureAddresses('10.90.0.0/16');

export const TELEMETRY_PROD_SITE: Site = { kind: 'azure', addresses: ADDRESSES };

export const TELEMETRY_PROD: TelemetryStackProps = {
  environment: 'telemetry-prod',
  tier: 'prod',
  zones: 3,
  domain: 'telemetry.example.com',
  secretStore: { kind: 'azure-key-vault', name: 'telemetry-prod' },
  survivesOutage: Duration.minutes(30),
  // 10,000 GPUs, 10 metrics each, every 10 s.
  readings: { perSecond: 10_000, bytesEach: 350 },
  network: {
    senders: ['10.100.0.0/16'],
    clients: ['10.101.0.0/16'],
    ingressAddress: addressAt(ADDRESSES.loadBalancers, 10),
    kubernetesApi: ADDRESSES.apiServer,
  },
  storageClass: 'managed-csi-premium',
  publicIssuer: { kind: 'ClusterIssuer', name: 'public-acme' },
  // Power may fail: what was accepted is on the medium.
  brokers: { volume: Size.gibibytes(16), durability: 'fsync' },
  store: { retention: Duration.days(30), volume: Size.gibibytes(128) },
  api: { keys: { kind: 'file', secret: SecretRef.named('api-keys') } },
  metrics: { retention: Duration.days(15), volume: Size.gibibytes(16) },
  grafanaDatabase: { kind: 'managed', service: 'azure', cidrs: [ADDRESSES.database] },
  grafanaReplicas: 2,
  alerting: {
    receivers: {
      'on-call': [{ kind: 'pagerduty', routingKey: SecretRef.named('pagerduty-telemetry-routing-key') }],
      team: [{ kind: 'slack', channel: '#telemetry', webhook: SecretRef.named('slack-telemetry-webhook') }],
    },
    routing: { default: 'team', bySeverity: { critical: 'on-call' } },
    deadMan: { host: 'heartbeat.example.com', url: SecretRef.named('dead-man-switch-telemetry') },
    receiverCidrs: 'internet',
    volume: Size.gibibytes(1),
  },
};

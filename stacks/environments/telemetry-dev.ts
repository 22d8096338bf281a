/**
 * The telemetry stack, development: one zone, a few dozen GPUs, the document's least resources.
 */
import { Duration, Size } from 'cdk8s';
import { SecretRef } from '../../constructs/core/secrets';
import type { TelemetryStackProps } from '../../constructs/systems/telemetry-stack-props';
import { azureAddresses } from '../../infra/address-plan';
import { addressAt } from '../../infra/cidr';
import type { Site } from '../../infra/cloud';

const ADDRESSES = azureAddresses('10.70.0.0/16');

export const TELEMETRY_DEV_SITE: Site = { kind: 'azure', addresses: ADDRESSES };

export const TELEMETRY_DEV: TelemetryStackProps = {
  environment: 'telemetry-dev',
  tier: 'dev',
  zones: 1,
  domain: 'dev.telemetry.example.com',
  secretStore: { kind: 'azure-key-vault', name: 'telemetry-dev' },
  survivesOutage: Duration.minutes(30),
  // 64 GPUs, 15 metrics each, every 5 s.
  readings: { perSecond: 200, bytesEach: 350 },
  network: {
    senders: ['10.80.0.0/16'],
    clients: ['10.81.0.0/16'],
    ingressAddress: addressAt(ADDRESSES.loadBalancers, 10),
    kubernetesApi: ADDRESSES.apiServer,
  },
  storageClass: 'managed-csi',
  publicIssuer: { kind: 'ClusterIssuer', name: 'public-acme' },
  brokers: { volume: Size.gibibytes(1), durability: 'flush' },
  store: { retention: Duration.days(7), volume: Size.gibibytes(1) },
  api: { keys: { kind: 'one', secret: SecretRef.named('api-key') } },
  metrics: { retention: Duration.days(7), volume: Size.gibibytes(4) },
  grafanaDatabase: { kind: 'in-cluster', volume: Size.gibibytes(4) },
  grafanaReplicas: 1,
  alerting: {
    receivers: {
      team: [
        { kind: 'slack', channel: '#telemetry-dev', webhook: SecretRef.named('slack-telemetry-dev-webhook') },
      ],
    },
    routing: { default: 'team' },
    deadMan: { host: 'heartbeat.example.com', url: SecretRef.named('dead-man-switch-telemetry-dev') },
    receiverCidrs: 'internet',
    volume: Size.gibibytes(1),
  },
};

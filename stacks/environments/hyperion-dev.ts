/**
 * Hyperion, development: one zone, every store in one piece, a few services as senders.
 */
import { Duration, Size } from 'cdk8s';
import { SecretRef } from '../../constructs/core/secrets';
import type { HyperionProps } from '../../constructs/systems/hyperion-props';
import { azureAddresses } from '../../infra/address-plan';
import { addressAt } from '../../infra/cidr';
import type { Site } from '../../infra/cloud';
import { HYPERION_COMMON } from './hyperion-common';

const STORAGE_CLASS = 'managed-csi';

const ADDRESSES = azureAddresses('10.10.0.0/16');

export const HYPERION_DEV_SITE: Site = { kind: 'azure', addresses: ADDRESSES };

export const HYPERION_DEV: HyperionProps = {
  ...HYPERION_COMMON,
  environment: 'hyperion-dev',
  tier: 'dev',
  zones: 1,
  domain: 'dev.hyperion.example.com',
  secretStore: { kind: 'azure-key-vault', name: 'hyperion-dev' },
  survivesOutage: Duration.minutes(30),
  workload: {
    traces: { perSecond: 1000, bytesEach: 500 },
    logs: { perSecond: 1000, bytesEach: 350 },
    metrics: { perSecond: 2000, bytesEach: 120 },
    activeSeries: 50_000,
  },
  network: {
    gatewaySubnet: ADDRESSES.gateway,
    ingressAddress: addressAt(ADDRESSES.loadBalancers, 10),
    grpcSenders: ['10.20.0.0/16'],
    privateEndpoints: ADDRESSES.privateEndpoints,
    entraId: ['20.190.128.0/18', '40.126.0.0/18'],
    kubernetesApi: ADDRESSES.apiServer,
  },
  storageClass: STORAGE_CLASS,
  publicIssuer: { kind: 'ClusterIssuer', name: 'public-acme' },
  tenants: [
    { name: 'shop', secret: SecretRef.named('tenant-shop-token') },
    { name: 'platform', secret: SecretRef.named('tenant-platform-token') },
  ],
  signalModes: { logs: 'failover', metrics: 'failover', traces: 'failover' },
  sampling: { slowerThan: Duration.seconds(2), baseRatePercent: 50, keptPercent: 60 },
  queues: {
    logs: { kind: 'disk', size: Size.gibibytes(1), storageClass: STORAGE_CLASS },
    metrics: { kind: 'disk', size: Size.gibibytes(1), storageClass: STORAGE_CLASS },
    traces: { kind: 'disk', size: Size.gibibytes(1), storageClass: STORAGE_CLASS },
  },
  kafka: {
    volume: Size.gibibytes(16),
    external: { addresses: [addressAt(ADDRESSES.loadBalancers, 21)] },
    runBy: { kind: 'stateful-set', clusterId: 'aHlwZXJpb24tZGV2LTAwMQ' },
  },
  consumers: [
    {
      name: 'checkpoint-logging',
      cidrs: ['10.30.0.0/24'],
      signal: 'logs',
      filter: { resourceAttributes: { 'service.namespace': 'shop' }, severityAtLeast: 'WARN' },
      samplingPercent: 100,
      redact: { delete: ['enduser.id', 'client.address'], mask: [] },
      expectedPercent: 5,
      keep: Duration.hours(24),
    },
    {
      name: 'poseidon',
      cidrs: ['10.31.0.0/24'],
      signal: 'traces',
      filter: { services: ['checkout', 'cart'] },
      samplingPercent: 10,
      redact: { delete: ['db.query.text'], mask: [] },
      expectedPercent: 2,
      keep: Duration.hours(24),
    },
  ],
  logs: {
    kind: 'single-binary',
    retention: Duration.days(7),
    volume: Size.gibibytes(20),
    schemaFrom: '2026-01-01',
  },
  traces: { kind: 'single-binary', retention: Duration.days(3), volume: Size.gibibytes(20), spans: 'all' },
  metrics: { retention: Duration.days(14), volume: Size.gibibytes(16), agentVolume: Size.gibibytes(4) },
  traceAnalytics: {
    spans: 'all',
    volume: Size.gibibytes(96),
    retention: {
      spans: Duration.days(3),
      perMinute: Duration.days(30),
      edges: Duration.days(30),
      endToEnd: Duration.days(14),
    },
  },
  grafanaDatabase: { kind: 'in-cluster', volume: Size.gibibytes(4) },
  grafanaReplicas: 1,
  alerting: {
    receivers: {
      team: [
        { kind: 'slack', channel: '#hyperion-dev', webhook: SecretRef.named('slack-hyperion-dev-webhook') },
      ],
    },
    routing: { default: 'team' },
    deadMan: { host: 'heartbeat.example.com', url: SecretRef.named('dead-man-switch-hyperion-dev') },
    receiverCidrs: 'internet',
    volume: Size.gibibytes(1),
  },
};

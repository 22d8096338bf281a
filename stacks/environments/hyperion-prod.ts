/**
 * Hyperion, production: three zones, 400,000 events a second at the peak.
 */
import { Duration, Size } from 'cdk8s';
import { SecretRef } from '../../constructs/core/secrets';
import type { HyperionProps } from '../../constructs/systems/hyperion-props';
import { azureAddresses } from '../../infra/address-plan';
import { addressAt } from '../../infra/cidr';
import type { Site } from '../../infra/cloud';
import type { PolicyException } from '../../policies/exception';
import { singleReplicaException } from './exceptions';
import { HYPERION_COMMON } from './hyperion-common';

const STORAGE_CLASS = 'managed-csi-premium';

const ADDRESSES = azureAddresses('10.40.0.0/16');

export const HYPERION_PROD_SITE: Site = { kind: 'azure', addresses: ADDRESSES };

export const HYPERION_PROD: HyperionProps = {
  ...HYPERION_COMMON,
  environment: 'hyperion-prod',
  tier: 'prod',
  zones: 3,
  domain: 'hyperion.example.com',
  secretStore: { kind: 'azure-key-vault', name: 'hyperion-prod' },
  survivesOutage: Duration.minutes(30),
  owners: { messaging: ['kafka', 'kafka-exporter'] },
  // 400,000 events a second: 240,000 spans, 100,000 log records and 60,000 samples.
  workload: {
    traces: { perSecond: 240_000, bytesEach: 500 },
    logs: { perSecond: 100_000, bytesEach: 350 },
    metrics: { perSecond: 60_000, bytesEach: 120 },
    activeSeries: 2_000_000,
  },
  network: {
    gatewaySubnet: ADDRESSES.gateway,
    ingressAddress: addressAt(ADDRESSES.loadBalancers, 10),
    grpcSenders: ['10.50.0.0/16'],
    privateEndpoints: ADDRESSES.privateEndpoints,
    entraId: ['20.190.128.0/18', '40.126.0.0/18'],
    kubernetesApi: ADDRESSES.apiServer,
  },
  storageClass: STORAGE_CLASS,
  publicIssuer: { kind: 'ClusterIssuer', name: 'public-acme' },
  tenants: [
    { name: 'shop', secret: SecretRef.named('tenant-shop-token') },
    { name: 'payments', secret: SecretRef.named('tenant-payments-token') },
    { name: 'logistics', secret: SecretRef.named('tenant-logistics-token') },
    { name: 'platform', secret: SecretRef.named('tenant-platform-token') },
  ],
  signalModes: { logs: 'failover', metrics: 'failover', traces: 'failover' },
  sampling: { slowerThan: Duration.seconds(2), baseRatePercent: 5, keptPercent: 10 },
  queues: {
    logs: { kind: 'disk', size: Size.gibibytes(8), storageClass: STORAGE_CLASS },
    metrics: { kind: 'disk', size: Size.gibibytes(8), storageClass: STORAGE_CLASS },
    traces: { kind: 'disk', size: Size.gibibytes(4), storageClass: STORAGE_CLASS },
  },
  kafka: {
    volume: Size.gibibytes(1024),
    external: { addresses: [21, 22, 23].map((index) => addressAt(ADDRESSES.loadBalancers, index)) },
    runBy: { kind: 'stateful-set', clusterId: 'aHlwZXJpb24tcHJvZC0wMQ' },
  },
  consumers: [
    {
      name: 'checkpoint-logging',
      cidrs: ['10.60.0.0/24'],
      signal: 'logs',
      filter: { resourceAttributes: { 'service.namespace': 'shop' }, severityAtLeast: 'WARN' },
      samplingPercent: 100,
      redact: { delete: ['enduser.id', 'client.address'], mask: [] },
      expectedPercent: 2,
      keep: Duration.hours(12),
    },
    {
      name: 'poseidon',
      cidrs: ['10.61.0.0/24'],
      signal: 'traces',
      filter: { services: ['checkout', 'cart'] },
      samplingPercent: 10,
      redact: { delete: ['db.query.text'], mask: [] },
      expectedPercent: 0.5,
      keep: Duration.hours(12),
    },
  ],
  logs: {
    kind: 'distributed',
    retention: Duration.days(30),
    schemaFrom: '2026-01-01',
    volumes: {
      ingester: Size.gibibytes(64),
      indexGateway: Size.gibibytes(64),
      compactor: Size.gibibytes(64),
    },
  },
  traces: {
    kind: 'microservices',
    retention: Duration.days(14),
    spans: 'sampled',
    volumes: { liveStore: Size.gibibytes(64), backendScheduler: Size.gibibytes(1) },
  },
  metrics: { retention: Duration.days(14), volume: Size.gibibytes(256), agentVolume: Size.gibibytes(10) },
  traceAnalytics: {
    spans: 'sampled',
    keeperVolume: Size.gibibytes(8),
    volume: Size.gibibytes(3072),
    retention: {
      spans: Duration.days(7),
      perMinute: Duration.days(90),
      edges: Duration.days(90),
      endToEnd: Duration.days(30),
    },
  },
  grafanaDatabase: { kind: 'managed', service: 'azure', cidrs: [ADDRESSES.database] },
  grafanaReplicas: 2,
  alerting: {
    receivers: {
      'on-call': [{ kind: 'pagerduty', routingKey: SecretRef.named('pagerduty-hyperion-routing-key') }],
      team: [{ kind: 'slack', channel: '#hyperion', webhook: SecretRef.named('slack-hyperion-webhook') }],
      'messaging-on-call': [
        { kind: 'pagerduty', routingKey: SecretRef.named('pagerduty-messaging-routing-key') },
      ],
      messaging: [
        { kind: 'slack', channel: '#messaging', webhook: SecretRef.named('slack-messaging-webhook') },
      ],
    },
    routing: {
      default: 'team',
      bySeverity: { critical: 'on-call' },
      byTeam: { messaging: { default: 'messaging', bySeverity: { critical: 'messaging-on-call' } } },
    },
    deadMan: { host: 'heartbeat.example.com', url: SecretRef.named('dead-man-switch-hyperion') },
    receiverCidrs: 'internet',
    volume: Size.gibibytes(1),
  },
};

export const HYPERION_PROD_EXCEPTIONS: readonly PolicyException[] = [
  singleReplicaException('hyperion-pipeline', 'kafka-exporter'),
  singleReplicaException('hyperion-store', 'loki-canary'),
];

/**
 * The hub: the cluster that keeps the metrics of all clusters for 15 days, and one sample in five minutes for over a year.
 */
import { Duration, Size } from 'cdk8s';
import { SecretRef } from '../../constructs/core/secrets';
import { clusterToken } from '../../constructs/systems/hub-and-spoke-clusters';
import type { HubProps } from '../../constructs/systems/hub-and-spoke-props';
import type { Site } from '../../infra/cloud';
import { HUB_ADDRESSES, HUB_COMMON, HUBS } from './hub-common';
import { SPOKES } from './hub-spokes';

export const HUB_INFRA_SITE = {
  kind: 'aws',
  addresses: HUB_ADDRESSES,
  role: {
    kind: 'hub',
    zone: HUBS.zone,
    spokes: SPOKES.map(({ environment, addresses, cluster }) => ({
      environment,
      block: addresses.block,
      tokenSecret: clusterToken(cluster).name,
    })),
  },
} satisfies Site;

export const HUB_INFRA: HubProps = {
  ...HUB_COMMON,
  environment: 'hub-infra',
  role: 'primary',
  tier: 'prod',
  zones: 3,
  secretStore: { kind: 'aws-secrets-manager', name: 'hub-infra' },
  spokes: SPOKES.map(({ cluster }) => cluster),
  network: {
    nodes: HUB_ADDRESSES.nodes,
    kubernetesApi: HUB_ADDRESSES.controlPlane,
    privateEndpoints: HUB_ADDRESSES.endpoints,
    operations: ['10.200.1.0/24'],
    developers: ['10.200.2.0/23'],
  },
  metrics: {
    retention: Duration.days(15),
    // The design's two, with two copies of everything: reads survive the loss of one, writes go on with one copy less.
    storages: 2,
    volume: Size.gibibytes(100),
    queryCache: Size.gibibytes(50),
    queryReplicas: 6,
    backup: true,
  },
  recommendations: true,
  grafana: {
    replicas: 2,
    database: {
      kind: 'managed',
      service: 'aurora',
      cidrs: HUB_ADDRESSES.database,
    },
    sharedFiles: { size: Size.gibibytes(10), storageClass: 'efs-encrypted' },
    signIn: {
      name: 'Company account',
      host: 'login.example.com',
      cidrs: ['10.200.0.16/28'],
      paths: { authorize: '/oauth2/authorize', token: '/oauth2/token', userInfo: '/oauth2/userinfo' },
      clientId: 'grafana-hub',
    },
  },
  alerting: {
    receivers: {
      'on-call': [{ kind: 'pagerduty', routingKey: SecretRef.named('pagerduty-hub-routing-key') }],
      team: [
        { kind: 'slack', channel: '#monitoring', webhook: SecretRef.named('slack-hub-webhook') },
        {
          kind: 'email',
          to: 'monitoring@example.com',
          from: 'alerts@example.com',
          server: { host: 'smtp.example.com', port: 587 },
          username: 'alerts@example.com',
          password: SecretRef.named('smtp-hub-password'),
        },
      ],
    },
    routing: { default: 'team', bySeverity: { critical: 'on-call' } },
    deadMan: { host: 'heartbeat.example.com', url: SecretRef.named('dead-man-switch-hub') },
    receiverCidrs: 'internet',
    volume: Size.gibibytes(1),
  },
};

/**
 * The hub: the cluster that keeps the metrics of all clusters for 15 days, and one sample in five minutes for over a year.
 */
import { Duration, Size } from 'cdk8s';
import { SecretRef } from '../../constructs/core/secrets';
import type { HubProps } from '../../constructs/systems/hub-and-spoke-props';
import { HUB_COMMON } from './hub-common';
import { SPOKES } from './hub-spokes';

export const HUB_INFRA: HubProps = {
  ...HUB_COMMON,
  environment: 'hub-infra',
  role: 'primary',
  tier: 'prod',
  zones: 3,
  secretStore: { kind: 'aws-secrets-manager', name: 'hub-infra' },
  spokes: SPOKES.map(({ cluster }) => cluster),
  network: {
    nodes: ['10.110.16.0/20', '10.110.32.0/20', '10.110.48.0/20'],
    kubernetesApi: ['10.110.3.0/28', '10.110.3.16/28', '10.110.3.32/28'],
    privateEndpoints: ['10.110.4.0/28', '10.110.4.16/28', '10.110.4.32/28'],
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
      cidrs: ['10.110.5.0/28', '10.110.5.16/28', '10.110.5.32/28'],
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
    receiverCidrs: ['10.110.6.4/32'],
    volume: Size.gibibytes(1),
  },
};

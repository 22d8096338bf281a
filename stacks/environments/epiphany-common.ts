/**
 * What both Epiphany environments decide alike: the product teams' applications, and what node agents are let off.
 */
import { Duration } from 'cdk8s';
import type { Application, MessageTopic } from '../../constructs/systems/epiphany-props';
import { nodeAgentExceptions } from './exceptions';

export const EPIPHANY_APPLICATIONS: readonly Application[] = [
  {
    name: 'shop',
    pods: { namespace: 'shop', labels: { 'app.kubernetes.io/name': 'shop' } },
    exposed: {
      subdomain: 'shop',
      service: 'shop.shop.svc.cluster.local',
      port: 8080,
      healthPath: '/healthz',
    },
  },
  {
    name: 'billing',
    pods: { namespace: 'billing', labels: { 'app.kubernetes.io/name': 'billing' } },
    exposed: {
      subdomain: 'billing',
      service: 'billing.billing.svc.cluster.local',
      port: 8080,
      healthPath: '/healthz',
    },
  },
];

export const EPIPHANY_TOPICS: readonly MessageTopic[] = [
  {
    name: 'orders',
    load: { perSecond: 50, bytesEach: 2000 },
    writers: ['shop'],
    readers: ['billing'],
    keep: Duration.hours(24),
  },
];

export const EPIPHANY_AGENT_EXCEPTIONS = nodeAgentExceptions('epiphany-agents', [
  'node-exporter',
  'filebeat',
]);

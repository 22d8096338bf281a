import { equals } from '../cel';
import type { Rule } from '../rule';

export const noNodePorts: Rule = {
  id: 'no-node-ports',
  title: 'Services open no port on the nodes',
  severity: 'high',
  reason: 'A node port is open on every node, to everybody who reaches one, past the ingress and its TLS.',
  remedy: 'Use type ClusterIP and an Ingress, or an internal load balancer',
  appliesTo: ['Service'],
  validations: [
    {
      expression: `!${equals('object', 'spec.type', 'NodePort')}`,
      message: 'The Service opens a port on every node',
    },
  ],
};

import { ALL_CONTAINERS, POD_CARRIERS, POD_SPEC } from '../pod-spec';
import type { Rule } from '../rule';

export const noHostPorts: Rule = {
  id: 'no-host-ports',
  title: 'Containers open no port of the node',
  severity: 'medium',
  reason:
    'A port of the node is reachable past Services and NetworkPolicies, and two pods that want it do not fit on one node.',
  remedy: 'Remove hostPort and reach the container through a Service',
  appliesTo: POD_CARRIERS,
  variables: [POD_SPEC, ALL_CONTAINERS],
  validations: [
    {
      expression: `variables.allContainers.all(c,
        !has(c.ports) || c.ports.all(p, !has(p.hostPort) || p.hostPort == 0))`,
      message: 'A container opens a port of the node',
    },
  ],
};

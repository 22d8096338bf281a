import { CONTAINERS, POD_SPEC, SERVERS } from '../pod-spec';
import type { Rule } from '../rule';

export const probes: Rule = {
  id: 'probes',
  title: 'Servers have readiness and liveness probes',
  severity: 'medium',
  reason:
    'Without readiness, requests reach a pod that cannot answer yet; without liveness, a hung process stays for ever.',
  remedy:
    'Give each container a readinessProbe and a livenessProbe; images without a shell take httpGet, tcpSocket or grpc',
  appliesTo: SERVERS,
  variables: [POD_SPEC, CONTAINERS],
  validations: [
    {
      expression: 'variables.containers.all(c, has(c.readinessProbe))',
      message: 'A container has no readiness probe',
    },
    {
      expression: 'variables.containers.all(c, has(c.livenessProbe))',
      message: 'A container has no liveness probe',
    },
  ],
};

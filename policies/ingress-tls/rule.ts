import { hasEntry } from '../cel';
import type { Rule } from '../rule';

export const ingressTls: Rule = {
  id: 'ingress-tls',
  title: 'Ingresses serve TLS for every host',
  severity: 'high',
  reason: 'Telemetry and log-in cookies would cross the network in the clear.',
  remedy:
    'List every host of spec.rules in spec.tls[].hosts; an ALB takes alb.ingress.kubernetes.io/certificate-arn instead',
  appliesTo: ['Ingress'],
  matchConditions: [
    {
      name: 'certificate-is-not-at-the-alb',
      expression: `!${hasEntry('object', 'metadata.annotations', 'alb.ingress.kubernetes.io/certificate-arn')}`,
    },
  ],
  validations: [
    {
      expression: 'has(object.spec.tls) && object.spec.tls.size() > 0',
      message: 'The Ingress has no TLS',
    },
    {
      expression: `!has(object.spec.tls) || !has(object.spec.rules) || object.spec.rules.all(r,
        has(r.host) && object.spec.tls.exists(t, has(t.hosts) && r.host in t.hosts))`,
      message: 'A host of the Ingress is served without TLS',
    },
  ],
};

import { isSet } from '../cel';
import type { Rule } from '../rule';

export const noExternalIps: Rule = {
  id: 'no-external-ips',
  title: 'Services claim no external addresses',
  severity: 'high',
  reason: 'A Service with externalIPs draws the traffic for any address it names to itself (CVE-2020-8554).',
  remedy: 'Remove spec.externalIPs; use an internal load balancer',
  appliesTo: ['Service'],
  validations: [
    {
      expression: `!${isSet('object', 'spec.externalIPs')} || object.spec.externalIPs.size() == 0`,
      message: 'The Service claims external addresses',
    },
  ],
};

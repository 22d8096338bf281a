import { equals } from '../cel';
import { ALL_CONTAINERS, POD_CARRIERS, POD_SPEC } from '../pod-spec';
import type { Rule } from '../rule';

export const noPrivilegeEscalation: Rule = {
  id: 'no-privilege-escalation',
  title: 'Processes cannot gain privileges',
  severity: 'high',
  reason: 'A setuid program inside the image would give a process more rights than the container was given.',
  remedy: 'Set securityContext.allowPrivilegeEscalation to false on each container',
  appliesTo: POD_CARRIERS,
  variables: [POD_SPEC, ALL_CONTAINERS],
  validations: [
    {
      expression: `variables.allContainers.all(c, ${equals('c', 'securityContext.allowPrivilegeEscalation', false)})`,
      message: 'A container may gain privileges',
    },
  ],
};

import { isSet } from '../cel';
import { ALL_CONTAINERS, POD_CARRIERS, POD_SPEC } from '../pod-spec';
import type { Rule } from '../rule';

const CONFINED = `['RuntimeDefault', 'Localhost']`;

export const seccompProfile: Rule = {
  id: 'seccomp-profile',
  title: 'System calls are filtered by a seccomp profile',
  severity: 'high',
  reason:
    'Unfiltered system calls leave the whole surface of the kernel open to a process that was taken over.',
  remedy: 'Set securityContext.seccompProfile.type to RuntimeDefault on the pod',
  appliesTo: POD_CARRIERS,
  variables: [POD_SPEC, ALL_CONTAINERS],
  validations: [
    {
      // A container's own value wins over the pod's.
      expression: `variables.allContainers.all(c,
        ${isSet('c', 'securityContext.seccompProfile.type')}
          ? c.securityContext.seccompProfile.type in ${CONFINED}
          : ${isSet('variables.podSpec', 'securityContext.seccompProfile.type')} &&
            variables.podSpec.securityContext.seccompProfile.type in ${CONFINED})`,
      message: 'A container runs without a seccomp profile',
    },
  ],
};

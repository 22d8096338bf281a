import { isSet } from '../cel';
import { ALL_CONTAINERS, POD_CARRIERS, POD_SPEC } from '../pod-spec';
import type { Rule } from '../rule';

export const dropAllCapabilities: Rule = {
  id: 'drop-all-capabilities',
  title: 'Containers give up all Linux capabilities',
  severity: 'high',
  reason:
    'The default set holds NET_RAW, which forges packets, and others that no telemetry component needs.',
  remedy:
    'Set securityContext.capabilities.drop to ["ALL"] on each container; only NET_BIND_SERVICE may be added again',
  appliesTo: POD_CARRIERS,
  variables: [POD_SPEC, ALL_CONTAINERS],
  validations: [
    {
      expression: `variables.allContainers.all(c,
        ${isSet('c', 'securityContext.capabilities.drop')} && 'ALL' in c.securityContext.capabilities.drop)`,
      message: 'A container keeps capabilities',
    },
    {
      // The one that Pod Security "restricted" allows: ports below 1024.
      expression: `variables.allContainers.all(c,
        !${isSet('c', 'securityContext.capabilities.add')} ||
        c.securityContext.capabilities.add.all(added, added == 'NET_BIND_SERVICE'))`,
      message: 'A container adds a capability other than NET_BIND_SERVICE',
    },
  ],
};

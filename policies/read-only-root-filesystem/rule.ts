import { equals } from '../cel';
import { ALL_CONTAINERS, POD_CARRIERS, POD_SPEC } from '../pod-spec';
import type { Rule } from '../rule';

export const readOnlyRootFilesystem: Rule = {
  id: 'read-only-root-filesystem',
  title: 'Root file systems are read-only',
  severity: 'medium',
  reason:
    'Nobody can plant a program in a container that cannot be written to, and data lands on volumes, where it is kept.',
  remedy: 'Set securityContext.readOnlyRootFilesystem to true and mount a volume where the program writes',
  appliesTo: POD_CARRIERS,
  variables: [POD_SPEC, ALL_CONTAINERS],
  validations: [
    {
      expression: `variables.allContainers.all(c, ${equals('c', 'securityContext.readOnlyRootFilesystem', true)})`,
      message: "A container's root file system can be written to",
    },
  ],
};

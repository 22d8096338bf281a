import { POD_CARRIERS, POD_SPEC } from '../pod-spec';
import type { Rule } from '../rule';

export const noHostPath: Rule = {
  id: 'no-host-path',
  title: "Pods do not mount the node's files",
  severity: 'high',
  reason:
    "The node's files hold other pods' secrets and logs, and a writable mount is a way out of the container.",
  remedy:
    'Use a PersistentVolumeClaim or an emptyDir; a node agent that reads the node needs a typed exception',
  appliesTo: POD_CARRIERS,
  variables: [POD_SPEC],
  validations: [
    {
      expression: `!has(variables.podSpec.volumes) || variables.podSpec.volumes.all(v, !has(v.hostPath))`,
      message: 'A volume is a path of the node',
    },
  ],
};

import { equals } from '../cel';
import type { Rule } from '../rule';

export const statefulSetsRetainVolumes: Rule = {
  id: 'stateful-sets-retain-volumes',
  title: 'Volumes outlive their StatefulSet',
  severity: 'high',
  reason: 'A StatefulSet deleted or scaled down by mistake would take its data with it.',
  remedy: 'Set persistentVolumeClaimRetentionPolicy.whenDeleted and .whenScaled to Retain',
  appliesTo: ['StatefulSet'],
  matchConditions: [
    {
      name: 'has-volumes',
      expression: 'has(object.spec.volumeClaimTemplates) && object.spec.volumeClaimTemplates.size() > 0',
    },
  ],
  validations: [
    {
      expression: equals('object', 'spec.persistentVolumeClaimRetentionPolicy.whenDeleted', 'Retain'),
      message: 'The volumes go when the StatefulSet is deleted',
    },
    {
      expression: equals('object', 'spec.persistentVolumeClaimRetentionPolicy.whenScaled', 'Retain'),
      message: 'Volumes go when the StatefulSet is scaled down',
    },
  ],
};

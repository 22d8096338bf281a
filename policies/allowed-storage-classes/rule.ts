import { list } from '../cel';
import type { Rule } from '../rule';

/** Classes whose volumes are encrypted: by the cloud always (Azure), or by their own setting (AWS, Ceph). */
const ALLOWED = list([
  'managed-csi',
  'managed-csi-premium',
  'managed-csi-premium-zrs',
  'azurefile-csi-premium',
  'gp3-encrypted',
  'efs-encrypted',
  'ceph-block-encrypted',
]);

export const allowedStorageClasses: Rule = {
  id: 'allowed-storage-classes',
  title: 'Volumes name a storage class that encrypts',
  severity: 'high',
  reason: "What a volume without a class gets is the cluster's choice, may change, and may not be encrypted.",
  remedy: `Set storageClassName to one of ${ALLOWED}`,
  appliesTo: ['PersistentVolumeClaim', 'StatefulSet'],
  variables: [
    {
      name: 'claims',
      expression: `object.kind == 'PersistentVolumeClaim' ? [object.spec]
        : has(object.spec.volumeClaimTemplates) ? object.spec.volumeClaimTemplates.map(t, t.spec) : []`,
    },
  ],
  validations: [
    {
      expression: `variables.claims.all(claim, has(claim.storageClassName) && claim.storageClassName in ${ALLOWED})`,
      message: 'A volume has no storage class, or one that is not on the list',
    },
  ],
};

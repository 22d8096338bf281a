import { hasEntry } from '../cel';
import type { Rule } from '../rule';

export const encryptedStorageClasses: Rule = {
  id: 'encrypted-storage-classes',
  title: 'Storage classes encrypt',
  severity: 'high',
  reason: 'Logs and traces hold personal data; a disk that leaves the data centre must not.',
  remedy: 'Set parameters.encrypted to "true"',
  appliesTo: ['StorageClass'],
  matchConditions: [
    {
      // Azure encrypts every managed disk and share; these three ask to be told.
      name: 'encryption-is-a-choice',
      expression: `object.provisioner == 'ebs.csi.aws.com' || object.provisioner == 'kubernetes.io/aws-ebs' ||
        object.provisioner.endsWith('.rbd.csi.ceph.com')`,
    },
  ],
  validations: [
    {
      expression: hasEntry('object', 'parameters', 'encrypted', 'true'),
      message: 'The storage class does not encrypt',
    },
  ],
};

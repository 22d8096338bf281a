import { equals, isSet } from '../../cel';
import type { CloudRule } from '../rule';

export const awsFileSystemsEncrypted: CloudRule = {
  id: 'aws-file-systems-encrypted',
  title: 'Shared file systems are encrypted',
  severity: 'high',
  reason: 'Grafana keeps plug-ins and sessions there; it cannot be turned on later.',
  remedy: 'Set encrypted to true and kmsKeyId to the key of the stack',
  appliesTo: ['aws:efs/fileSystem:FileSystem'],
  validations: [
    { expression: equals('resource', 'encrypted', true), message: 'The file system is not encrypted' },
    {
      expression: isSet('resource', 'kmsKeyId'),
      message: "The file system is encrypted with AWS' key, not with one of the stack",
    },
  ],
};

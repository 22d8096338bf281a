import { equals } from '../../cel';
import { every, forTypes } from '../expressions';
import type { CloudRule } from '../rule';

export const awsDisksEncrypted: CloudRule = {
  id: 'aws-disks-encrypted',
  title: 'Disks of machines are encrypted',
  severity: 'high',
  reason: 'Queues and stores lie on them, and so does everything that a node has pulled or logged.',
  remedy: 'Set encrypted, and kmsKeyId to the key of the stack',
  appliesTo: ['aws:ebs/volume:Volume', 'aws:ec2/launchTemplate:LaunchTemplate', 'aws:ec2/instance:Instance'],
  validations: [
    {
      expression: forTypes(['aws:ebs/volume:Volume'], equals('resource', 'encrypted', true)),
      message: 'The volume is not encrypted',
    },
    {
      // Without a mapping, the disk is as the image has it.
      expression: forTypes(
        ['aws:ec2/launchTemplate:LaunchTemplate'],
        `(has(resource.blockDeviceMappings) && resource.blockDeviceMappings.size() > 0 &&
          resource.blockDeviceMappings.all(e, !has(e.ebs) || ${equals('e', 'ebs.encrypted', 'true')}))`,
      ),
      message: 'A disk of the launch template is not encrypted, or is left to the image',
    },
    {
      expression: forTypes(
        ['aws:ec2/instance:Instance'],
        `(${equals('resource', 'rootBlockDevice.encrypted', true)} &&
          ${every('resource', 'ebsBlockDevices', equals('e', 'encrypted', true))})`,
      ),
      message: 'A disk of the instance is not encrypted',
    },
  ],
};

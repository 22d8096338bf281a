import { equals } from '../../cel';
import type { CloudRule } from '../rule';

export const instanceMetadataSessions: CloudRule = {
  id: 'instance-metadata-sessions',
  title: 'Machines give their metadata in sessions only (IMDSv2)',
  severity: 'high',
  reason: "With version 1, a program that fetches any URL can be made to fetch the node's credentials.",
  remedy: 'Set metadataOptions.httpTokens to required',
  appliesTo: ['aws:ec2/launchTemplate:LaunchTemplate', 'aws:ec2/instance:Instance'],
  validations: [
    {
      expression: equals('resource', 'metadataOptions.httpTokens', 'required'),
      message: 'The machine gives its metadata to whoever asks',
    },
  ],
};

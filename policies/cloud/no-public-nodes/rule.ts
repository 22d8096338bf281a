import { equals } from '../../cel';
import { every } from '../expressions';
import type { CloudRule } from '../rule';

const AKS = 'azure-native:containerservice:ManagedCluster';

export const noPublicNodes: CloudRule = {
  id: 'no-public-nodes',
  title: 'Machines have no public addresses',
  severity: 'high',
  reason:
    'What is not meant to be called from outside needs no address there; it goes out through the firewall or a NAT gateway.',
  remedy:
    'Remove enableNodePublicIP (AKS), mapPublicIpOnLaunch (subnets) and associatePublicIpAddress (instances and launch templates)',
  appliesTo: [
    AKS,
    'azure-native:containerservice:AgentPool',
    'aws:ec2/subnet:Subnet',
    'aws:ec2/launchTemplate:LaunchTemplate',
    'aws:ec2/instance:Instance',
  ],
  validations: [
    {
      expression: `!${equals('resource', 'enableNodePublicIP', true)} &&
        ${every('resource', 'agentPoolProfiles', `!${equals('e', 'enableNodePublicIP', true)}`)}`,
      message: 'Nodes of AKS get public addresses',
    },
    {
      expression: `!${equals('resource', 'mapPublicIpOnLaunch', true)}`,
      message: 'The subnet gives machines public addresses',
    },
    {
      // A list of interfaces in both, of different fields; text in launch templates.
      expression: `!${equals('resource', 'associatePublicIpAddress', true)} &&
        ${every('resource', 'networkInterfaces', `!${equals('e', 'associatePublicIpAddress', 'true')}`)}`,
      message: 'The machine gets a public address',
    },
  ],
};

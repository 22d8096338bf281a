import { isSet } from '../../cel';
import { every, forTypes, isOneOf } from '../expressions';
import type { CloudRule } from '../rule';

const GROUP = 'aws:ec2/securityGroup:SecurityGroup';
const GROUP_RULE = 'aws:ec2/securityGroupRule:SecurityGroupRule';
const INGRESS_RULE = 'aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule';
const AZURE_GROUP = 'azure-native:network:NetworkSecurityGroup';
const AZURE_RULE = 'azure-native:network:SecurityRule';

const isEverywhere = (value: string): string => `(${value} == '0.0.0.0/0' || ${value} == '::/0')`;
const namesEverywhere = (root: string): string => `(${root}.exists(c, ${isEverywhere('c')}))`;
const awsOpens = (root: string): string =>
  `((${isSet(root, 'cidrBlocks')} && ${namesEverywhere(`${root}.cidrBlocks`)}) ||
    (${isSet(root, 'ipv6CidrBlocks')} && ${namesEverywhere(`${root}.ipv6CidrBlocks`)}))`;

const isAnybody = (value: string): string =>
  `(${isEverywhere(value)} || ${value} == '*' || ${value} == 'Internet' || ${value} == 'Any')`;
const azureOpens = (root: string): string =>
  `(${root}.direction == 'Inbound' && ${root}.access == 'Allow' &&
    ((${isSet(root, 'sourceAddressPrefix')} && ${isAnybody(`${root}.sourceAddressPrefix`)}) ||
      (${isSet(root, 'sourceAddressPrefixes')} && ${root}.sourceAddressPrefixes.exists(c, ${isAnybody('c')}))))`;

export const noOpenIngress: CloudRule = {
  id: 'no-open-ingress',
  title: 'No port is open to everybody',
  severity: 'critical',
  reason: 'Who may come in is part of the flow graph: named networks, and nobody else.',
  remedy: 'Name the networks that may come in',
  appliesTo: [GROUP, GROUP_RULE, INGRESS_RULE, AZURE_GROUP, AZURE_RULE],
  validations: [
    {
      expression: forTypes([GROUP], every('resource', 'ingress', `!${awsOpens('e')}`)),
      message: 'The security group admits everybody',
    },
    {
      expression: `!${isOneOf(GROUP_RULE)} || resource.type != 'ingress' || !${awsOpens('resource')}`,
      message: 'The rule of a security group admits everybody',
    },
    {
      expression: forTypes(
        [INGRESS_RULE],
        `!((has(resource.cidrIpv4) && ${isEverywhere('resource.cidrIpv4')}) ||
          (has(resource.cidrIpv6) && ${isEverywhere('resource.cidrIpv6')}))`,
      ),
      message: 'The ingress rule admits everybody',
    },
    {
      expression: forTypes([AZURE_GROUP], every('resource', 'securityRules', `!${azureOpens('e')}`)),
      message: 'The network security group admits everybody',
    },
    {
      expression: forTypes([AZURE_RULE], `!${azureOpens('resource')}`),
      message: 'The security rule admits everybody',
    },
  ],
};

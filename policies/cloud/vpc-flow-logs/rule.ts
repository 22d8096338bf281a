import { hasBeside, isAnyOf } from '../expressions';
import type { CloudRule } from '../rule';

const FLOW_LOG = 'aws:ec2/flowLog:FlowLog';

export const vpcFlowLogs: CloudRule = {
  id: 'vpc-flow-logs',
  title: 'Networks log their flows',
  severity: 'medium',
  reason: 'After a break-in, who talked to whom is the first question.',
  remedy: 'Add a FlowLog for the VPC with trafficType ALL or REJECT',
  appliesTo: ['aws:ec2/vpc:Vpc'],
  besides: [FLOW_LOG],
  validations: [
    {
      expression: hasBeside(FLOW_LOG, isAnyOf('r', 'props.trafficType', ['ALL', 'REJECT'])),
      message: 'The network does not log what it refuses',
    },
  ],
};

/**
 * Who talked to whom: every connection of the network, accepted or refused, in an encrypted log.
 */
import * as cloudwatch from '@pulumi/aws/cloudwatch';
import * as ec2 from '@pulumi/aws/ec2';
import * as iam from '@pulumi/aws/iam';
import type { Input } from '@pulumi/pulumi';
import { inLayer, type AwsContext } from './context';
import { policyJson, type Statement } from './iam-document';

/** Seconds over which packets are summed up: the shortest, so that an incident's order of events can be seen. */
const AGGREGATION_SECONDS = 60;

export interface FlowLogProps {
  readonly vpcId: Input<string>;
  readonly keyArn: Input<string>;
  readonly days: number;
}

export function makeFlowLogs(outer: AwsContext, { vpcId, keyArn, days }: FlowLogProps): void {
  const context = inLayer(outer, 'FlowLogs');
  const group = new cloudwatch.LogGroup(
    context.name('flow-logs'),
    {
      name: groupName(context),
      kmsKeyId: keyArn,
      retentionInDays: days,
      tags: context.tags,
    },
    context.options,
  );
  const role = new iam.Role(
    context.name('flow-logs'),
    {
      description: `Writes the flow logs of ${context.environment}`,
      assumeRolePolicy: policyJson([trust(context)]),
      tags: context.tags,
    },
    context.options,
  );
  const policy = new iam.RolePolicy(
    context.name('flow-logs'),
    {
      role: role.id,
      policy: policyJson([write(context)]),
    },
    context.options,
  );
  new ec2.FlowLog(
    context.name('flow-logs'),
    {
      vpcId,
      trafficType: 'ALL',
      logDestinationType: 'cloud-watch-logs',
      logDestination: group.arn,
      iamRoleArn: role.arn,
      maxAggregationInterval: AGGREGATION_SECONDS,
      tags: context.named('flow-logs'),
    },
    { ...context.options, dependsOn: [policy] },
  );
}

function groupName({ environment }: AwsContext): string {
  return `${environment}/flow-logs`;
}

/** Its own group, and the streams in it. */
function write(context: AwsContext): Statement {
  const group = `arn:aws:logs:${context.region}:${context.accountId}:log-group:${groupName(context)}`;
  return {
    sid: 'WriteFlowLogs',
    effect: 'Allow',
    actions: ['logs:CreateLogStream', 'logs:DescribeLogStreams', 'logs:PutLogEvents'],
    resources: [group, `${group}:log-stream:*`],
  };
}

/** Only for this account's flow logs: or another account could have the service use this role for its own. */
function trust({ accountId, region }: AwsContext): Statement {
  return {
    sid: 'FlowLogsAssumeRole',
    effect: 'Allow',
    principals: { service: 'vpc-flow-logs.amazonaws.com' },
    actions: ['sts:AssumeRole'],
    conditions: {
      StringEquals: { 'aws:SourceAccount': accountId },
      ArnLike: { 'aws:SourceArn': `arn:aws:ec2:${region}:${accountId}:vpc-flow-log/*` },
    },
  };
}

/**
 * The stack's own keys (KMS), which rotate every year: one for data at rest, one for secrets, one for logs, so that who may
 * read one kind cannot read another.
 */
import * as kms from '@pulumi/aws/kms';
import type { Output } from '@pulumi/pulumi';
import { inLayer, type AwsContext } from './context';
import { policyJson, type Statement } from './iam-document';
import { roleArn } from './role-arn';

export interface Keys {
  /** Volumes, buckets, file systems, databases. */
  readonly dataArn: Output<string>;
  /** Secrets Manager, and Kubernetes' secrets in etcd. */
  readonly secretsArn: Output<string>;
  /** CloudWatch's log groups. */
  readonly logsArn: Output<string>;
}

type Purpose = 'data' | 'secrets' | 'logs';

/** The longest that AWS waits (7 to 30): what a lost key encrypted is lost. */
const DELETION_WINDOW_DAYS = 30;

export function makeKeys(outer: AwsContext): Keys {
  const context = inLayer(outer, 'Keys');
  return {
    dataArn: makeKey(context, 'data', 'Volumes, buckets, files and databases'),
    secretsArn: makeKey(context, 'secrets', "Secrets Manager and Kubernetes' secrets"),
    logsArn: makeKey(context, 'logs', 'Log groups'),
  };
}

function makeKey(context: AwsContext, purpose: Purpose, description: string): Output<string> {
  const { environment, tier, options } = context;
  const name = context.name(`${purpose}-key`);
  const prod = tier === 'prod';
  const key = new kms.Key(
    name,
    {
      description: `${environment}: ${description}`,
      enableKeyRotation: true,
      deletionWindowInDays: DELETION_WINDOW_DAYS,
      policy: policyJson(keyStatements(context, purpose)),
      tags: context.named(`${purpose}-key`),
    },
    { ...options, protect: prod, retainOnDelete: prod },
  );
  new kms.Alias(name, { name: `alias/${environment}-${purpose}`, targetKeyId: key.keyId }, options);
  return key.arn;
}

/** What encrypting and decrypting takes; `kms:ReEncrypt*` and `kms:GenerateDataKey*` in AWS' examples, written out. */
const USE = [
  'kms:Decrypt',
  'kms:DescribeKey',
  'kms:Encrypt',
  'kms:GenerateDataKey',
  'kms:GenerateDataKeyWithoutPlaintext',
  'kms:ReEncryptFrom',
  'kms:ReEncryptTo',
] as const;

export function keyStatements(
  { accountId, region }: Pick<AwsContext, 'accountId' | 'region'>,
  purpose: Purpose,
): readonly Statement[] {
  const ours: Statement = {
    sid: 'AccountAdministersKey',
    effect: 'Allow',
    principals: { aws: `arn:aws:iam::${accountId}:root` },
    actions: ['kms:*'],
    resources: ['*'],
  };
  if (purpose === 'data') return [ours, ...autoScaling(accountId)];
  return purpose === 'logs' ? [ours, logs(accountId, region)] : [ours];
}

/**
 * Node groups start instances whose disks the key encrypts. The role that does it is AWS' own and has no permission on keys
 * of ours; an empty account does not have it yet, and a policy may not name a principal that does not exist, so a condition
 * names it (EC2 Auto Scaling, "Required AWS KMS key policy for use with encrypted volumes").
 */
function autoScaling(accountId: string): readonly Statement[] {
  const role = roleArn(accountId, 'aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling');
  const who = {
    StringEquals: { 'kms:CallerAccount': accountId },
    ArnEquals: { 'aws:PrincipalArn': role },
  } as const;
  return [
    {
      sid: 'AutoScalingUsesKey',
      effect: 'Allow',
      principals: 'anyone',
      actions: USE,
      resources: ['*'],
      conditions: who,
    },
    {
      sid: 'AutoScalingGrantsToInstances',
      effect: 'Allow',
      principals: 'anyone',
      actions: ['kms:CreateGrant'],
      resources: ['*'],
      conditions: { ...who, Bool: { 'kms:GrantIsForAWSResource': 'true' } },
    },
  ];
}

/** For log groups of this account alone (CloudWatch Logs, "Encrypt log data using AWS KMS"). */
function logs(accountId: string, region: string): Statement {
  return {
    sid: 'LogsUseKey',
    effect: 'Allow',
    principals: { service: `logs.${region}.amazonaws.com` },
    actions: USE,
    resources: ['*'],
    conditions: {
      ArnLike: { 'kms:EncryptionContext:aws:logs:arn': `arn:aws:logs:${region}:${accountId}:log-group:*` },
    },
  };
}

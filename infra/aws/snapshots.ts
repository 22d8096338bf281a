/**
 * Volumes (EBS) and their snapshots: the class that makes them encrypted and tagged, and a schedule over what has that tag.
 */
import { Type, type Static } from '@sinclair/typebox';
import * as dlm from '@pulumi/aws/dlm';
import * as iam from '@pulumi/aws/iam';
import type { Input } from '@pulumi/pulumi';
import type { StorageClassSpec } from '../cloud';
import type { SettingProblem } from '../setting-error';
import type { Tags } from '../tags';
import { inLayer, type AwsContext } from './context';
import { policyJson, type Statement } from './iam-document';

export const SnapshotSettings = Type.Object(
  {
    /** When, every day, in UTC: `hh:mm`. */
    at: Type.String(),
    /** How many of each volume are kept. */
    keep: Type.Integer(),
  },
  { additionalProperties: false },
);
export type SnapshotSettings = Static<typeof SnapshotSettings>;

/** The tag of volumes that have snapshots; its value is the environment. */
const TAG = 'snapshots';

export function volumeClass(environment: string, tags: Tags, keyArn: Input<string>): StorageClassSpec {
  const onVolumes = Object.entries({ ...tags, [TAG]: environment }).map(([key, value], index) => [
    `tagSpecification_${index + 1}`,
    `${key}=${value}`,
  ]);
  return {
    name: 'gp3-encrypted',
    provisioner: 'ebs.csi.aws.com',
    parameters: {
      type: 'gp3',
      encrypted: 'true',
      kmsKeyId: keyArn,
      'csi.storage.k8s.io/fstype': 'ext4',
      ...(Object.fromEntries(onVolumes) as Record<string, string>),
    },
  };
}

export function makeSnapshots(outer: AwsContext, { at, keep }: SnapshotSettings): void {
  const context = inLayer(outer, 'Snapshots');
  const { environment, options, tags } = context;
  const role = makeRole(context);
  new dlm.LifecyclePolicy(
    context.name('snapshots'),
    {
      description: `${environment}: volumes, every day`,
      state: 'ENABLED',
      executionRoleArn: role.role.arn,
      policyDetails: {
        resourceTypes: ['VOLUME'],
        targetTags: { [TAG]: environment },
        schedules: [
          {
            name: 'every day',
            createRule: { interval: 24, intervalUnit: 'HOURS', times: at },
            retainRule: { count: keep },
            copyTags: true,
            tagsToAdd: { 'made-by': 'snapshots' },
          },
        ],
      },
      tags,
    },
    { ...options, dependsOn: [role.policy] },
  );
}

function makeRole(context: AwsContext): { readonly role: iam.Role; readonly policy: iam.RolePolicy } {
  const { accountId, environment, options, region, tags } = context;
  const name = context.name('snapshots');
  const role = new iam.Role(
    name,
    {
      name,
      assumeRolePolicy: policyJson([
        {
          sid: 'ScheduleAssumesRole',
          effect: 'Allow',
          principals: { service: 'dlm.amazonaws.com' },
          actions: ['sts:AssumeRole'],
          conditions: {
            StringEquals: { 'aws:SourceAccount': accountId },
            ArnLike: { 'aws:SourceArn': `arn:aws:dlm:${region}:${accountId}:policy/*` },
          },
        },
      ]),
      tags,
    },
    options,
  );
  const policy = new iam.RolePolicy(
    name,
    {
      name: 'snapshots',
      role: role.name,
      policy: policyJson(snapshotStatements({ accountId, region }, environment)),
    },
    options,
  );
  return { role, policy };
}

/** What AWSDataLifecycleManagerServiceRole has, cut down to this environment's volumes and their snapshots. */
export function snapshotStatements(
  { accountId, region }: Pick<AwsContext, 'accountId' | 'region'>,
  environment: string,
): readonly Statement[] {
  const snapshots = `arn:aws:ec2:${region}::snapshot/*`;
  return [
    {
      sid: 'FindVolumesAndSnapshots',
      effect: 'Allow',
      actions: ['ec2:DescribeInstances', 'ec2:DescribeSnapshots', 'ec2:DescribeVolumes'],
      resources: ['*'],
    },
    {
      sid: 'SnapshotTaggedVolumes',
      effect: 'Allow',
      actions: ['ec2:CreateSnapshot'],
      resources: [`arn:aws:ec2:${region}:${accountId}:volume/*`],
      conditions: { StringEquals: { [`aws:ResourceTag/${TAG}`]: environment } },
    },
    {
      sid: 'MakeSnapshots',
      effect: 'Allow',
      actions: ['ec2:CreateSnapshot', 'ec2:CreateTags'],
      resources: [snapshots],
    },
    {
      sid: 'DeleteOwnSnapshots',
      effect: 'Allow',
      actions: ['ec2:DeleteSnapshot'],
      resources: [snapshots],
      conditions: { StringEquals: { [`aws:ResourceTag/${TAG}`]: environment } },
    },
  ];
}

/** A schedule's own limit (Amazon Data Lifecycle Manager, "Retention"). */
const MOST_SNAPSHOTS = 1000;
const TIME = /^([01]\d|2[0-3]):[0-5]\d$/;

export function checkSnapshots({ at, keep }: SnapshotSettings, path: string): readonly SettingProblem[] {
  const problems: SettingProblem[] = [];
  if (!TIME.test(at)) {
    problems.push({
      path,
      property: 'at',
      value: at,
      rule: 'a time of day is written hh:mm, in UTC',
      remedy: 'write e.g. "02:30", with quotation marks: YAML takes it for a number else',
    });
  }
  if (keep < 1 || keep > MOST_SNAPSHOTS) {
    problems.push({
      path,
      property: 'keep',
      value: keep,
      rule: `1 to ${MOST_SNAPSHOTS} snapshots of a volume are kept (Amazon Data Lifecycle Manager)`,
      remedy: 'set e.g. 7, a week of them',
    });
  }
  return problems;
}

/**
 * Every wildcard in an IAM policy of ours, with its reason. What is not on this list does not synthesise.
 */
import type { PolicyDocument } from './iam-document';

interface ReasonedWildcard {
  /** The statement that has it. */
  readonly sid: string;
  readonly actions?: readonly string[];
  readonly resources?: readonly RegExp[];
  readonly reason: string;
}

const EVERYTHING = /^\*$/;
/** Snapshots' ARNs name no account. */
const SNAPSHOTS = /^arn:aws:ec2:[a-z0-9-]+::snapshot\/\*$/;
/** Any of one kind, in one account and one region. */
const anyOf = (service: string, kinds: string): RegExp =>
  new RegExp(`^arn:aws:${service}:[a-z0-9-]+:\\d{12}:(${kinds})/\\*$`);

const ITS_OWN_KEY =
  "in a key's policy `*` is the key itself, which has no ARN before it is made (AWS KMS, Key policies)";
const NO_RESOURCE_LEVEL =
  'AWS offers no permission on single resources for these reading actions (Service Authorization Reference)';

const REASONED: readonly ReasonedWildcard[] = [
  {
    sid: 'AccountAdministersKey',
    actions: ['kms:*'],
    resources: [EVERYTHING],
    reason: `${ITS_OWN_KEY}; without the account's own administrators a key can never be changed again, which AWS calls unmanageable`,
  },
  { sid: 'AutoScalingUsesKey', resources: [EVERYTHING], reason: ITS_OWN_KEY },
  { sid: 'AutoScalingGrantsToInstances', resources: [EVERYTHING], reason: ITS_OWN_KEY },
  { sid: 'LogsUseKey', resources: [EVERYTHING], reason: ITS_OWN_KEY },
  {
    sid: 'DenyPlainText',
    actions: ['s3:*'],
    resources: [/^arn:aws:s3:::[^*/]+\/\*$/],
    reason: 'it takes away: nothing at all without TLS, for every object',
  },
  {
    sid: 'DenyOldTls',
    actions: ['s3:*'],
    resources: [/^arn:aws:s3:::[^*/]+\/\*$/],
    reason: 'it takes away: nothing at all below TLS 1.2, for every object',
  },
  {
    sid: 'ReadAndWriteObjects',
    resources: [/^arn:aws:s3:::[^*/]+\/\*$/],
    reason: "objects' names are the store's own affair; the bucket is the boundary",
  },
  { sid: 'FindNetworkAndLoadBalancers', resources: [EVERYTHING], reason: NO_RESOURCE_LEVEL },
  { sid: 'FindCertificates', resources: [EVERYTHING], reason: NO_RESOURCE_LEVEL },
  { sid: 'FindNodeGroups', resources: [EVERYTHING], reason: NO_RESOURCE_LEVEL },
  { sid: 'FindVolumesAndSnapshots', resources: [EVERYTHING], reason: NO_RESOURCE_LEVEL },
  ...['AdmitToNodes', 'TagNewSecurityGroups', 'TagSecurityGroups', 'ChangeOwnSecurityGroups'].map((sid) => ({
    sid,
    resources: [anyOf('ec2', 'security-group')],
    reason: 'the controller makes them, so that no name is known; a condition on the cluster tag bounds it',
  })),
  {
    sid: 'MakeSecurityGroups',
    resources: [anyOf('ec2', 'security-group|vpc')],
    reason: 'a security group has no ID before it is made; one account, one region',
  },
  ...[
    'MakeLoadBalancers',
    'TagNewLoadBalancers',
    'TagLoadBalancers',
    'ChangeLoadBalancers',
    'MakeListeners',
  ].map((sid) => ({
    sid,
    resources: [anyOf('elasticloadbalancing', 'loadbalancer|targetgroup|listener|listener-rule')],
    reason: 'the controller makes them, so that no name is known; a condition on the cluster tag bounds it',
  })),
  {
    sid: 'ChangeListeners',
    resources: [anyOf('elasticloadbalancing', 'listener|listener-rule')],
    reason: 'they have no name before they are made and their tags come after; one account, one region',
  },
  {
    sid: 'ReadNodeGroups',
    resources: [/^arn:aws:eks:[a-z0-9-]+:\d{12}:nodegroup\/[^*/]+\/\*$/],
    reason: 'node groups of one cluster',
  },
  {
    sid: 'RegisterTargets',
    resources: [anyOf('elasticloadbalancing', 'targetgroup')],
    reason: 'the controller makes target groups; a condition on the cluster tag bounds it',
  },
  {
    sid: 'ScaleNodeGroups',
    resources: [/^arn:aws:autoscaling:[a-z0-9-]+:\d{12}:autoScalingGroup:\*:autoScalingGroupName\/eks-\*$/],
    reason:
      'EKS makes the groups under names of its own, which begin with eks-; a condition on the cluster tag bounds it',
  },
  {
    sid: 'SnapshotTaggedVolumes',
    resources: [anyOf('ec2', 'volume')],
    reason: 'the volume driver makes them; a condition on the tag of our volumes bounds it',
  },
  {
    sid: 'MakeSnapshots',
    resources: [SNAPSHOTS],
    reason: 'a snapshot has no ID before it is made; of which volumes, SnapshotTaggedVolumes says',
  },
  {
    sid: 'DeleteOwnSnapshots',
    resources: [SNAPSHOTS],
    reason: 'snapshots come and go; a condition on the tag that they have from our volumes bounds it',
  },
  {
    sid: 'WriteFlowLogs',
    resources: [/^arn:aws:logs:[a-z0-9-]+:\d{12}:log-group:[\w/-]+:log-stream:\*$/],
    reason: "the service names the streams; the group, which is the flow logs' own, is the boundary",
  },
  {
    sid: 'ReadThroughEndpoint',
    resources: [EVERYTHING],
    reason:
      "an endpoint grants nothing by itself; layers of images lie in others' buckets, whose names are theirs to change",
  },
  {
    sid: 'WriteThroughEndpoint',
    resources: [EVERYTHING],
    reason: 'an endpoint grants nothing by itself; a condition bounds it to buckets of the account',
  },
  ...['AcceptAttachments', 'ChangeOwnAttachments'].map((sid) => ({
    sid,
    resources: [anyOf('ec2', 'transit-gateway-attachment')],
    reason:
      "a spoke's attachment has no ID before the spoke's stack makes it; a condition on its tag bounds it",
  })),
  ...['AcceptPeering', 'ChangeOwnPeering'].map((sid) => ({
    sid,
    resources: [anyOf('ec2', 'vpc-peering-connection')],
    reason:
      "a spoke's connection has no ID before the spoke's stack makes it; a condition on its tag bounds it",
  })),
  { sid: 'FindWays', resources: [EVERYTHING], reason: NO_RESOURCE_LEVEL },
];

/** What a policy has of wildcards that nobody gave a reason for, as `<statement>: <action or resource>`. */
export function unreasonedWildcards(document: PolicyDocument): string[] {
  return document.Statement.flatMap(({ Sid, Action, Resource }) => {
    const reasons = REASONED.filter(({ sid }) => sid === Sid);
    const actions = Action.filter(
      (action) => isWild(action) && !reasons.some((reason) => reason.actions?.includes(action) === true),
    );
    const resources = (Resource ?? []).filter(
      (resource): resource is string =>
        typeof resource === 'string' &&
        isWild(resource) &&
        !reasons.some((reason) => reason.resources?.some((pattern) => pattern.test(resource)) === true),
    );
    return [...actions, ...resources].map((wildcard) => `${Sid}: ${wildcard}`);
  });
}

/** IAM knows two: any characters, and any one. */
function isWild(text: string): boolean {
  return /[*?]/.test(text);
}

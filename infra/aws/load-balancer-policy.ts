/**
 * What the AWS Load Balancer Controller may do: its project's own policy (docs/install/iam_policy.json, 3.x), cut down to what
 * an internal load balancer needs. No WAF, Shield or Cognito, which the operator switches off; everywhere this account, this
 * region, and this cluster's tag.
 */
import type { AwsContext } from './context';
import type { Statement } from './iam-document';

type Place = Pick<AwsContext, 'accountId' | 'region'>;

/** The controller tags what it makes with the cluster's name. */
const CLUSTER_TAG = 'elbv2.k8s.aws/cluster';

export function loadBalancerStatements(place: Place, cluster: string): readonly Statement[] {
  return [...findings(), ...securityGroups(place, cluster), ...loadBalancers(place, cluster)];
}

function findings(): readonly Statement[] {
  const allow = (sid: string, actions: readonly string[]): Statement => ({
    sid,
    effect: 'Allow',
    actions,
    resources: ['*'],
  });
  return [
    allow('FindNetworkAndLoadBalancers', [
      ...[
        'AccountAttributes',
        'Addresses',
        'AvailabilityZones',
        'Instances',
        'InternetGateways',
        'NetworkInterfaces',
        'RouteTables',
        'SecurityGroups',
        'Subnets',
        'Tags',
        'VpcPeeringConnections',
        'Vpcs',
      ].map((kind) => `ec2:Describe${kind}`),
      'ec2:GetSecurityGroupsForVpc',
      ...[
        'CapacityReservation',
        'ListenerAttributes',
        'ListenerCertificates',
        'Listeners',
        'LoadBalancerAttributes',
        'LoadBalancers',
        'Rules',
        'SSLPolicies',
        'Tags',
        'TargetGroupAttributes',
        'TargetGroups',
        'TargetHealth',
        'TrustStores',
      ].map((kind) => `elasticloadbalancing:Describe${kind}`),
    ]),
    allow('FindCertificates', ['acm:DescribeCertificate', 'acm:ListCertificates']),
  ];
}

function securityGroups({ accountId, region }: Place, cluster: string): readonly Statement[] {
  const ec2 = `arn:aws:ec2:${region}:${accountId}`;
  const groups = [`${ec2}:security-group/*`];
  const changes = ['ec2:AuthorizeSecurityGroupIngress', 'ec2:RevokeSecurityGroupIngress'];
  return [
    {
      sid: 'AdmitToNodes',
      effect: 'Allow',
      actions: changes,
      resources: groups,
      // EKS' tag on the nodes' group.
      conditions: { StringEquals: { [`aws:ResourceTag/kubernetes.io/cluster/${cluster}`]: 'owned' } },
    },
    {
      sid: 'MakeSecurityGroups',
      effect: 'Allow',
      actions: ['ec2:CreateSecurityGroup'],
      resources: [...groups, `${ec2}:vpc/*`],
    },
    {
      sid: 'TagNewSecurityGroups',
      effect: 'Allow',
      actions: ['ec2:CreateTags'],
      resources: groups,
      conditions: {
        StringEquals: {
          'ec2:CreateAction': 'CreateSecurityGroup',
          [`aws:RequestTag/${CLUSTER_TAG}`]: cluster,
        },
      },
    },
    {
      sid: 'TagSecurityGroups',
      effect: 'Allow',
      actions: ['ec2:CreateTags', 'ec2:DeleteTags'],
      resources: groups,
      conditions: ownWithoutChangingTheTag(cluster),
    },
    {
      sid: 'ChangeOwnSecurityGroups',
      effect: 'Allow',
      actions: [...changes, 'ec2:DeleteSecurityGroup'],
      resources: groups,
      conditions: own(cluster),
    },
  ];
}

function loadBalancers({ accountId, region }: Place, cluster: string): readonly Statement[] {
  const arn = (kind: string): string => `arn:aws:elasticloadbalancing:${region}:${accountId}:${kind}/*`;
  const balancers = [arn('loadbalancer'), arn('targetgroup')];
  const listeners = [arn('listener'), arn('listener-rule')];
  const allow = (
    sid: string,
    actions: readonly string[],
    resources: readonly string[],
    conditions: Statement['conditions'],
  ): Statement => ({
    sid,
    effect: 'Allow',
    actions: actions.map((action) => `elasticloadbalancing:${action}`),
    resources,
    ...(conditions === undefined ? {} : { conditions }),
  });
  return [
    {
      // Once in an account's life: the role with which load balancers themselves act.
      sid: 'MakeServiceRole',
      effect: 'Allow',
      actions: ['iam:CreateServiceLinkedRole'],
      resources: [
        `arn:aws:iam::${accountId}:role/aws-service-role/elasticloadbalancing.amazonaws.com/AWSServiceRoleForElasticLoadBalancing`,
      ],
      conditions: { StringEquals: { 'iam:AWSServiceName': 'elasticloadbalancing.amazonaws.com' } },
    },
    allow('MakeLoadBalancers', ['CreateLoadBalancer', 'CreateTargetGroup'], balancers, {
      StringEquals: { [`aws:RequestTag/${CLUSTER_TAG}`]: cluster },
    }),
    allow('TagNewLoadBalancers', ['AddTags'], balancers, {
      StringEquals: {
        'elasticloadbalancing:CreateAction': ['CreateLoadBalancer', 'CreateTargetGroup'],
        [`aws:RequestTag/${CLUSTER_TAG}`]: cluster,
      },
    }),
    allow('TagLoadBalancers', ['AddTags', 'RemoveTags'], balancers, ownWithoutChangingTheTag(cluster)),
    allow(
      'ChangeLoadBalancers',
      [
        'DeleteLoadBalancer',
        'DeleteTargetGroup',
        'ModifyCapacityReservation',
        'ModifyListenerAttributes',
        'ModifyLoadBalancerAttributes',
        'ModifyTargetGroup',
        'ModifyTargetGroupAttributes',
        'SetIpAddressType',
        'SetSecurityGroups',
        'SetSubnets',
      ],
      [...balancers, arn('listener')],
      own(cluster),
    ),
    // Listeners and rules are tagged after they are made: the project's own policy has no condition here either.
    allow(
      'ChangeListeners',
      [
        'AddListenerCertificates',
        'AddTags',
        'CreateListener',
        'CreateRule',
        'DeleteListener',
        'DeleteRule',
        'ModifyListener',
        'ModifyRule',
        'RemoveListenerCertificates',
        'RemoveTags',
        'SetRulePriorities',
      ],
      listeners,
      undefined,
    ),
    allow('MakeListeners', ['CreateListener'], [arn('loadbalancer')], own(cluster)),
    allow('RegisterTargets', ['DeregisterTargets', 'RegisterTargets'], [arn('targetgroup')], own(cluster)),
  ];
}

function own(cluster: string): Statement['conditions'] {
  return { StringEquals: { [`aws:ResourceTag/${CLUSTER_TAG}`]: cluster } };
}

/** Or it could take what belongs to another cluster. */
function ownWithoutChangingTheTag(cluster: string): Statement['conditions'] {
  return { ...own(cluster), Null: { [`aws:RequestTag/${CLUSTER_TAG}`]: 'true' } };
}

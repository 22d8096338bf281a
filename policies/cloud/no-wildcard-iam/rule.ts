import type { CloudRule } from '../rule';

/**
 * Actions that IAM wants `*` for, because they know no resource or look for one (source: AWS, Service Authorization
 * Reference); none of them gives data away.
 */
const WITHOUT_RESOURCE = [
  '(autoscaling|ec2|elasticloadbalancing):Describe[A-Za-z]+',
  'acm:(DescribeCertificate|ListCertificates)',
  'cloudwatch:PutMetricData',
  'ec2:Get(CoipPoolUsage|InstanceTypesFromInstanceRequirements|SecurityGroupsForVpc)',
  'ec2:GetTransitGatewayRouteTable(Associations|Propagations)',
  'ecr:GetAuthorizationToken',
  'iam:ListServerCertificates',
  'logs:DescribeLogGroups',
  'secretsmanager:ListSecrets',
  'sts:GetCallerIdentity',
  'tag:GetResources',
].join('|');

/** Each statement of the policy, or of the role's own policies, is `s`. */
const allStatements = (condition: string): string =>
  `(!has(resource.policy) || resource.policy.Statement.all(s, s.Effect != 'Allow' || (${condition}))) &&
   (!has(resource.inlinePolicies) || resource.inlinePolicies.all(p, !has(p.policy) ||
     p.policy.Statement.all(s, s.Effect != 'Allow' || (${condition}))))`;

export const noWildcardIam: CloudRule = {
  id: 'no-wildcard-iam',
  title: 'IAM policies name actions and resources',
  severity: 'high',
  reason: 'A stolen identity may do what its policies say, not what it was made for.',
  remedy: 'List the actions, and the ARNs that they concern',
  appliesTo: ['aws:iam/policy:Policy', 'aws:iam/rolePolicy:RolePolicy', 'aws:iam/role:Role'],
  validations: [
    {
      expression: allStatements(`has(s.Action) && s.Action.all(a, !a.contains('*'))`),
      message: 'A statement allows actions by a wildcard, or all but some',
    },
    {
      expression: allStatements(`has(s.Resource) && (s.Resource.all(r, r != '*') || has(s.Condition) ||
        (has(s.Action) && s.Action.all(a, a.matches('^(${WITHOUT_RESOURCE})$'))))`),
      message: 'A statement allows its actions on every resource, without a condition',
    },
  ],
};

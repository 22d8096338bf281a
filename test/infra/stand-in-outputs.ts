/**
 * What a cloud would answer, for programs that run against mocks: IDs of each cloud's form, and the outputs that other
 * resources use. One line for each type that needs more than its inputs: add yours.
 */
type Inputs = Readonly<Record<string, unknown>>;
type State = Readonly<Record<string, unknown>>;

const SUBSCRIPTION = '00000000-0000-0000-0000-000000000000';
const TENANT = '00000000-0000-0000-0000-000000000001';
const ACCOUNT = '111122223333';
const REGION = 'eu-central-1';

/** What the hub's stack on AWS hands to its spokes' (infra/aws/hub-handover.ts). */
export const HUB_HANDOVER = {
  accountId: ACCOUNT,
  region: REGION,
  vpcId: 'vpc-hub',
  zoneId: 'ZONE',
  joinRoleArns: Object.fromEntries(
    ['hub-dev', 'hub-staging', 'hub-prod'].map((spoke) => [
      spoke,
      `arn:aws:iam::${ACCOUNT}:role/hub-infra-join-${spoke}`,
    ]),
  ),
  transitGateway: {
    id: 'tgw-hub',
    shareArn: `arn:aws:ram:${REGION}:${ACCOUNT}:resource-share/hub`,
    hubRouteTableId: 'tgw-rtb-hub',
    spokesRouteTableId: 'tgw-rtb-spokes',
  },
  connectedRouteTableId: 'rtb-hub',
  zoneAuthority: '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n',
} as const;

/** Outputs beside the inputs, by type. */
const STATES: Readonly<Record<string, (name: string, inputs: Inputs) => State>> = {
  'aws:eks/cluster:Cluster': (name) => ({
    endpoint: `https://${name}.example.com`,
    certificateAuthority: { data: 'Y2VydGlmaWNhdGU=' },
    certificateAuthorities: [{ data: 'Y2VydGlmaWNhdGU=' }],
    vpcConfig: { clusterSecurityGroupId: `sg-${name}` },
    identities: [{ oidcs: [{ issuer: `https://oidc.example.com/${name}` }] }],
  }),
  'aws:rds/cluster:Cluster': (name) => ({ endpoint: `${name}.cluster.example.com` }),
  'aws:route53/zone:Zone': (name) => ({ zoneId: `zone-of-${name}` }),
  // In an order of its own, as Amazon does.
  'aws:acm/certificate:Certificate': (_, { domainName, subjectAlternativeNames = [] }) => ({
    domainValidationOptions: [...(subjectAlternativeNames as string[]), String(domainName)].map((name) => ({
      domainName: name,
      resourceRecordName: `_check.${name}`,
      resourceRecordType: 'CNAME',
      resourceRecordValue: '_answer.example.com',
    })),
  }),
  'pulumi:pulumi:StackReference': () => ({
    outputs: {
      handover: HUB_HANDOVER,
      spokeTokens: Object.fromEntries(
        Object.keys(HUB_HANDOVER.joinRoleArns).map((spoke) => [spoke, `token-of-${spoke}`]),
      ),
    },
    secretOutputNames: ['spokeTokens'],
  }),
  'azure-native:containerservice:ManagedCluster': (name) => ({
    oidcIssuerProfile: { issuerURL: `https://oidc.example.com/${name}` },
    identityProfile: { kubeletidentity: { objectId: SUBSCRIPTION, clientId: SUBSCRIPTION } },
    identity: { type: 'SystemAssigned', principalId: SUBSCRIPTION, tenantId: TENANT },
    privateFQDN: `${name}.example.com`,
    fqdn: `${name}.example.com`,
  }),
  'azure-native:managedidentity:UserAssignedIdentity': (name) => ({
    clientId: `client-id-of-${name}`,
    principalId: `principal-id-of-${name}`,
    tenantId: TENANT,
  }),
  'azure-native:keyvault:Vault': (name, { properties }) => ({
    properties: { ...(properties as object), vaultUri: `https://${name}.vault.azure.net/` },
  }),
  'azure-native:dbforpostgresql:Server': (name) => ({
    fullyQualifiedDomainName: `${name}.postgres.database.azure.com`,
  }),
  'azure-native:dns:Zone': () => ({ nameServers: ['ns1.example.com.', 'ns2.example.com.'] }),
  'azure-native:network:PublicIPAddress': () => ({ ipAddress: '192.0.2.10' }),
  'kubernetes:networking.k8s.io/v1:Ingress': () => ({
    status: { loadBalancer: { ingress: [{ hostname: 'load-balancer.example.com' }] } },
  }),
  'random:index/randomPassword:RandomPassword': (name) => ({ result: `random-password-of-${name}` }),
  'random:index/randomString:RandomString': () => ({ result: 'a1b2c3' }),
  'random:index/randomId:RandomId': () => ({ hex: 'a1b2c3d4' }),
};

export function standInState(type: string, name: string, inputs: Inputs): State {
  return { ...ofTheCloud(type, name, inputs), ...STATES[type]?.(name, inputs) };
}

function ofTheCloud(type: string, name: string, inputs: Inputs): State {
  const [provider, module] = type.split(':');
  if (provider === 'aws')
    return { arn: `arn:aws:${module?.split('/')[0] ?? ''}:${REGION}:${ACCOUNT}:${name}` };
  if (provider === 'azure-native') return { name: azureName(type, name, inputs) };
  return {};
}

export function standInId(type: string, name: string, inputs: Inputs, given: string | undefined): string {
  if (given !== undefined && given !== '') return given;
  if (!type.startsWith('azure-native:')) return `${name}-id`;
  const [, module, kind] = type.split(':');
  const group = typeof inputs.resourceGroupName === 'string' ? inputs.resourceGroupName : name;
  return `/subscriptions/${SUBSCRIPTION}/resourceGroups/${group}/providers/Microsoft.${module ?? ''}/${kind ?? ''}/${azureName(type, name, inputs)}`;
}

/** Azure's types take their name as `<something>Name`, and give it back as `name`. */
function azureName(type: string, name: string, inputs: Inputs): string {
  const kind = type.split(':')[2] ?? '';
  const key = [
    'resourceName',
    'accountName',
    'name',
    'containerName',
    `${kind.charAt(0).toLowerCase()}${kind.slice(1)}Name`,
  ].reverse();
  return key.map((candidate) => inputs[candidate]).find((value) => typeof value === 'string') ?? name;
}

/** Answers of functions, by token. */
const CALLS: Readonly<Record<string, (inputs: Inputs) => State>> = {
  'aws:index/getCallerIdentity:getCallerIdentity': () => ({
    accountId: ACCOUNT,
    arn: `arn:aws:iam::${ACCOUNT}:root`,
    id: ACCOUNT,
    userId: ACCOUNT,
  }),
  'aws:acmpca/getCertificateAuthority:getCertificateAuthority': ({ arn }) => ({
    arn,
    certificate: HUB_HANDOVER.zoneAuthority,
  }),
  'aws:index/getRegion:getRegion': () => ({ name: REGION, region: REGION, id: REGION }),
  'aws:index/getPartition:getPartition': () => ({ partition: 'aws', dnsSuffix: 'amazonaws.com' }),
  'azure-native:containerservice:listManagedClusterUserCredentials': () => ({
    kubeconfigs: [
      {
        name: 'clusterUser',
        value: Buffer.from('clusters: [{cluster: {certificate-authority-data: Y2VydGlmaWNhdGU=}}]').toString(
          'base64',
        ),
      },
    ],
  }),
  'azure-native:authorization:getClientConfig': () => ({
    clientId: SUBSCRIPTION,
    objectId: SUBSCRIPTION,
    subscriptionId: SUBSCRIPTION,
    tenantId: TENANT,
  }),
};

/** @throws Error for a function that nobody here answers */
export function standInCall(token: string, inputs: Inputs): State {
  const answer = CALLS[token];
  if (answer === undefined)
    throw new Error(`test/infra/stand-in-outputs.ts has no answer to ${token}: add one`);
  return answer(inputs);
}

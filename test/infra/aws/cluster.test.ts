import { makeCluster, type ClusterSettings } from '../../../infra/aws/cluster';
import { ADMIN, DEMAND, hubContext, inputsOf, KEYS, NETWORK, protectedOnes, recordHub } from './hub';
import { recordProgram, revealed, type Recording } from '../record';

// The provider's modules are big, and the machine may be busy.
jest.setTimeout(60_000);

const SETTINGS: ClusterSettings = {
  kubernetesVersion: '1.35',
  administrators: [ADMIN],
  nodePools: {
    general: { instanceTypes: ['m7g.xlarge', 'm6g.xlarge'], perZone: { min: 1, max: 3 }, diskGibibytes: 50 },
  },
  logDays: 90,
  addOnVersions: { 'vpc-cni': 'v1.20.4-eksbuild.1' },
};

const record = (
  tier: 'dev' | 'prod',
  settings: Partial<ClusterSettings> = {},
  preview = false,
): Promise<Recording> =>
  recordHub(
    (context) =>
      makeCluster(context, {
        network: NETWORK,
        keys: KEYS,
        controlPlaneSecurityGroupId: 'sg-control-plane',
        settings: { ...SETTINGS, ...settings },
        requests: DEMAND.requests,
        hasFileStorage: true,
      }),
    tier,
    { preview },
  );

const names = ({ resources }: Recording, type: string): string[] =>
  resources.filter((one) => one.type === type).map(({ name }) => name);

const urnOf = ({ resources }: Recording, type: string, name: string): string =>
  resources.find((one) => one.type === type && one.name === name)?.urn ?? 'not made';

describe('makeCluster', () => {
  let prod: Recording;
  beforeAll(async () => {
    prod = await record('prod');
  });

  it('keeps the API private, secrets encrypted and access by entries', () => {
    expect(inputsOf(prod, 'aws:eks/cluster:Cluster')).toEqual({
      name: 'hub-infra',
      version: '1.35',
      roleArn: 'arn:aws:iam:eu-central-1:111122223333:hub-infra-control-plane',
      vpcConfig: {
        subnetIds: ['subnet-control-plane-a', 'subnet-control-plane-b', 'subnet-control-plane-c'],
        securityGroupIds: ['sg-control-plane'],
        endpointPrivateAccess: true,
        endpointPublicAccess: false,
      },
      kubernetesNetworkConfig: { ipFamily: 'ipv4', serviceIpv4Cidr: '172.20.0.0/16' },
      accessConfig: { authenticationMode: 'API', bootstrapClusterCreatorAdminPermissions: false },
      encryptionConfig: {
        provider: { keyArn: 'arn:aws:kms:eu-central-1:111122223333:key/secrets' },
        resources: ['secrets'],
      },
      enabledClusterLogTypes: ['api', 'audit', 'authenticator', 'controllerManager', 'scheduler'],
      bootstrapSelfManagedAddons: false,
      upgradePolicy: { supportType: 'STANDARD' },
      zonalShiftConfig: { enabled: true },
      deletionProtection: true,
      tags: {
        system: 'hub-and-spoke',
        environment: 'hub-infra',
        owner: 'platform',
        'cost-centre': '4711',
        Name: 'hub-infra-cluster',
      },
    });
    expect(protectedOnes(prod)).toEqual(['aws:eks/cluster:Cluster: hub-infra']);
  });

  it('opens the API in development only where settings say so', async () => {
    const dev = await record('dev', { publicEndpointCidrs: ['203.0.113.0/24'] });
    expect(inputsOf(dev, 'aws:eks/cluster:Cluster')).toMatchObject({
      vpcConfig: {
        endpointPrivateAccess: true,
        endpointPublicAccess: true,
        publicAccessCidrs: ['203.0.113.0/24'],
      },
      deletionProtection: false,
    });
    expect(protectedOnes(dev)).toEqual([]);
  });

  it('keeps the logs for as long as settings say, in a group made before the cluster', () => {
    expect(inputsOf(prod, 'aws:cloudwatch/logGroup:LogGroup')).toMatchObject({
      name: '/aws/eks/hub-infra/cluster',
      retentionInDays: 90,
      kmsKeyId: 'arn:aws:kms:eu-central-1:111122223333:key/logs',
    });
    const cluster = prod.resources.find(({ type }) => type === 'aws:eks/cluster:Cluster');
    expect(cluster?.options.dependsOn).toContain(
      urnOf(prod, 'aws:cloudwatch/logGroup:LogGroup', 'hub-infra-control-plane-logs'),
    );
  });

  it('makes a node group for each zone, in that zone alone', () => {
    expect(names(prod, 'aws:eks/nodeGroup:NodeGroup')).toEqual([
      'hub-infra-general-eu-central-1a',
      'hub-infra-general-eu-central-1b',
      'hub-infra-general-eu-central-1c',
    ]);
    expect(inputsOf(prod, 'aws:eks/nodeGroup:NodeGroup', 'hub-infra-general-eu-central-1b')).toMatchObject({
      clusterName: 'hub-infra',
      nodeGroupName: 'hub-infra-general-eu-central-1b',
      subnetIds: ['subnet-nodes-b'],
      amiType: 'AL2023_ARM_64_STANDARD',
      instanceTypes: ['m7g.xlarge', 'm6g.xlarge'],
      scalingConfig: { minSize: 1, desiredSize: 3, maxSize: 3 },
      updateConfig: { maxUnavailable: 1 },
      nodeRepairConfig: { enabled: true },
      version: '1.35',
    });
  });

  it('starts nodes from an encrypted disk, with metadata that pods cannot reach', () => {
    const template = inputsOf(prod, 'aws:ec2/launchTemplate:LaunchTemplate');
    expect(template.metadataOptions).toEqual({
      httpEndpoint: 'enabled',
      httpTokens: 'required',
      httpPutResponseHopLimit: 1,
    });
    expect(template.blockDeviceMappings).toEqual([
      {
        deviceName: '/dev/xvda',
        ebs: {
          volumeSize: 50,
          volumeType: 'gp3',
          encrypted: 'true',
          kmsKeyId: 'arn:aws:kms:eu-central-1:111122223333:key/data',
          deleteOnTermination: 'true',
        },
      },
    ]);
    expect(template.tagSpecifications).toMatchObject([
      { resourceType: 'instance', tags: { environment: 'hub-infra' } },
      { resourceType: 'volume', tags: { environment: 'hub-infra' } },
      { resourceType: 'network-interface', tags: { environment: 'hub-infra' } },
    ]);
  });

  it('has the network before the nodes, and the drivers after them', () => {
    const node = prod.resources.find(({ name }) => name === 'hub-infra-general-eu-central-1a');
    const addOn = (name: string): string => urnOf(prod, 'aws:eks/addon:Addon', `hub-infra-${name}`);
    expect(node?.options.dependsOn).toEqual(
      expect.arrayContaining(['eks-pod-identity-agent', 'kube-proxy', 'vpc-cni'].map(addOn)),
    );
    const driver = prod.resources.find(({ urn }) => urn === addOn('aws-ebs-csi-driver'));
    expect(driver?.options.dependsOn).toContain(node?.urn);
    expect(names(prod, 'aws:eks/addon:Addon')).toEqual(
      [
        'aws-ebs-csi-driver',
        'aws-efs-csi-driver',
        'coredns',
        'eks-pod-identity-agent',
        'kube-proxy',
        'vpc-cni',
      ].map((name) => `hub-infra-${name}`),
    );
  });

  it('has the VPC CNI enforce NetworkPolicies, under a role of its own', () => {
    expect(inputsOf(prod, 'aws:eks/addon:Addon', 'hub-infra-vpc-cni')).toMatchObject({
      addonVersion: 'v1.20.4-eksbuild.1',
      configurationValues: '{"enableNetworkPolicy":"true"}',
      podIdentityAssociations: [
        {
          roleArn: 'arn:aws:iam:eu-central-1:111122223333:hub-infra-vpc-cni',
          serviceAccount: 'aws-node',
        },
      ],
    });
  });

  it('gives nodes no more than joining and pulling images', () => {
    const attached = prod.resources
      .filter(({ type }) => type === 'aws:iam/rolePolicyAttachment:RolePolicyAttachment')
      .map(({ inputs }) => revealed(inputs) as { role: string; policyArn: string });
    const nodePolicies = attached.filter(({ role }) => role === 'hub-infra-node');
    expect(nodePolicies.map(({ policyArn }) => policyArn).sort()).toEqual([
      'arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryPullOnly',
      'arn:aws:iam::aws:policy/AmazonEKSWorkerNodePolicy',
    ]);
    expect(names(prod, 'aws:iam/rolePolicy:RolePolicy')).toEqual(['hub-infra-ebs-csi-driver']);
  });

  it('admits the administrators of the settings', () => {
    expect(inputsOf(prod, 'aws:eks/accessEntry:AccessEntry')).toMatchObject({
      principalArn: ADMIN,
      type: 'STANDARD',
    });
    expect(inputsOf(prod, 'aws:eks/accessPolicyAssociation:AccessPolicyAssociation')).toMatchObject({
      principalArn: ADMIN,
      policyArn: 'arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy',
      accessScope: { type: 'cluster' },
    });
  });

  it('makes the same resources in a preview', async () => {
    const preview = await record('prod', {}, true);
    expect(preview.resources.map(({ urn }) => urn)).toEqual(prod.resources.map(({ urn }) => urn));
  });

  it('hands out a kubeconfig without a credential', async () => {
    const { outputs } = await recordProgram(() => {
      const { kubeconfig, securityGroupId } = makeCluster(hubContext(), {
        network: NETWORK,
        keys: KEYS,
        controlPlaneSecurityGroupId: 'sg-control-plane',
        settings: SETTINGS,
        requests: DEMAND.requests,
        hasFileStorage: false,
      });
      return { kubeconfig, securityGroupId };
    });
    expect(outputs.securityGroupId).toBe('sg-hub-infra');
    expect(JSON.parse(String(outputs.kubeconfig))).toEqual({
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': 'hub-infra',
      clusters: [
        {
          name: 'hub-infra',
          cluster: {
            server: 'https://hub-infra.example.com',
            'certificate-authority-data': 'Y2VydGlmaWNhdGU=',
          },
        },
      ],
      contexts: [{ name: 'hub-infra', context: { cluster: 'hub-infra', user: 'hub-infra' } }],
      users: [
        {
          name: 'hub-infra',
          user: {
            exec: {
              apiVersion: 'client.authentication.k8s.io/v1beta1',
              command: 'aws',
              args: [
                ...['--region', 'eu-central-1', 'eks', 'get-token'],
                ...['--cluster-name', 'hub-infra', '--output', 'json'],
              ],
              interactiveMode: 'Never',
            },
          },
        },
      ],
    });
  });
});

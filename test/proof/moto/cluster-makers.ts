/** EKS, and names and certificates in front of it. */
import { fieldsAt, listAt, textAt } from '../../../stacks/manifest-data';
import { answered, given, type Inputs, type Makers, type Wanted } from './maker';

const eks = ({ aws }: Wanted, operation: string, params: Inputs) =>
  aws.call({ service: 'eks', operation, params: given(params) });

export const CLUSTER_MAKERS: Makers = {
  'aws:eks/cluster:Cluster': async (wanted) => {
    const { inputs } = wanted;
    const vpc = fieldsAt(inputs, 'vpcConfig');
    const network = fieldsAt(inputs, 'kubernetesNetworkConfig');
    const access = fieldsAt(inputs, 'accessConfig');
    const encryption = fieldsAt(inputs, 'encryptionConfig');
    const answer = await eks(wanted, 'create_cluster', {
      name: inputs.name,
      version: inputs.version,
      roleArn: inputs.roleArn,
      resourcesVpcConfig: given({
        subnetIds: vpc.subnetIds,
        securityGroupIds: vpc.securityGroupIds,
        endpointPrivateAccess: vpc.endpointPrivateAccess,
        endpointPublicAccess: vpc.endpointPublicAccess,
        publicAccessCidrs: vpc.publicAccessCidrs,
      }),
      kubernetesNetworkConfig: { ipFamily: network.ipFamily, serviceIpv4Cidr: network.serviceIpv4Cidr },
      accessConfig: {
        authenticationMode: access.authenticationMode,
        bootstrapClusterCreatorAdminPermissions: access.bootstrapClusterCreatorAdminPermissions,
      },
      encryptionConfig: [
        { provider: { keyArn: textAt(encryption, 'provider', 'keyArn') }, resources: encryption.resources },
      ],
      logging: { clusterLogging: [{ types: inputs.enabledClusterLogTypes, enabled: true }] },
      bootstrapSelfManagedAddons: inputs.bootstrapSelfManagedAddons,
      upgradePolicy: inputs.upgradePolicy,
      zonalShiftConfig: inputs.zonalShiftConfig,
      deletionProtection: inputs.deletionProtection,
      tags: inputs.tags,
    });
    // Moto makes no group for the cluster, as EKS does.
    const group = await wanted.aws.call({
      service: 'ec2',
      operation: 'create_security_group',
      params: {
        GroupName: `eks-cluster-sg-${String(inputs.name)}`,
        Description: 'As EKS makes it',
        VpcId: await vpcOf(wanted, listAt(vpc, 'subnetIds')[0]),
      },
    });
    return {
      id: String(inputs.name),
      state: {
        arn: answered(answer, 'cluster', 'arn'),
        vpcConfig: { ...vpc, clusterSecurityGroupId: answered(group, 'GroupId') },
      },
    };
  },
  'aws:eks/nodeGroup:NodeGroup': async (wanted) => {
    const { inputs } = wanted;
    const scaling = fieldsAt(inputs, 'scalingConfig');
    await eks(wanted, 'create_nodegroup', {
      clusterName: inputs.clusterName,
      nodegroupName: inputs.nodeGroupName,
      nodeRole: inputs.nodeRoleArn,
      subnets: inputs.subnetIds,
      amiType: inputs.amiType,
      launchTemplate: inputs.launchTemplate,
      scalingConfig: {
        minSize: scaling.minSize,
        desiredSize: scaling.desiredSize,
        maxSize: scaling.maxSize,
      },
      labels: inputs.labels,
      tags: inputs.tags,
    });
    return { id: `${String(inputs.clusterName)}:${String(inputs.nodeGroupName)}` };
  },
};

async function vpcOf({ aws }: Wanted, subnetId: unknown): Promise<string> {
  const answer = await aws.call({
    service: 'ec2',
    operation: 'describe_subnets',
    params: { SubnetIds: [subnetId] },
  });
  return answered(fieldsAt(listAt(answer, 'Subnets')[0]), 'VpcId');
}

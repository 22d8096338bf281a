/** Networks: EC2, as `infra/aws/{network,transit,security-groups,endpoints,flow-logs}.ts` ask for them. */
import { listAt, textAt } from '../../../stacks/manifest-data';
import { answered, firstOf, given, tagList, type Inputs, type Made, type Makers, type Wanted } from './maker';

const ec2 = ({ aws }: Wanted, operation: string, params: Inputs) =>
  aws.call({ service: 'ec2', operation, params: given(params) });

/** Tags as EC2 takes them when it makes something. */
const tagged = (inputs: Inputs, ResourceType: string): Inputs => ({
  TagSpecifications: [{ ResourceType, Tags: tagList(inputs) }],
});

async function securityGroupRule(wanted: Wanted, operation: string): Promise<Made> {
  const { inputs } = wanted;
  const answer = await ec2(wanted, operation, {
    GroupId: inputs.securityGroupId,
    IpPermissions: [
      given({
        IpProtocol: inputs.ipProtocol,
        FromPort: inputs.fromPort,
        ToPort: inputs.toPort,
        IpRanges:
          inputs.cidrIpv4 === undefined
            ? undefined
            : [given({ CidrIp: inputs.cidrIpv4, Description: inputs.description })],
        UserIdGroupPairs:
          inputs.referencedSecurityGroupId === undefined
            ? undefined
            : [given({ GroupId: inputs.referencedSecurityGroupId, Description: inputs.description })],
      }),
    ],
  });
  return { id: answered(firstOf(answer, 'SecurityGroupRules'), 'SecurityGroupRuleId') };
}

export const NETWORK_MAKERS: Makers = {
  'aws:ec2/vpc:Vpc': async (wanted) => {
    const { inputs } = wanted;
    const answer = await ec2(wanted, 'create_vpc', { CidrBlock: inputs.cidrBlock, ...tagged(inputs, 'vpc') });
    const id = answered(answer, 'Vpc', 'VpcId');
    for (const attribute of ['EnableDnsSupport', 'EnableDnsHostnames'])
      await ec2(wanted, 'modify_vpc_attribute', { VpcId: id, [attribute]: { Value: true } });
    return { id };
  },
  'aws:ec2/subnet:Subnet': async (wanted) => {
    const { inputs } = wanted;
    const answer = await ec2(wanted, 'create_subnet', {
      VpcId: inputs.vpcId,
      CidrBlock: inputs.cidrBlock,
      AvailabilityZone: inputs.availabilityZone,
      ...tagged(inputs, 'subnet'),
    });
    return { id: answered(answer, 'Subnet', 'SubnetId') };
  },
  'aws:ec2/internetGateway:InternetGateway': async (wanted) => {
    const answer = await ec2(wanted, 'create_internet_gateway', tagged(wanted.inputs, 'internet-gateway'));
    const id = answered(answer, 'InternetGateway', 'InternetGatewayId');
    await ec2(wanted, 'attach_internet_gateway', { InternetGatewayId: id, VpcId: wanted.inputs.vpcId });
    return { id };
  },
  'aws:ec2/eip:Eip': async (wanted) => {
    const answer = await ec2(wanted, 'allocate_address', {
      Domain: wanted.inputs.domain,
      ...tagged(wanted.inputs, 'elastic-ip'),
    });
    return { id: answered(answer, 'AllocationId'), state: { publicIp: answered(answer, 'PublicIp') } };
  },
  'aws:ec2/natGateway:NatGateway': async (wanted) => {
    const { inputs } = wanted;
    const answer = await ec2(wanted, 'create_nat_gateway', {
      SubnetId: inputs.subnetId,
      AllocationId: inputs.allocationId,
      ConnectivityType: inputs.connectivityType,
      ...tagged(inputs, 'natgateway'),
    });
    return { id: answered(answer, 'NatGateway', 'NatGatewayId') };
  },
  'aws:ec2/routeTable:RouteTable': async (wanted) => {
    const answer = await ec2(wanted, 'create_route_table', {
      VpcId: wanted.inputs.vpcId,
      ...tagged(wanted.inputs, 'route-table'),
    });
    return { id: answered(answer, 'RouteTable', 'RouteTableId') };
  },
  'aws:ec2/routeTableAssociation:RouteTableAssociation': async (wanted) => {
    const { subnetId, routeTableId } = wanted.inputs;
    const answer = await ec2(wanted, 'associate_route_table', {
      SubnetId: subnetId,
      RouteTableId: routeTableId,
    });
    return { id: answered(answer, 'AssociationId') };
  },
  'aws:ec2/route:Route': async (wanted) => {
    const { inputs } = wanted;
    await ec2(wanted, 'create_route', {
      RouteTableId: inputs.routeTableId,
      DestinationCidrBlock: inputs.destinationCidrBlock,
      GatewayId: inputs.gatewayId,
      NatGatewayId: inputs.natGatewayId,
      TransitGatewayId: inputs.transitGatewayId,
      VpcPeeringConnectionId: inputs.vpcPeeringConnectionId,
    });
    return { id: `${String(inputs.routeTableId)}-${String(inputs.destinationCidrBlock)}` };
  },
  'aws:ec2/securityGroup:SecurityGroup': async (wanted) => {
    const { inputs, name } = wanted;
    const answer = await ec2(wanted, 'create_security_group', {
      GroupName: inputs.name ?? name,
      Description: inputs.description,
      VpcId: inputs.vpcId,
      ...tagged(inputs, 'security-group'),
    });
    const id = answered(answer, 'GroupId');
    // As the provider does: a new group lets everything out, and rules are resources of their own.
    await ec2(wanted, 'revoke_security_group_egress', {
      GroupId: id,
      IpPermissions: [{ IpProtocol: '-1', IpRanges: [{ CidrIp: '0.0.0.0/0' }] }],
    });
    return { id };
  },
  'aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule': (wanted) =>
    securityGroupRule(wanted, 'authorize_security_group_ingress'),
  'aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule': (wanted) =>
    securityGroupRule(wanted, 'authorize_security_group_egress'),
  'aws:ec2/vpcEndpoint:VpcEndpoint': async (wanted) => {
    const { inputs } = wanted;
    const answer = await ec2(wanted, 'create_vpc_endpoint', {
      VpcId: inputs.vpcId,
      VpcEndpointType: inputs.vpcEndpointType,
      ServiceName: inputs.serviceName,
      PolicyDocument: inputs.policy,
      RouteTableIds: inputs.routeTableIds,
      SubnetIds: inputs.subnetIds,
      SecurityGroupIds: inputs.securityGroupIds,
      PrivateDnsEnabled: inputs.privateDnsEnabled,
      ...tagged(inputs, 'vpc-endpoint'),
    });
    return { id: answered(answer, 'VpcEndpoint', 'VpcEndpointId') };
  },
  'aws:ec2/flowLog:FlowLog': async (wanted) => {
    const { inputs } = wanted;
    const answer = await ec2(wanted, 'create_flow_logs', {
      ResourceIds: [inputs.vpcId],
      ResourceType: 'VPC',
      TrafficType: inputs.trafficType,
      LogDestinationType: inputs.logDestinationType,
      LogDestination: inputs.logDestination,
      DeliverLogsPermissionArn: inputs.iamRoleArn,
      MaxAggregationInterval: inputs.maxAggregationInterval,
      ...tagged(inputs, 'vpc-flow-log'),
    });
    return { id: String(listAt(answer, 'FlowLogIds')[0]) };
  },
  'aws:ec2/launchTemplate:LaunchTemplate': async (wanted) => {
    const { inputs, name } = wanted;
    const devices = listAt(inputs, 'blockDeviceMappings').map((device) => {
      const ebs = (device as { readonly ebs: Inputs }).ebs;
      return {
        DeviceName: textAt(device, 'deviceName'),
        Ebs: given({
          VolumeSize: ebs.volumeSize,
          VolumeType: ebs.volumeType,
          Encrypted: ebs.encrypted === 'true',
          KmsKeyId: ebs.kmsKeyId,
          DeleteOnTermination: ebs.deleteOnTermination === 'true',
        }),
      };
    });
    const metadata = inputs.metadataOptions as Inputs | undefined;
    const answer = await ec2(wanted, 'create_launch_template', {
      LaunchTemplateName: inputs.name ?? name,
      LaunchTemplateData: given({
        BlockDeviceMappings: devices,
        MetadataOptions:
          metadata === undefined
            ? undefined
            : given({
                HttpEndpoint: metadata.httpEndpoint,
                HttpTokens: metadata.httpTokens,
                HttpPutResponseHopLimit: metadata.httpPutResponseHopLimit,
              }),
        TagSpecifications: listAt(inputs, 'tagSpecifications').map((specification) => ({
          ResourceType: textAt(specification, 'resourceType'),
          Tags: tagList(specification as Inputs),
        })),
      }),
      ...tagged(inputs, 'launch-template'),
    });
    return { id: answered(answer, 'LaunchTemplate', 'LaunchTemplateId'), state: { latestVersion: 1 } };
  },
  'aws:ec2transitgateway/transitGateway:TransitGateway': async (wanted) => {
    const { inputs } = wanted;
    const answer = await ec2(wanted, 'create_transit_gateway', {
      Description: inputs.description,
      Options: given({
        AutoAcceptSharedAttachments: inputs.autoAcceptSharedAttachments,
        DefaultRouteTableAssociation: inputs.defaultRouteTableAssociation,
        DefaultRouteTablePropagation: inputs.defaultRouteTablePropagation,
        DnsSupport: inputs.dnsSupport,
      }),
      ...tagged(inputs, 'transit-gateway'),
    });
    return {
      id: answered(answer, 'TransitGateway', 'TransitGatewayId'),
      state: { arn: answered(answer, 'TransitGateway', 'TransitGatewayArn') },
    };
  },
  'aws:ec2transitgateway/routeTable:RouteTable': async (wanted) => {
    const answer = await ec2(wanted, 'create_transit_gateway_route_table', {
      TransitGatewayId: wanted.inputs.transitGatewayId,
      ...tagged(wanted.inputs, 'transit-gateway-route-table'),
    });
    return { id: answered(answer, 'TransitGatewayRouteTable', 'TransitGatewayRouteTableId') };
  },
  'aws:ec2transitgateway/vpcAttachment:VpcAttachment': async (wanted) => {
    const { inputs } = wanted;
    const answer = await ec2(wanted, 'create_transit_gateway_vpc_attachment', {
      TransitGatewayId: inputs.transitGatewayId,
      VpcId: inputs.vpcId,
      SubnetIds: inputs.subnetIds,
      ...tagged(inputs, 'transit-gateway-attachment'),
    });
    return { id: answered(answer, 'TransitGatewayVpcAttachment', 'TransitGatewayAttachmentId') };
  },
  'aws:ec2transitgateway/routeTableAssociation:RouteTableAssociation': async (wanted) => {
    const { transitGatewayAttachmentId, transitGatewayRouteTableId } = wanted.inputs;
    await ec2(wanted, 'associate_transit_gateway_route_table', {
      TransitGatewayAttachmentId: transitGatewayAttachmentId,
      TransitGatewayRouteTableId: transitGatewayRouteTableId,
    });
    return { id: `${String(transitGatewayRouteTableId)}_${String(transitGatewayAttachmentId)}` };
  },
  'aws:ec2transitgateway/routeTablePropagation:RouteTablePropagation': async (wanted) => {
    const { transitGatewayAttachmentId, transitGatewayRouteTableId } = wanted.inputs;
    await ec2(wanted, 'enable_transit_gateway_route_table_propagation', {
      TransitGatewayAttachmentId: transitGatewayAttachmentId,
      TransitGatewayRouteTableId: transitGatewayRouteTableId,
    });
    return { id: `${String(transitGatewayRouteTableId)}_${String(transitGatewayAttachmentId)}` };
  },
};

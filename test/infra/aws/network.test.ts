/**
 * The network of an environment: subnets, ways out, endpoints, security groups, and the record of connections.
 */
import { output } from '@pulumi/pulumi';
import { makeEndpoints } from '../../../infra/aws/endpoints';
import { makeFlowLogs } from '../../../infra/aws/flow-logs';
import { makeNetwork } from '../../../infra/aws/network';
import { makeSecurityGroups } from '../../../infra/aws/security-groups';
import { recordProgram, type Recording } from '../record';
import {
  contextOf,
  HUB_ADDRESSES,
  HUB_DEMAND,
  HUB_SETTINGS,
  ofType,
  only,
  SPOKE_ADDRESSES,
  SPOKE_DEMAND,
  SPOKE_SETTINGS,
} from './hub-and-spoke';

const LOGS_KEY = 'arn:aws:kms:eu-central-1:111122223333:key/logs';
const RUN_MS = 60_000;

async function record(kind: 'hub' | 'spoke'): Promise<Recording> {
  const [demand, settings, addresses] =
    kind === 'hub'
      ? [HUB_DEMAND, HUB_SETTINGS, HUB_ADDRESSES]
      : [SPOKE_DEMAND, SPOKE_SETTINGS, SPOKE_ADDRESSES];
  return recordProgram(() => {
    const context = contextOf(demand, settings, addresses);
    const network = makeNetwork(context, addresses, settings.network);
    const groups = makeSecurityGroups(context, {
      vpcId: network.vpcId,
      addresses,
      demand,
      administrators: settings.network.administrators,
      hasFileStorage: kind === 'hub',
    });
    makeEndpoints(context, {
      network,
      securityGroupId: groups.endpoints,
      hasBuckets: demand.objectStores.length > 0,
    });
    makeFlowLogs(context, {
      vpcId: network.vpcId,
      keyArn: output(LOGS_KEY),
      days: settings.network.flowLogDays,
    });
  });
}

let hub: Recording;
let spoke: Recording;
beforeAll(async () => {
  hub = await record('hub');
  spoke = await record('spoke');
}, 2 * RUN_MS);

const ROUTE = 'aws:ec2/route:Route';
const SUBNET = 'aws:ec2/subnet:Subnet';
const ENDPOINT = 'aws:ec2/vpcEndpoint:VpcEndpoint';
const INGRESS = 'aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule';
const EGRESS = 'aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule';

/** `<name>: <value of a property>` of each resource of a type. */
function each(recording: Recording, type: string, property: string): string[] {
  return ofType(recording, type).map(({ name, inputs }) => `${name}: ${String(inputs[property])}`);
}

it('has the block of the plan, and names that resolve to private addresses', () => {
  expect(only(hub, 'aws:ec2/vpc:Vpc').inputs).toMatchObject({
    cidrBlock: '10.110.0.0/16',
    enableDnsHostnames: true,
    enableDnsSupport: true,
  });
});

it('has the subnets of the plan in their zones, none of which gives out public addresses', () => {
  const subnets = ofType(hub, SUBNET);
  expect(subnets).toHaveLength(21);
  expect(new Set(subnets.map(({ inputs }) => inputs.mapPublicIpOnLaunch))).toEqual(new Set([false]));
  expect(only(hub, SUBNET, 'hub-infra-nodes-eu-central-1b').inputs).toMatchObject({
    cidrBlock: '10.110.32.0/20',
    availabilityZone: 'eu-central-1b',
  });
  expect(each(spoke, SUBNET, 'availabilityZone').filter((line) => line.startsWith('hub-dev-nodes'))).toEqual([
    'hub-dev-nodes-eu-central-1a: eu-central-1a',
  ]);
});

it('shows the load balancer controller its subnets, and no others', () => {
  const shown = ofType(hub, SUBNET).filter(
    ({ inputs }) => (inputs.tags as Record<string, string>)['kubernetes.io/role/internal-elb'] === '1',
  );
  expect(shown.map(({ name }) => name)).toEqual(
    ['a', 'b', 'c'].map((zone) => `hub-infra-load-balancers-eu-central-1${zone}`),
  );
});

it('lets only NAT gateways have a way to the internet', () => {
  expect(each(hub, ROUTE, 'gatewayId').filter((line) => !line.endsWith('undefined'))).toEqual([
    'hub-infra-public-to-internet: hub-infra-internet-id',
  ]);
  const publicOnes = ofType(hub, 'aws:ec2/routeTableAssociation:RouteTableAssociation').filter(
    ({ inputs }) => inputs.routeTableId === 'hub-infra-public-id',
  );
  expect(publicOnes.map(({ name }) => name)).toEqual(
    ['a', 'b', 'c'].map((zone) => `hub-infra-public-eu-central-1${zone}`),
  );
});

it('gives each zone its own NAT gateway in production, and all the same one in development', () => {
  expect(each(hub, ROUTE, 'natGatewayId').filter((line) => line.includes('nodes-'))).toEqual(
    ['a', 'b', 'c'].map(
      (zone) => `hub-infra-nodes-eu-central-1${zone}-to-internet: hub-infra-nat-eu-central-1${zone}-id`,
    ),
  );
  expect(each(spoke, 'aws:ec2/natGateway:NatGateway', 'subnetId')).toEqual([
    'hub-dev-nat-eu-central-1a: hub-dev-public-eu-central-1a-id',
  ]);
});

it('keeps databases, endpoints and attachments without any way out', () => {
  const isolated = ofType(hub, 'aws:ec2/routeTableAssociation:RouteTableAssociation').filter(
    ({ inputs }) => inputs.routeTableId === 'hub-infra-isolated-id',
  );
  expect([...new Set(isolated.map(({ name }) => name.replace(/-eu-central-1[abc]$/, '')))]).toEqual([
    'hub-infra-database',
    'hub-infra-endpoints',
    'hub-infra-transit',
  ]);
  const routes = ofType(hub, ROUTE).filter(({ inputs }) => inputs.routeTableId === 'hub-infra-isolated-id');
  expect(routes).toEqual([]);
});

it('empties the default security group', () => {
  expect(only(hub, 'aws:ec2/defaultSecurityGroup:DefaultSecurityGroup').inputs).toMatchObject({
    ingress: [],
    egress: [],
  });
});

describe('endpoints', () => {
  const services = (recording: Recording, kind: string): string[] =>
    ofType(recording, ENDPOINT)
      .filter(({ inputs }) => inputs.vpcEndpointType === kind)
      .map(({ inputs }) => String(inputs.serviceName).replace('com.amazonaws.eu-central-1.', ''))
      .sort();

  it('are those of the services that nodes and pods use, S3 by an address where pods use buckets', () => {
    const common = ['ec2', 'ecr.api', 'ecr.dkr', 'eks-auth', 'logs', 'secretsmanager', 'sts'];
    expect(services(hub, 'Interface')).toEqual([...common.slice(0, 5), 's3', ...common.slice(5)]);
    expect(services(spoke, 'Interface')).toEqual(common);
    expect(services(hub, 'Gateway')).toEqual(['s3']);
    expect(services(spoke, 'Gateway')).toEqual(['s3']);
  });

  it('answer by their public names inside the network', () => {
    expect(only(hub, ENDPOINT, 'hub-infra-endpoint-s3').inputs).toMatchObject({
      privateDnsEnabled: true,
      dnsOptions: { dnsRecordIpType: 'ipv4', privateDnsOnlyForInboundResolverEndpoint: false },
      subnetIds: ['a', 'b', 'c'].map((zone) => `hub-infra-endpoints-eu-central-1${zone}-id`),
      securityGroupIds: ['hub-infra-endpoints-id'],
    });
    expect(only(spoke, ENDPOINT, 'hub-dev-endpoint-sts').inputs).toMatchObject({
      privateDnsEnabled: true,
      subnetIds: ['hub-dev-endpoints-eu-central-1a-id'],
    });
  });

  it("let nobody write to a bucket of another account's", () => {
    const policy = JSON.parse(String(only(hub, ENDPOINT, 'hub-infra-endpoint-s3').inputs.policy)) as {
      Statement: readonly { Sid: string; Action: readonly string[]; Condition?: unknown }[];
    };
    expect(policy.Statement.map(({ Sid, Condition }) => [Sid, Condition])).toEqual([
      ['ReadThroughEndpoint', undefined],
      ['WriteThroughEndpoint', { StringEquals: { 'aws:ResourceAccount': '111122223333' } }],
    ]);
    expect(policy.Statement[0]?.Action).toEqual(['s3:GetObject']);
  });
});

describe('security groups', () => {
  const admitted = (recording: Recording): string[] =>
    ofType(recording, INGRESS).map(({ inputs }) => {
      const { securityGroupId, cidrIpv4, ipProtocol, fromPort, toPort } = inputs;
      return `${String(securityGroupId)}: ${String(cidrIpv4)} ${String(ipProtocol)} ${String(fromPort)}-${String(toPort)}`;
    });

  it('admit the callers of the flow graph and nobody else, each once', () => {
    expect(admitted(hub).sort()).toEqual([
      'hub-infra-database-id: 10.110.16.0/20 tcp 5432-5432',
      'hub-infra-database-id: 10.110.32.0/20 tcp 5432-5432',
      'hub-infra-database-id: 10.110.48.0/20 tcp 5432-5432',
      'hub-infra-endpoints-id: 10.110.0.0/16 tcp 443-443',
      'hub-infra-file-storage-id: 10.110.16.0/20 tcp 2049-2049',
      'hub-infra-file-storage-id: 10.110.32.0/20 tcp 2049-2049',
      'hub-infra-file-storage-id: 10.110.48.0/20 tcp 2049-2049',
      'hub-infra-kubernetes-api-id: 10.200.1.0/24 tcp 443-443',
      'hub-infra-load-balancer-id: 10.120.0.0/16 tcp 443-443',
      'hub-infra-load-balancer-id: 10.200.1.0/24 tcp 443-443',
    ]);
  });

  it('of a spoke know neither a load balancer nor a store', () => {
    expect(admitted(spoke).sort()).toEqual([
      'hub-dev-endpoints-id: 10.120.0.0/16 tcp 443-443',
      'hub-dev-kubernetes-api-id: 10.200.1.0/24 tcp 443-443',
    ]);
  });

  it('let nothing out but the load balancer to pods', () => {
    expect(each(hub, EGRESS, 'cidrIpv4')).toEqual(
      HUB_ADDRESSES.nodes.map(
        (block) => `hub-infra-load-balancer-to-${block.replace(/[./]/g, '-')}: ${block}`,
      ),
    );
    expect(ofType(spoke, EGRESS)).toEqual([]);
    expect(
      ofType(hub, 'aws:ec2/securityGroup:SecurityGroup').flatMap(({ inputs }) => inputs.egress ?? []),
    ).toEqual([]);
  });
});

it('records every connection, encrypted and for as long as the settings say', () => {
  expect(only(hub, 'aws:cloudwatch/logGroup:LogGroup').inputs).toMatchObject({
    name: 'hub-infra/flow-logs',
    kmsKeyId: LOGS_KEY,
    retentionInDays: 90,
  });
  expect(only(hub, 'aws:ec2/flowLog:FlowLog').inputs).toMatchObject({
    vpcId: 'hub-infra-vpc-id',
    trafficType: 'ALL',
    logDestinationType: 'cloud-watch-logs',
    maxAggregationInterval: 60,
  });
  const policy = JSON.parse(String(only(hub, 'aws:iam/rolePolicy:RolePolicy').inputs.policy)) as {
    Statement: readonly { Resource: readonly string[] }[];
  };
  expect(policy.Statement.flatMap(({ Resource }) => Resource)).toEqual([
    'arn:aws:logs:eu-central-1:111122223333:log-group:hub-infra/flow-logs',
    'arn:aws:logs:eu-central-1:111122223333:log-group:hub-infra/flow-logs:log-stream:*',
  ]);
});

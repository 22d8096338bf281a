/**
 * AWS' own services by addresses of the network: what nodes and pods ask of them does not pass a NAT gateway.
 */
import * as ec2 from '@pulumi/aws/ec2';
import type { Input, Resource } from '@pulumi/pulumi';
import { inLayer, type AwsContext } from './context';
import { policyJson, type Statement } from './iam-document';
import type { Network } from './network';

/**
 * Images, credentials (STS; EKS Pod Identity's agent asks `eks-auth`), secrets, the VPC CNI's and the EBS driver's calls, logs.
 * A subnet of endpoints has eleven free addresses, and each takes one.
 */
const SERVICES = ['ec2', 'ecr.api', 'ecr.dkr', 'eks-auth', 'logs', 'secretsmanager', 'sts'] as const;

/** What Loki, vmbackup and the like do with objects. */
const OBJECT_ACTIONS = [
  's3:AbortMultipartUpload',
  's3:DeleteObject',
  's3:GetBucketLocation',
  's3:ListBucket',
  's3:ListBucketMultipartUploads',
  's3:ListMultipartUploadParts',
  's3:PutObject',
];

export interface EndpointProps {
  readonly network: Network;
  readonly securityGroupId: Input<string>;
  /** Whether pods use buckets. */
  readonly hasBuckets: boolean;
}

/** @returns what nodes need before they start */
export function makeEndpoints(
  outer: AwsContext,
  { network, securityGroupId, hasBuckets }: EndpointProps,
): readonly Resource[] {
  const context = inLayer(outer, 'Endpoints');
  const { vpcId, routeTables } = network;
  const policy = policyJson(s3Statements(context.accountId));
  const gateway = new ec2.VpcEndpoint(
    context.name('s3'),
    {
      vpcId,
      vpcEndpointType: 'Gateway',
      serviceName: serviceName(context, 's3'),
      routeTableIds: Object.values(routeTables.nodes).map(({ id }) => id),
      policy,
      tags: context.named('s3'),
    },
    context.options,
  );
  const byAddress = (service: string, more: Partial<ec2.VpcEndpointArgs> = {}): ec2.VpcEndpoint => {
    const part = `endpoint-${service.replace('.', '-')}`;
    return new ec2.VpcEndpoint(
      context.name(part),
      {
        vpcId,
        vpcEndpointType: 'Interface',
        serviceName: serviceName(context, service),
        privateDnsEnabled: true,
        // Where nodes are: each zone's costs by the hour.
        subnetIds: network.subnetIds.endpoints.slice(0, context.nodeZones.length),
        securityGroupIds: [securityGroupId],
        tags: context.named(part),
        ...more,
      },
      context.options,
    );
  };
  const services = SERVICES.map((service) => byAddress(service));
  if (!hasBuckets) return [gateway, ...services];
  // NetworkPolicies name addresses, and the gateway has none: with it alone, pods would have to be let out to all of S3.
  const s3 = byAddress('s3', {
    policy,
    dnsOptions: { dnsRecordIpType: 'ipv4', privateDnsOnlyForInboundResolverEndpoint: false },
  });
  return [gateway, ...services, s3];
}

function serviceName({ region }: AwsContext, service: string): string {
  return `com.amazonaws.${region}.${service}`;
}

/**
 * Who took over a pod cannot carry data away to a bucket of his own. Reading is free, because the layers of images lie in
 * buckets of others: those of ECR, and those of registry.k8s.io, which pods in eu-central-1 could not pull from any more when
 * it moved there (kubernetes/k8s.io#4214).
 */
function s3Statements(accountId: string): readonly Statement[] {
  return [
    {
      sid: 'ReadThroughEndpoint',
      effect: 'Allow',
      principals: 'anyone',
      actions: ['s3:GetObject'],
      resources: ['*'],
    },
    {
      sid: 'WriteThroughEndpoint',
      effect: 'Allow',
      principals: 'anyone',
      actions: OBJECT_ACTIONS,
      resources: ['*'],
      conditions: { StringEquals: { 'aws:ResourceAccount': accountId } },
    },
  ];
}

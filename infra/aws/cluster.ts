/**
 * The EKS cluster: a private API, secrets encrypted with a key of the stack, access by IAM roles that settings name, and
 * nodes that have no permission beyond joining and pulling images.
 */
import { Type, type Static } from '@sinclair/typebox';
import * as cloudwatch from '@pulumi/aws/cloudwatch';
import * as eks from '@pulumi/aws/eks';
import * as iam from '@pulumi/aws/iam';
import { jsonStringify, type Input, type Output, type Resource } from '@pulumi/pulumi';
import { makeAddOns, makeNetworkAddOns } from './add-ons';
import { inLayer, type AwsContext } from './context';
import { policyJson } from './iam-document';
import type { Capacity } from './instance-types';
import type { Keys } from './keys';
import type { Network } from './network';
import { makeNodeGroups, NodePoolSettings } from './node-groups';
import { clusterArn } from './pod-role';
import { roleName } from './role-arn';

export const ClusterSettings = Type.Object(
  {
    /** Minor, e.g. `1.35`. */
    kubernetesVersion: Type.String(),
    /** ARNs of the IAM roles that administer it; the role that runs `pulumi up` is one of them. */
    administrators: Type.Array(Type.String(), { minItems: 1 }),
    /** Opens the API to these blocks of the internet; never in production. @default the API is private */
    publicEndpointCidrs: Type.Optional(Type.Array(Type.String(), { minItems: 1 })),
    /** By name. */
    nodePools: Type.Record(Type.String({ pattern: '^[a-z][a-z0-9-]{0,19}$' }), NodePoolSettings),
    /** How long the control plane's logs are kept. */
    logDays: Type.Integer(),
    /**
     * Versions by add-on, e.g. `vpc-cni: v1.20.4-eksbuild.1`. @default what AWS recommends for the Kubernetes version on the
     * day on which the add-on is made; AWS does not change it afterwards
     */
    addOnVersions: Type.Optional(Type.Record(Type.String(), Type.String())),
  },
  { additionalProperties: false },
);
export type ClusterSettings = Static<typeof ClusterSettings>;

export interface ClusterProps {
  readonly network: Pick<Network, 'subnetIds' | 'ready'>;
  readonly keys: Keys;
  /** Beside the group that EKS makes. */
  readonly controlPlaneSecurityGroupId: Input<string>;
  readonly settings: ClusterSettings;
  /** Sum of what all pods request: there are nodes for it from the start. */
  readonly requests: Capacity;
  /** Whether pods share files. */
  readonly hasFileStorage: boolean;
}

export interface Cluster {
  readonly name: Output<string>;
  /** With an exec plug-in as its user: no credential in it. */
  readonly kubeconfig: Output<string>;
  /** Of the control plane and every node. */
  readonly securityGroupId: Output<string>;
  /** Nodes, drivers, and the right to talk to it. */
  readonly ready: readonly Resource[];
}

const LOG_TYPES = ['api', 'audit', 'authenticator', 'controllerManager', 'scheduler'] as const;

/** Services' addresses: EKS' own choice for a network in 10.0.0.0/8, written down so that peers can rely on it. */
const SERVICE_BLOCK = '172.20.0.0/16';

export function makeCluster(outer: AwsContext, props: ClusterProps): Cluster {
  const context = inLayer(outer, 'Cluster');
  const cluster = makeControlPlane(context, props);
  const access = makeAccess(context, cluster, props.settings);
  const node = makeNodeRole(context);
  const addOns = { cluster, versions: props.settings.addOnVersions ?? {}, dataKeyArn: props.keys.dataArn };
  const network = makeNetworkAddOns(context, addOns);
  const nodes = makeNodeGroups(context, {
    cluster,
    nodeRoleArn: node.role.arn,
    subnetIds: props.network.subnetIds.nodes,
    dataKeyArn: props.keys.dataArn,
    pools: props.settings.nodePools,
    requests: props.requests,
    after: [...props.network.ready, ...node.ready, ...network],
  });
  const rest = makeAddOns(context, { ...addOns, hasFileStorage: props.hasFileStorage, after: nodes });
  return {
    name: cluster.name,
    kubeconfig: kubeconfig(context, cluster),
    securityGroupId: cluster.vpcConfig.clusterSecurityGroupId,
    ready: [...access, ...nodes, ...network, ...rest],
  };
}

function makeControlPlane(context: AwsContext, props: ClusterProps): eks.Cluster {
  const { environment, tier, options } = context;
  const { keys, network, settings } = props;
  const prod = tier === 'prod';
  const role = makeControlPlaneRole(context);
  const logs = makeLogGroup(context, keys, settings);
  const open = settings.publicEndpointCidrs;
  return new eks.Cluster(
    environment,
    {
      name: environment,
      version: settings.kubernetesVersion,
      roleArn: role.role.arn,
      vpcConfig: {
        subnetIds: [...network.subnetIds.controlPlane],
        securityGroupIds: [props.controlPlaneSecurityGroupId],
        endpointPrivateAccess: true,
        endpointPublicAccess: open !== undefined,
        ...(open === undefined ? {} : { publicAccessCidrs: open }),
      },
      kubernetesNetworkConfig: { ipFamily: 'ipv4', serviceIpv4Cidr: SERVICE_BLOCK },
      // Nobody is an administrator by having made it: settings name who is.
      accessConfig: { authenticationMode: 'API', bootstrapClusterCreatorAdminPermissions: false },
      encryptionConfig: { provider: { keyArn: keys.secretsArn }, resources: ['secrets'] },
      enabledClusterLogTypes: [...LOG_TYPES],
      // Add-ons below are EKS' own, from the first node on.
      bootstrapSelfManagedAddons: false,
      // Past its support a version would be upgraded by AWS rather than billed sixfold.
      upgradePolicy: { supportType: 'STANDARD' },
      zonalShiftConfig: { enabled: prod },
      deletionProtection: prod,
      tags: context.named('cluster'),
    },
    { ...options, protect: prod, dependsOn: [...role.ready, logs] },
  );
}

/** Made before the cluster, which else makes one that keeps everything for ever. */
function makeLogGroup(context: AwsContext, keys: Keys, settings: ClusterSettings): cloudwatch.LogGroup {
  return new cloudwatch.LogGroup(
    context.name('control-plane-logs'),
    {
      name: `/aws/eks/${context.environment}/cluster`,
      retentionInDays: settings.logDays,
      kmsKeyId: keys.logsArn,
      tags: context.tags,
    },
    context.options,
  );
}

interface ServiceRole {
  readonly role: iam.Role;
  readonly ready: readonly Resource[];
}

function makeControlPlaneRole(context: AwsContext): ServiceRole {
  const { accountId, environment } = context;
  return makeServiceRole(context, {
    part: 'control-plane',
    service: 'eks.amazonaws.com',
    // Not for a cluster of somebody else's (EKS, "Cross-service confused deputy prevention").
    conditions: {
      StringEquals: { 'aws:SourceAccount': accountId },
      ArnEquals: { 'aws:SourceArn': clusterArn(context, environment) },
    },
    policies: ['AmazonEKSClusterPolicy'],
  });
}

/** Joining the cluster and pulling images: the network add-on has a role of its own, and so has everything else. */
function makeNodeRole(context: AwsContext): ServiceRole {
  return makeServiceRole(context, {
    part: 'node',
    service: 'ec2.amazonaws.com',
    policies: ['AmazonEKSWorkerNodePolicy', 'AmazonEC2ContainerRegistryPullOnly'],
  });
}

interface ServiceRoleSpec {
  readonly part: string;
  readonly service: string;
  readonly conditions?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Policies that AWS keeps in step with EKS. */
  readonly policies: readonly string[];
}

function makeServiceRole(
  context: AwsContext,
  { part, service, conditions, policies }: ServiceRoleSpec,
): ServiceRole {
  const name = context.name(part);
  const role = new iam.Role(
    name,
    {
      name,
      assumeRolePolicy: policyJson([
        {
          sid: 'ServiceAssumesRole',
          effect: 'Allow',
          principals: { service },
          actions: ['sts:AssumeRole'],
          ...(conditions === undefined ? {} : { conditions }),
        },
      ]),
      tags: context.tags,
    },
    context.options,
  );
  const attachments = policies.map(
    (policy) =>
      new iam.RolePolicyAttachment(
        context.name(`${part}-${policy}`),
        { role: role.name, policyArn: `arn:aws:iam::aws:policy/${policy}` },
        context.options,
      ),
  );
  return { role, ready: attachments };
}

/** Access entries: each a role of settings, and what it may do in the whole cluster. */
function makeAccess(
  context: AwsContext,
  cluster: eks.Cluster,
  { administrators }: ClusterSettings,
): readonly Resource[] {
  return administrators.map((principalArn) => {
    const name = context.name(`admin-${roleName(principalArn)}`);
    const entry = new eks.AccessEntry(
      name,
      { clusterName: cluster.name, principalArn, type: 'STANDARD', tags: context.tags },
      context.options,
    );
    return new eks.AccessPolicyAssociation(
      name,
      {
        clusterName: cluster.name,
        principalArn: entry.principalArn,
        policyArn: 'arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy',
        accessScope: { type: 'cluster' },
      },
      context.options,
    );
  });
}

/** Whoever uses it brings credentials of one of the administrators' roles. */
function kubeconfig({ environment, region }: AwsContext, cluster: eks.Cluster): Output<string> {
  return jsonStringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': environment,
    clusters: [
      {
        name: environment,
        cluster: {
          server: cluster.endpoint,
          'certificate-authority-data': cluster.certificateAuthority.data,
        },
      },
    ],
    contexts: [{ name: environment, context: { cluster: environment, user: environment } }],
    users: [
      {
        name: environment,
        user: {
          exec: {
            apiVersion: 'client.authentication.k8s.io/v1beta1',
            command: 'aws',
            args: ['--region', region, 'eks', 'get-token', '--cluster-name', environment, '--output', 'json'],
            interactiveMode: 'Never',
          },
        },
      },
    ],
  });
}

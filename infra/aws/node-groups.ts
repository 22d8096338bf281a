/**
 * Managed node groups, one for each pool and zone: a volume lives in one zone, so that a group over several zones could scale
 * up in a zone where its pod's volume is not.
 */
import { Type, type Static } from '@sinclair/typebox';
import * as ec2 from '@pulumi/aws/ec2';
import * as eks from '@pulumi/aws/eks';
import type { Input, Output, Resource } from '@pulumi/pulumi';
import type { AwsContext } from './context';
import { instanceType, type Capacity } from './instance-types';
import { firstNodes, type NodePools } from './node-capacity';

export const NodePoolSettings = Type.Object(
  {
    /** All of one size: the smallest one is reckoned with. The first that a zone has free is taken. */
    instanceTypes: Type.Array(Type.String(), { minItems: 1 }),
    /** Nodes in each zone. */
    perZone: Type.Object({ min: Type.Integer(), max: Type.Integer() }, { additionalProperties: false }),
    /** Root disk: images, logs and `emptyDir`s. */
    diskGibibytes: Type.Integer(),
  },
  { additionalProperties: false },
);
export type NodePoolSettings = Static<typeof NodePoolSettings>;

interface NodeGroupProps {
  readonly cluster: eks.Cluster;
  readonly nodeRoleArn: Input<string>;
  /** Of the nodes, one for each zone, in the zones' order. */
  readonly subnetIds: readonly Output<string>[];
  readonly dataKeyArn: Input<string>;
  readonly pools: NodePools;
  readonly requests: Capacity;
  /** What a node needs to join: its role's permissions, ways out of the network, the network add-on. */
  readonly after: readonly Resource[];
}

export function makeNodeGroups(context: AwsContext, props: NodeGroupProps): readonly eks.NodeGroup[] {
  const first = firstNodes(props.pools, context.nodeZones.length, props.requests);
  return Object.entries(props.pools).flatMap(([pool, settings]) => {
    const template = makeLaunchTemplate(context, pool, settings, props.dataKeyArn);
    return context.nodeZones.map((zone, index) =>
      makeNodeGroup(
        context,
        { pool, zone, settings, template, first: first[pool], subnetId: props.subnetIds[index] },
        props,
      ),
    );
  });
}

interface Group {
  readonly pool: string;
  readonly zone: string;
  readonly settings: NodePoolSettings;
  readonly template: ec2.LaunchTemplate;
  /** Nodes to start with. */
  readonly first: number | undefined;
  readonly subnetId: Output<string> | undefined;
}

function makeNodeGroup(
  context: AwsContext,
  { pool, zone, settings, template, first, subnetId }: Group,
  { cluster, nodeRoleArn, after }: NodeGroupProps,
): eks.NodeGroup {
  if (subnetId === undefined) throw new RangeError(`no subnet for nodes in ${zone}`);
  const name = context.name(`${pool}-${zone}`);
  const { min, max } = settings.perZone;
  return new eks.NodeGroup(
    name,
    {
      clusterName: cluster.name,
      nodeGroupName: name,
      nodeRoleArn,
      subnetIds: [subnetId],
      version: cluster.version,
      amiType: isArm(settings) ? 'AL2023_ARM_64_STANDARD' : 'AL2023_x86_64_STANDARD',
      instanceTypes: settings.instanceTypes,
      launchTemplate: { id: template.id, version: template.latestVersion.apply(String) },
      scalingConfig: { minSize: min, desiredSize: first ?? min, maxSize: max },
      updateConfig: { maxUnavailable: 1 },
      // Nodes that stay NotReady are replaced without anybody's night being spoilt.
      nodeRepairConfig: { enabled: true },
      labels: { pool },
      tags: context.named(`${pool}-${zone}`),
    },
    // How many there are just now is an autoscaler's decision, or a person's.
    { ...context.options, dependsOn: [...after], ignoreChanges: ['scalingConfig.desiredSize'] },
  );
}

function makeLaunchTemplate(
  context: AwsContext,
  pool: string,
  { diskGibibytes }: NodePoolSettings,
  kmsKeyId: Input<string>,
): ec2.LaunchTemplate {
  const tags = context.named(pool);
  return new ec2.LaunchTemplate(
    context.name(pool),
    {
      namePrefix: `${context.name(pool)}-`,
      // A pod is one hop further than its node: at one hop it cannot take the node's credentials.
      metadataOptions: { httpEndpoint: 'enabled', httpTokens: 'required', httpPutResponseHopLimit: 1 },
      blockDeviceMappings: [
        {
          // The root device of Amazon Linux 2023.
          deviceName: '/dev/xvda',
          ebs: {
            volumeSize: diskGibibytes,
            volumeType: 'gp3',
            encrypted: 'true',
            kmsKeyId,
            deleteOnTermination: 'true',
          },
        },
      ],
      // The template's own tags do not reach what is started from it.
      tagSpecifications: ['instance', 'volume', 'network-interface'].map((resourceType) => ({
        resourceType,
        tags,
      })),
      updateDefaultVersion: true,
      tags,
    },
    context.options,
  );
}

function isArm({ instanceTypes }: NodePoolSettings): boolean {
  return instanceTypes.every((name) => instanceType(name)?.architecture === 'arm64');
}

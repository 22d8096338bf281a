/**
 * Files that Grafana's replicas share (EFS): encrypted at rest and on the way, in every zone of the nodes, as Grafana's user.
 */
import * as efs from '@pulumi/aws/efs';
import type { Input, Output, Resource } from '@pulumi/pulumi';
import type { CloudDemand, StorageClassSpec } from '../cloud';
import { inLayer, type AwsContext } from './context';
import { policyJson, type Statement } from './iam-document';
import type { Keys } from './keys';
import type { Network } from './network';

interface FileStorageProps {
  readonly network: Pick<Network, 'subnetIds'>;
  readonly keys: Keys;
  readonly securityGroupId: Input<string>;
}

export interface FileStorage {
  readonly fileSystemId: Output<string>;
  /** For people who restore Grafana's files from a backup: the same user, from outside the cluster. */
  readonly accessPointId: Output<string>;
  readonly storageClass: StorageClassSpec;
  readonly ready: readonly Resource[];
}

const STORAGE_CLASS = 'efs-encrypted';

/** The user of Grafana's image, as which its pods run. */
const GRAFANA_ID = 472;
/** Its claims are folders below; nobody but it opens them. */
const GRAFANA_PATH = '/grafana';
const OWNER_ONLY = '700';

/** Whether the platform's claims name the class that this layer makes. */
export function needsFileStorage({ storageClasses }: Pick<CloudDemand, 'storageClasses'>): boolean {
  return storageClasses.includes(STORAGE_CLASS);
}

export function makeFileStorage(outer: AwsContext, props: FileStorageProps): FileStorage {
  const context = inLayer(outer, 'FileStorage');
  const files = makeFileSystem(context, props);
  const targets = makeMountTargets(context, files, props);
  const policy = new efs.FileSystemPolicy(
    context.name('files'),
    { fileSystemId: files.id, policy: filePolicy(files.arn) },
    context.options,
  );
  new efs.BackupPolicy(
    context.name('files'),
    // Every day, kept for 35 days (EFS, "Automatic backups").
    { fileSystemId: files.id, backupPolicy: { status: 'ENABLED' } },
    context.options,
  );
  const accessPoint = makeAccessPoint(context, files);
  return {
    fileSystemId: files.id,
    accessPointId: accessPoint.id,
    storageClass: storageClass(files.id),
    ready: [...targets, policy, accessPoint],
  };
}

function makeFileSystem(context: AwsContext, { keys }: FileStorageProps): efs.FileSystem {
  const prod = context.tier === 'prod';
  return new efs.FileSystem(
    context.name('files'),
    {
      creationToken: context.name('files'),
      encrypted: true,
      kmsKeyId: keys.dataArn,
      // Plug-ins are read at start and hardly ever else: paid by use.
      throughputMode: 'elastic',
      tags: context.named('files'),
    },
    { ...context.options, protect: prod, retainOnDelete: prod },
  );
}

function makeMountTargets(
  context: AwsContext,
  files: efs.FileSystem,
  { network, securityGroupId }: FileStorageProps,
): readonly efs.MountTarget[] {
  return context.nodeZones.map((zone, index) => {
    const subnetId = network.subnetIds.nodes[index];
    if (subnetId === undefined) throw new RangeError(`no subnet for nodes in ${zone}`);
    return new efs.MountTarget(
      context.name(`files-${zone}`),
      { fileSystemId: files.id, subnetId, securityGroups: [securityGroupId] },
      context.options,
    );
  });
}

function filePolicy(arn: Input<string>): Output<string> {
  return policyJson(fileStatements(arn));
}

/**
 * Mounts come without an IAM identity, from the nodes' network alone (the security group), and over TLS, which the driver
 * does by default. Nobody is root there: access points say as whom a pod reads and writes.
 */
export function fileStatements(arn: Input<string>): readonly Statement[] {
  return [
    {
      sid: 'MountFromTheNetworkOverTls',
      effect: 'Allow',
      principals: 'anyone',
      actions: ['elasticfilesystem:ClientMount', 'elasticfilesystem:ClientWrite'],
      resources: [arn],
      conditions: {
        Bool: { 'elasticfilesystem:AccessedViaMountTarget': 'true', 'aws:SecureTransport': 'true' },
      },
    },
  ];
}

function makeAccessPoint(context: AwsContext, files: efs.FileSystem): efs.AccessPoint {
  return new efs.AccessPoint(
    context.name('files-grafana'),
    {
      fileSystemId: files.id,
      posixUser: { uid: GRAFANA_ID, gid: GRAFANA_ID },
      rootDirectory: {
        path: GRAFANA_PATH,
        creationInfo: { ownerUid: GRAFANA_ID, ownerGid: GRAFANA_ID, permissions: OWNER_ONLY },
      },
      tags: context.named('files-grafana'),
    },
    context.options,
  );
}

/** The driver makes an access point for each claim, for Grafana's user alone. */
function storageClass(fileSystemId: Output<string>): StorageClassSpec {
  return {
    name: STORAGE_CLASS,
    provisioner: 'efs.csi.aws.com',
    parameters: {
      provisioningMode: 'efs-ap',
      fileSystemId,
      basePath: GRAFANA_PATH,
      directoryPerms: OWNER_ONLY,
      uid: String(GRAFANA_ID),
      gid: String(GRAFANA_ID),
    },
  };
}

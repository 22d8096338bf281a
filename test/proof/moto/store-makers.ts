/** What holds data: S3, EFS, Aurora, CloudWatch's log groups. */
import { fieldsAt, listAt, textAt } from '../../../stacks/manifest-data';
import { answered, given, tagList, type Inputs, type Made, type Makers, type Wanted } from './maker';

/** A setting of a bucket, which is its only identity. */
async function bucketSetting(wanted: Wanted, operation: string, params: Inputs): Promise<Made> {
  const { aws, inputs } = wanted;
  await aws.call({ service: 's3', operation, params: { Bucket: inputs.bucket, ...params } });
  return { id: String(inputs.bucket) };
}

const BUCKET_MAKERS: Makers = {
  'aws:s3/bucket:Bucket': async ({ aws, inputs, name }) => {
    const bucket = textAt(inputs, 'bucket') ?? name;
    await aws.call({
      service: 's3',
      operation: 'create_bucket',
      params: { Bucket: bucket, CreateBucketConfiguration: { LocationConstraint: aws.region } },
    });
    await aws.call({
      service: 's3',
      operation: 'put_bucket_tagging',
      params: { Bucket: bucket, Tagging: { TagSet: tagList(inputs) } },
    });
    return { id: bucket, state: { bucket, arn: `arn:aws:s3:::${bucket}` } };
  },
  'aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock': (wanted) =>
    bucketSetting(wanted, 'put_public_access_block', {
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: wanted.inputs.blockPublicAcls,
        IgnorePublicAcls: wanted.inputs.ignorePublicAcls,
        BlockPublicPolicy: wanted.inputs.blockPublicPolicy,
        RestrictPublicBuckets: wanted.inputs.restrictPublicBuckets,
      },
    }),
  'aws:s3/bucketOwnershipControls:BucketOwnershipControls': (wanted) =>
    bucketSetting(wanted, 'put_bucket_ownership_controls', {
      OwnershipControls: { Rules: [{ ObjectOwnership: fieldsAt(wanted.inputs, 'rule').objectOwnership }] },
    }),
  'aws:s3/bucketPolicy:BucketPolicy': (wanted) =>
    bucketSetting(wanted, 'put_bucket_policy', { Policy: wanted.inputs.policy }),
  'aws:s3/bucketVersioning:BucketVersioning': (wanted) =>
    bucketSetting(wanted, 'put_bucket_versioning', {
      VersioningConfiguration: { Status: fieldsAt(wanted.inputs, 'versioningConfiguration').status },
    }),
  'aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration': (wanted) =>
    bucketSetting(wanted, 'put_bucket_encryption', {
      ServerSideEncryptionConfiguration: {
        Rules: listAt(wanted.inputs, 'rules').map((rule) => {
          const { sseAlgorithm, kmsMasterKeyId } = fieldsAt(rule, 'applyServerSideEncryptionByDefault');
          return {
            ApplyServerSideEncryptionByDefault: given({
              SSEAlgorithm: sseAlgorithm,
              KMSMasterKeyID: kmsMasterKeyId,
            }),
            BucketKeyEnabled: fieldsAt(rule).bucketKeyEnabled,
          };
        }),
      },
    }),
  'aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration': (wanted) =>
    bucketSetting(wanted, 'put_bucket_lifecycle_configuration', {
      LifecycleConfiguration: { Rules: listAt(wanted.inputs, 'rules').map(lifecycleRule) },
    }),
};

function lifecycleRule(rule: unknown): Inputs {
  const { id, status } = fieldsAt(rule);
  const uploads = fieldsAt(rule, 'abortIncompleteMultipartUpload').daysAfterInitiation;
  const earlier = fieldsAt(rule, 'noncurrentVersionExpiration').noncurrentDays;
  const marker = fieldsAt(rule, 'expiration').expiredObjectDeleteMarker;
  return given({
    ID: id,
    Status: status,
    Filter: { Prefix: fieldsAt(rule, 'filter').prefix ?? '' },
    AbortIncompleteMultipartUpload: uploads === undefined ? undefined : { DaysAfterInitiation: uploads },
    NoncurrentVersionExpiration: earlier === undefined ? undefined : { NoncurrentDays: earlier },
    Expiration: marker === undefined ? undefined : { ExpiredObjectDeleteMarker: marker },
  });
}

const FILE_MAKERS: Makers = {
  'aws:efs/fileSystem:FileSystem': async ({ aws, inputs, name }) => {
    const answer = await aws.call({
      service: 'efs',
      operation: 'create_file_system',
      params: given({
        CreationToken: inputs.creationToken ?? name,
        Encrypted: inputs.encrypted,
        KmsKeyId: inputs.kmsKeyId,
        ThroughputMode: inputs.throughputMode,
        Tags: tagList(inputs),
      }),
    });
    return { id: answered(answer, 'FileSystemId'), state: { arn: answered(answer, 'FileSystemArn') } };
  },
  'aws:efs/fileSystemPolicy:FileSystemPolicy': async ({ aws, inputs }) => {
    await aws.call({
      service: 'efs',
      operation: 'put_file_system_policy',
      params: { FileSystemId: inputs.fileSystemId, Policy: inputs.policy },
    });
    return { id: String(inputs.fileSystemId) };
  },
  'aws:efs/mountTarget:MountTarget': async ({ aws, inputs }) => {
    const answer = await aws.call({
      service: 'efs',
      operation: 'create_mount_target',
      params: {
        FileSystemId: inputs.fileSystemId,
        SubnetId: inputs.subnetId,
        SecurityGroups: inputs.securityGroups,
      },
    });
    return { id: answered(answer, 'MountTargetId') };
  },
  'aws:efs/accessPoint:AccessPoint': async ({ aws, inputs, name }) => {
    const user = fieldsAt(inputs, 'posixUser');
    const root = fieldsAt(inputs, 'rootDirectory');
    const creation = fieldsAt(root, 'creationInfo');
    const answer = await aws.call({
      service: 'efs',
      operation: 'create_access_point',
      params: {
        ClientToken: name,
        FileSystemId: inputs.fileSystemId,
        PosixUser: { Uid: user.uid, Gid: user.gid },
        RootDirectory: {
          Path: root.path,
          CreationInfo: {
            OwnerUid: creation.ownerUid,
            OwnerGid: creation.ownerGid,
            Permissions: creation.permissions,
          },
        },
        Tags: tagList(inputs),
      },
    });
    return { id: answered(answer, 'AccessPointId') };
  },
};

const rds = ({ aws }: Wanted, operation: string, params: Inputs) =>
  aws.call({ service: 'rds', operation, params: given(params) });

const DATABASE_MAKERS: Makers = {
  'aws:rds/subnetGroup:SubnetGroup': async (wanted) => {
    const { inputs } = wanted;
    await rds(wanted, 'create_db_subnet_group', {
      DBSubnetGroupName: inputs.name,
      DBSubnetGroupDescription: inputs.description ?? 'Managed by Pulumi',
      SubnetIds: inputs.subnetIds,
      Tags: tagList(inputs),
    });
    return { id: String(inputs.name) };
  },
  'aws:rds/clusterParameterGroup:ClusterParameterGroup': async (wanted) => {
    const { inputs } = wanted;
    await rds(wanted, 'create_db_cluster_parameter_group', {
      DBClusterParameterGroupName: inputs.name,
      DBParameterGroupFamily: inputs.family,
      Description: inputs.description ?? 'Managed by Pulumi',
      Tags: tagList(inputs),
    });
    return { id: String(inputs.name) };
  },
  'aws:rds/cluster:Cluster': async (wanted) => {
    const { inputs } = wanted;
    const answer = await rds(wanted, 'create_db_cluster', {
      DBClusterIdentifier: inputs.clusterIdentifier,
      Engine: inputs.engine,
      EngineVersion: inputs.engineVersion,
      DatabaseName: inputs.databaseName,
      MasterUsername: inputs.masterUsername,
      MasterUserPassword: inputs.masterPassword,
      EnableIAMDatabaseAuthentication: inputs.iamDatabaseAuthenticationEnabled,
      DBSubnetGroupName: inputs.dbSubnetGroupName,
      DBClusterParameterGroupName: inputs.dbClusterParameterGroupName,
      VpcSecurityGroupIds: inputs.vpcSecurityGroupIds,
      StorageEncrypted: inputs.storageEncrypted,
      KmsKeyId: inputs.kmsKeyId,
      BackupRetentionPeriod: inputs.backupRetentionPeriod,
      PreferredBackupWindow: inputs.preferredBackupWindow,
      PreferredMaintenanceWindow: inputs.preferredMaintenanceWindow,
      CopyTagsToSnapshot: inputs.copyTagsToSnapshot,
      EnableCloudwatchLogsExports: inputs.enabledCloudwatchLogsExports,
      DeletionProtection: inputs.deletionProtection,
      Tags: tagList(inputs),
    });
    return {
      id: String(inputs.clusterIdentifier),
      state: { endpoint: answered(answer, 'DBCluster', 'Endpoint') },
    };
  },
  'aws:rds/clusterInstance:ClusterInstance': async (wanted) => {
    const { inputs } = wanted;
    await rds(wanted, 'create_db_instance', {
      DBInstanceIdentifier: inputs.identifier,
      DBClusterIdentifier: inputs.clusterIdentifier,
      Engine: inputs.engine,
      EngineVersion: inputs.engineVersion,
      DBInstanceClass: inputs.instanceClass,
      AvailabilityZone: inputs.availabilityZone,
      PubliclyAccessible: inputs.publiclyAccessible,
      AutoMinorVersionUpgrade: inputs.autoMinorVersionUpgrade,
      CACertificateIdentifier: inputs.caCertIdentifier,
      EnablePerformanceInsights: inputs.performanceInsightsEnabled,
      PerformanceInsightsKMSKeyId: inputs.performanceInsightsKmsKeyId,
      PerformanceInsightsRetentionPeriod: inputs.performanceInsightsRetentionPeriod,
      Tags: tagList(inputs),
    });
    return { id: String(inputs.identifier) };
  },
};

export const STORE_MAKERS: Makers = {
  ...BUCKET_MAKERS,
  ...FILE_MAKERS,
  ...DATABASE_MAKERS,
  'aws:cloudwatch/logGroup:LogGroup': async ({ aws, inputs }) => {
    const logGroupName = inputs.name;
    await aws.call({
      service: 'logs',
      operation: 'create_log_group',
      params: given({ logGroupName, kmsKeyId: inputs.kmsKeyId, tags: inputs.tags }),
    });
    await aws.call({
      service: 'logs',
      operation: 'put_retention_policy',
      params: { logGroupName, retentionInDays: inputs.retentionInDays },
    });
    return {
      id: String(logGroupName),
      state: { arn: `arn:aws:logs:${aws.region}:${aws.account}:log-group:${String(logGroupName)}` },
    };
  },
};

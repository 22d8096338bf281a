/**
 * What holds data: buckets, database, files, volumes and the keys that encrypt them.
 */
import { output } from '@pulumi/pulumi';
import { makeDatabase } from '../../../infra/aws/database';
import { makeFileStorage, needsFileStorage } from '../../../infra/aws/file-storage';
import { makeKeys } from '../../../infra/aws/keys';
import { makeObjectStorage } from '../../../infra/aws/object-storage';
import { makeSnapshots, volumeClass } from '../../../infra/aws/snapshots';
import { recordProgram, type Recording } from '../record';
import { DEMAND, hubContext, inputsOf, KEYS, NETWORK, protectedOnes, recordHub } from './hub';

// The provider's modules are big, and the machine may be busy.
jest.setTimeout(60_000);

const DATA_KEY = 'arn:aws:kms:eu-central-1:111122223333:key/data';

describe('makeKeys', () => {
  it('makes keys that rotate, that wait for a month before they go, and that production cannot lose', async () => {
    const prod = await recordHub(makeKeys);
    const key = inputsOf(prod, 'aws:kms/key:Key', 'hub-infra-data-key');
    expect(key).toMatchObject({ enableKeyRotation: true, deletionWindowInDays: 30 });
    expect(JSON.parse(String(key.policy))).toEqual({
      Version: '2012-10-17',
      Statement: [
        {
          Sid: 'AccountAdministersKey',
          Effect: 'Allow',
          Principal: { AWS: 'arn:aws:iam::111122223333:root' },
          Action: ['kms:*'],
          Resource: ['*'],
        },
        expect.objectContaining({ Sid: 'AutoScalingUsesKey' }),
        {
          Sid: 'AutoScalingGrantsToInstances',
          Effect: 'Allow',
          Principal: '*',
          Action: ['kms:CreateGrant'],
          Resource: ['*'],
          Condition: {
            StringEquals: { 'kms:CallerAccount': '111122223333' },
            ArnEquals: {
              'aws:PrincipalArn':
                'arn:aws:iam::111122223333:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling',
            },
            Bool: { 'kms:GrantIsForAWSResource': 'true' },
          },
        },
      ],
    });
    expect(protectedOnes(prod)).toEqual([
      'aws:kms/key:Key: hub-infra-data-key',
      'aws:kms/key:Key: hub-infra-logs-key',
      'aws:kms/key:Key: hub-infra-secrets-key',
    ]);
  });
});

describe('makeObjectStorage', () => {
  const record = (tier: 'dev' | 'prod'): Promise<Recording> =>
    recordHub((context) => makeObjectStorage(context, KEYS, DEMAND, { deletedBackupDays: 30 }), tier);

  it('makes a closed, encrypted bucket for each purpose', async () => {
    const prod = await record('prod');
    const name = 'hub-infra-bucket-logs';
    const of = (kind: string): unknown =>
      inputsOf(prod, `aws:s3/${kind}:${kind.charAt(0).toUpperCase()}${kind.slice(1)}`, name);
    const bucket = 'hub-infra-logs-111122223333';
    expect(of('bucket')).toMatchObject({ bucket, forceDestroy: false, tags: { Name: name } });
    expect(of('bucketPublicAccessBlock')).toEqual({
      bucket,
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    });
    expect(of('bucketOwnershipControls')).toEqual({
      bucket,
      rule: { objectOwnership: 'BucketOwnerEnforced' },
    });
    expect(of('bucketServerSideEncryptionConfiguration')).toEqual({
      bucket,
      rules: [
        {
          applyServerSideEncryptionByDefault: { sseAlgorithm: 'aws:kms', kmsMasterKeyId: DATA_KEY },
          bucketKeyEnabled: true,
        },
      ],
    });
    expect(protectedOnes(prod)).toEqual([
      'aws:s3/bucket:Bucket: hub-infra-bucket-logs',
      'aws:s3/bucket:Bucket: hub-infra-bucket-metrics-backup',
    ]);
  });

  it('refuses whoever comes without TLS 1.2', async () => {
    const { policy } = inputsOf(
      await record('prod'),
      'aws:s3/bucketPolicy:BucketPolicy',
      'hub-infra-bucket-logs',
    );
    const deny = (Sid: string, Condition: object): object => ({
      Sid,
      Effect: 'Deny',
      Principal: '*',
      Action: ['s3:*'],
      Resource: ['arn:aws:s3:::hub-infra-logs-111122223333', 'arn:aws:s3:::hub-infra-logs-111122223333/*'],
      Condition,
    });
    expect(JSON.parse(String(policy))).toEqual({
      Version: '2012-10-17',
      Statement: [
        deny('DenyPlainText', { Bool: { 'aws:SecureTransport': 'false' } }),
        deny('DenyOldTls', { NumericLessThan: { 's3:TlsVersion': '1.2' } }),
      ],
    });
  });

  it('keeps versions of backups, and of nothing that its owner deletes by itself', async () => {
    const prod = await record('prod');
    expect(inputsOf(prod, 'aws:s3/bucketVersioning:BucketVersioning')).toEqual({
      bucket: 'hub-infra-metrics-backup-111122223333',
      versioningConfiguration: { status: 'Enabled' },
    });
    const uploads = {
      id: 'unfinished-uploads',
      status: 'Enabled',
      filter: { prefix: '' },
      abortIncompleteMultipartUpload: { daysAfterInitiation: 7 },
    };
    const type = 'aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration';
    expect(inputsOf(prod, type, 'hub-infra-bucket-logs').rules).toEqual([uploads]);
    expect(inputsOf(prod, type, 'hub-infra-bucket-metrics-backup').rules).toEqual([
      uploads,
      {
        id: 'deleted-backups',
        status: 'Enabled',
        filter: { prefix: '' },
        noncurrentVersionExpiration: { noncurrentDays: 30 },
        expiration: { expiredObjectDeleteMarker: true },
      },
    ]);
  });

  it('lets development be taken down', async () => {
    const dev = await record('dev');
    expect(inputsOf(dev, 'aws:s3/bucket:Bucket', 'hub-infra-bucket-logs')).toMatchObject({
      forceDestroy: true,
    });
    expect(protectedOnes(dev)).toEqual([]);
  });
});

describe('makeDatabase', () => {
  const record = (tier: 'dev' | 'prod', instances: number): Promise<Recording> =>
    recordHub(
      (context) =>
        makeDatabase(context, {
          network: NETWORK,
          keys: KEYS,
          securityGroupId: 'sg-database',
          password: output('not-a-real-password'),
          demand: { name: 'grafana', user: 'grafana', passwordSecret: 'grafana-database-password' },
          settings: {
            engineVersion: '17.7',
            instanceClass: 'db.r7g.large',
            instances,
            backupDays: 14,
            logDays: 30,
            iamAuthentication: true,
          },
        }),
      tier,
    );

  it('is encrypted, private, backed up and protected in production', async () => {
    const prod = await record('prod', 2);
    expect(inputsOf(prod, 'aws:rds/cluster:Cluster')).toMatchObject({
      clusterIdentifier: 'hub-infra-database',
      engine: 'aurora-postgresql',
      engineVersion: '17.7',
      databaseName: 'grafana',
      masterUsername: 'grafana',
      iamDatabaseAuthenticationEnabled: true,
      dbSubnetGroupName: 'hub-infra-database',
      dbClusterParameterGroupName: 'hub-infra-database-postgresql-17',
      vpcSecurityGroupIds: ['sg-database'],
      storageEncrypted: true,
      kmsKeyId: DATA_KEY,
      backupRetentionPeriod: 14,
      copyTagsToSnapshot: true,
      deletionProtection: true,
      skipFinalSnapshot: false,
      finalSnapshotIdentifier: 'hub-infra-database-final',
      applyImmediately: false,
    });
    expect(inputsOf(prod, 'aws:rds/subnetGroup:SubnetGroup').subnetIds).toEqual([
      'subnet-database-a',
      'subnet-database-b',
      'subnet-database-c',
    ]);
    expect(protectedOnes(prod)).toEqual([
      'aws:rds/cluster:Cluster: hub-infra-database',
      'aws:rds/clusterInstance:ClusterInstance: hub-infra-database-eu-central-1a',
      'aws:rds/clusterInstance:ClusterInstance: hub-infra-database-eu-central-1b',
    ]);
  });

  it('refuses whoever comes without TLS 1.2', async () => {
    const parameters = inputsOf(
      await record('prod', 2),
      'aws:rds/clusterParameterGroup:ClusterParameterGroup',
    );
    expect(parameters).toMatchObject({
      family: 'aurora-postgresql17',
      parameters: [
        { name: 'rds.force_ssl', value: '1' },
        { name: 'ssl_min_protocol_version', value: 'TLSv1.2' },
      ],
    });
  });

  it('has one instance a zone, watched with the own key', async () => {
    const type = 'aws:rds/clusterInstance:ClusterInstance';
    expect(inputsOf(await record('prod', 2), type, 'hub-infra-database-eu-central-1b')).toMatchObject({
      identifier: 'hub-infra-database-eu-central-1b',
      clusterIdentifier: 'hub-infra-database',
      availabilityZone: 'eu-central-1b',
      publiclyAccessible: false,
      autoMinorVersionUpgrade: false,
      caCertIdentifier: 'rds-ca-rsa2048-g1',
      performanceInsightsEnabled: true,
      performanceInsightsKmsKeyId: DATA_KEY,
      performanceInsightsRetentionPeriod: 7,
    });
  });

  it('is smaller in development, and goes without a trace', async () => {
    const dev = await record('dev', 1);
    expect(inputsOf(dev, 'aws:rds/clusterInstance:ClusterInstance').availabilityZone).toBe('eu-central-1a');
    expect(inputsOf(dev, 'aws:rds/cluster:Cluster')).toMatchObject({
      storageEncrypted: true,
      deletionProtection: false,
      skipFinalSnapshot: true,
    });
    expect(protectedOnes(dev)).toEqual([]);
  });
});

describe('makeFileStorage', () => {
  const PROPS = { network: NETWORK, keys: KEYS, securityGroupId: 'sg-files' };

  it('is encrypted, reached in every zone, and backed up', async () => {
    const prod = await recordHub((context) => makeFileStorage(context, PROPS));
    expect(inputsOf(prod, 'aws:efs/fileSystem:FileSystem')).toMatchObject({
      encrypted: true,
      kmsKeyId: DATA_KEY,
      throughputMode: 'elastic',
    });
    expect(
      prod.resources.filter(({ type }) => type.includes('mountTarget')).map(({ inputs }) => inputs),
    ).toMatchObject(
      ['a', 'b', 'c'].map((zone) => ({ subnetId: `subnet-nodes-${zone}`, securityGroups: ['sg-files'] })),
    );
    expect(inputsOf(prod, 'aws:efs/backupPolicy:BackupPolicy')).toMatchObject({
      backupPolicy: { status: 'ENABLED' },
    });
    expect(inputsOf(prod, 'aws:efs/accessPoint:AccessPoint')).toMatchObject({
      posixUser: { uid: 472, gid: 472 },
      rootDirectory: { path: '/grafana', creationInfo: { ownerUid: 472, ownerGid: 472, permissions: '700' } },
    });
    expect(protectedOnes(prod)).toEqual(['aws:efs/fileSystem:FileSystem: hub-infra-files']);
  });

  it('is mounted over TLS only, from the network only, and by nobody as root', async () => {
    const prod = await recordHub((context) => makeFileStorage(context, PROPS));
    const { policy } = inputsOf(prod, 'aws:efs/fileSystemPolicy:FileSystemPolicy');
    expect(JSON.parse(String(policy))).toMatchObject({
      Statement: [
        {
          Action: ['elasticfilesystem:ClientMount', 'elasticfilesystem:ClientWrite'],
          Condition: {
            Bool: { 'elasticfilesystem:AccessedViaMountTarget': 'true', 'aws:SecureTransport': 'true' },
          },
        },
      ],
    });
  });

  it("makes the class whose claims are Grafana's", async () => {
    const { outputs } = await recordProgram(() => ({
      storageClass: makeFileStorage(hubContext(), PROPS).storageClass,
    }));
    expect(outputs.storageClass).toEqual({
      name: 'efs-encrypted',
      provisioner: 'efs.csi.aws.com',
      parameters: {
        provisioningMode: 'efs-ap',
        fileSystemId: 'hub-infra-files-id',
        basePath: '/grafana',
        directoryPerms: '700',
        uid: '472',
        gid: '472',
      },
    });
    expect(needsFileStorage({ storageClasses: ['gp3-encrypted'] })).toBe(false);
    expect(needsFileStorage(DEMAND)).toBe(true);
  });
});

describe('makeSnapshots', () => {
  it('keeps a week of every volume that has the tag', async () => {
    const prod = await recordHub((context) => {
      makeSnapshots(context, { at: '02:30', keep: 7 });
    });
    expect(inputsOf(prod, 'aws:dlm/lifecyclePolicy:LifecyclePolicy')).toMatchObject({
      state: 'ENABLED',
      policyDetails: {
        resourceTypes: ['VOLUME'],
        targetTags: { snapshots: 'hub-infra' },
        schedules: [
          {
            createRule: { interval: 24, intervalUnit: 'HOURS', times: '02:30' },
            retainRule: { count: 7 },
            copyTags: true,
          },
        ],
      },
    });
  });

  it('has the tag, and all others, put on volumes by their class', () => {
    expect(volumeClass('hub-infra', { system: 'hub-and-spoke', owner: 'platform' }, DATA_KEY)).toEqual({
      name: 'gp3-encrypted',
      provisioner: 'ebs.csi.aws.com',
      parameters: {
        type: 'gp3',
        encrypted: 'true',
        kmsKeyId: DATA_KEY,
        'csi.storage.k8s.io/fstype': 'ext4',
        tagSpecification_1: 'system=hub-and-spoke',
        tagSpecification_2: 'owner=platform',
        tagSpecification_3: 'snapshots=hub-infra',
      },
    });
  });
});

import fc from 'fast-check';
import { output } from '@pulumi/pulumi';
import { externalSecretsArn, makeIdentities, storeUsers } from '../../../infra/aws/identity';
import type { ObjectStoreDemand, ServiceAccount } from '../../../infra/cloud';
import { recordProgram, revealed, type Recording } from '../record';
import { ACCOUNT, DEMAND, hubContext, inputsOf, KEYS, recordHub } from './hub';

// The provider's modules are big, and the machine may be busy.
jest.setTimeout(60_000);

const SECRET = 'arn:aws:secretsmanager:eu-central-1:111122223333:secret:token-AbCdEf';

const record = (): Promise<Recording> =>
  recordHub((context) =>
    makeIdentities(context, {
      demand: DEMAND,
      clusterName: 'hub-infra',
      vpcId: 'vpc-0',
      keys: KEYS,
      secretArns: [output(SECRET)],
    }),
  );

describe('makeIdentities', () => {
  it('gives each service account its role', async () => {
    const { resources } = await record();
    const associations = resources
      .filter(({ type }) => type === 'aws:eks/podIdentityAssociation:PodIdentityAssociation')
      .map(({ inputs }) => revealed(inputs) as Record<string, string>)
      .map(
        ({ namespace, serviceAccount, roleArn }) =>
          `${namespace}/${serviceAccount} ${roleArn?.split(':').at(-1)}`,
      );
    expect(associations.sort()).toEqual([
      'external-secrets/external-secrets hub-infra-external-secrets',
      'kube-system/aws-load-balancer-controller hub-infra-aws-load-balancer-controller',
      'kube-system/cluster-autoscaler hub-infra-cluster-autoscaler',
      'logging/loki hub-infra-store-logs',
      'monitoring/vmstorage hub-infra-store-metrics-backup',
      'monitoring/vmstorage-restore-0 hub-infra-store-metrics-backup',
    ]);
    const { role } = inputsOf(await record(), 'aws:iam/rolePolicy:RolePolicy', 'hub-infra-external-secrets');
    const reader = externalSecretsArn({ accountId: ACCOUNT, name: (part) => `hub-infra-${part}` });
    expect(reader).toBe(`arn:aws:iam::${ACCOUNT}:role/${String(role)}`);
  });

  it('trusts exactly these service accounts of exactly this cluster', async () => {
    const { assumeRolePolicy } = inputsOf(
      await record(),
      'aws:iam/role:Role',
      'hub-infra-store-metrics-backup',
    );
    expect(JSON.parse(String(assumeRolePolicy))).toEqual({
      Version: '2012-10-17',
      Statement: [
        {
          Sid: 'PodsInmonitoring',
          Effect: 'Allow',
          Principal: { Service: 'pods.eks.amazonaws.com' },
          Action: ['sts:AssumeRole', 'sts:TagSession'],
          Condition: {
            StringEquals: {
              'aws:SourceAccount': '111122223333',
              'aws:RequestTag/eks-cluster-arn': 'arn:aws:eks:eu-central-1:111122223333:cluster/hub-infra',
              'aws:RequestTag/kubernetes-namespace': 'monitoring',
              'aws:RequestTag/kubernetes-service-account': ['vmstorage', 'vmstorage-restore-0'],
            },
          },
        },
      ],
    });
  });

  it('lets the users of a store into its bucket alone', async () => {
    const { policy } = inputsOf(await record(), 'aws:iam/rolePolicy:RolePolicy', 'hub-infra-store-logs');
    expect(JSON.parse(String(policy))).toEqual({
      Version: '2012-10-17',
      Statement: [
        {
          Sid: 'ListBuckets',
          Effect: 'Allow',
          Action: ['s3:GetBucketLocation', 's3:ListBucket', 's3:ListBucketMultipartUploads'],
          Resource: ['arn:aws:s3:::hub-infra-logs-111122223333'],
        },
        {
          Sid: 'ReadAndWriteObjects',
          Effect: 'Allow',
          Action: [
            's3:AbortMultipartUpload',
            's3:DeleteObject',
            's3:GetObject',
            's3:ListMultipartUploadParts',
            's3:PutObject',
          ],
          Resource: ['arn:aws:s3:::hub-infra-logs-111122223333/*'],
        },
        {
          Sid: 'EncryptObjects',
          Effect: 'Allow',
          Action: ['kms:Decrypt', 'kms:GenerateDataKey'],
          Resource: ['arn:aws:kms:eu-central-1:111122223333:key/data'],
          Condition: {
            StringEquals: {
              'kms:ViaService': 's3.eu-central-1.amazonaws.com',
              'kms:EncryptionContext:aws:s3:arn': ['arn:aws:s3:::hub-infra-logs-111122223333'],
            },
          },
        },
      ],
    });
  });

  it('lets External Secrets read the secrets one by one', async () => {
    const { policy } = inputsOf(
      await record(),
      'aws:iam/rolePolicy:RolePolicy',
      'hub-infra-external-secrets',
    );
    expect(JSON.parse(String(policy))).toMatchObject({
      Statement: [
        { Action: ['secretsmanager:DescribeSecret', 'secretsmanager:GetSecretValue'], Resource: [SECRET] },
        { Action: ['kms:Decrypt'], Resource: ['arn:aws:kms:eu-central-1:111122223333:key/secrets'] },
      ],
    });
  });

  it('tells the operators who they are', async () => {
    const { outputs } = await recordProgram(() => ({
      operators: makeIdentities(hubContext(), {
        demand: { objectStores: [] },
        clusterName: 'hub-infra',
        vpcId: 'vpc-0',
        keys: KEYS,
        secretArns: [],
      }).operators,
    }));
    expect(outputs.operators).toEqual({
      'aws-load-balancer-controller': {
        kind: 'pod-identity',
        values: {
          clusterName: 'hub-infra',
          region: 'eu-central-1',
          vpcId: 'vpc-0',
          enableShield: false,
          enableWaf: false,
          enableWafv2: false,
        },
      },
      'cluster-autoscaler': {
        kind: 'pod-identity',
        values: { clusterName: 'hub-infra', region: 'eu-central-1' },
      },
    });
  });
});

describe('storeUsers', () => {
  const account = fc.record({
    namespace: fc.constantFrom('monitoring', 'logging'),
    name: fc.constantFrom('loki', 'tempo', 'vmstorage'),
  });
  const stores: fc.Arbitrary<ObjectStoreDemand[]> = fc.uniqueArray(
    fc.record({
      purpose: fc.constantFrom('logs', 'traces', 'metrics-backup'),
      users: fc.array(account, { maxLength: 4 }),
    }),
    { selector: ({ purpose }) => purpose, maxLength: 3 },
  );
  const key = ({ namespace, name }: ServiceAccount): string => `${namespace}/${name}`;

  it('gives each user exactly one role, with exactly the stores that it uses', () => {
    fc.assert(
      fc.property(stores, (demanded) => {
        const groups = storeUsers(demanded);
        const users = groups.flatMap(({ serviceAccounts }) => serviceAccounts.map(key));
        expect(new Set(users).size).toBe(users.length);
        expect(new Set(users)).toEqual(new Set(demanded.flatMap((store) => store.users.map(key))));
        for (const { purposes, serviceAccounts } of groups) {
          for (const one of serviceAccounts) {
            const used = demanded.filter((store) => store.users.map(key).includes(key(one)));
            expect(used.map(({ purpose }) => purpose).sort()).toEqual(purposes);
          }
        }
        const names = groups.map(({ purposes }) => purposes.join());
        expect(new Set(names).size).toBe(names.length);
      }),
    );
  });
});

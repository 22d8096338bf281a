/**
 * What an operator reads when the settings of these layers are wrong: where, what, which rule, what to do.
 */
import { checkCluster } from '../../../infra/aws/cluster-checks';
import type { ClusterSettings } from '../../../infra/aws/cluster';
import { checkDatabase, type DatabaseSettings } from '../../../infra/aws/database';
import { checkIdentities } from '../../../infra/aws/identity';
import { checkObjectStorage } from '../../../infra/aws/object-storage';
import type { SecretsSettings } from '../../../infra/aws/secrets';
import { checkSecrets } from '../../../infra/aws/secrets-checks';
import { checkSnapshots } from '../../../infra/aws/snapshots';
import { SettingError, type SettingProblem } from '../../../infra/setting-error';
import { ACCOUNT, ADMIN, DEMAND } from './hub';

const PATH = 'Pulumi.hub-infra.yaml: hyperion:aws';

function text(problems: readonly SettingProblem[]): string {
  return new SettingError(problems).message;
}

const CLUSTER: ClusterSettings = {
  kubernetesVersion: '1.35',
  administrators: [ADMIN],
  nodePools: { general: { instanceTypes: ['m7i.xlarge'], perZone: { min: 1, max: 2 }, diskGibibytes: 50 } },
  logDays: 90,
};

const cluster = (overrides: Partial<ClusterSettings>, demand = DEMAND): string =>
  text(checkCluster(demand, { ...CLUSTER, ...overrides }, `${PATH}.cluster`));

const pool = (overrides: Partial<ClusterSettings['nodePools'][string]>): string =>
  cluster({
    nodePools: {
      general: {
        instanceTypes: ['m7i.xlarge'],
        perZone: { min: 1, max: 2 },
        diskGibibytes: 50,
        ...overrides,
      },
    },
  });

describe('checkCluster', () => {
  it('takes good settings', () => {
    expect(cluster({ addOnVersions: { 'vpc-cni': 'v1.20.4-eksbuild.1' } })).toBe('');
  });

  it('a Kubernetes version on which nothing was proved', () => {
    expect(cluster({ kubernetesVersion: '1.31' })).toBe(
      'Pulumi.hub-infra.yaml: hyperion:aws.cluster: kubernetesVersion = "1.31"\n' +
        '  rule:   the platform is proved on Kubernetes 1.34, 1.35, 1.36\n' +
        '  remedy: take 1.35; an upgrade goes one minor at a time',
    );
  });

  it('an administrator who is no role', () => {
    expect(cluster({ administrators: ['arn:aws:iam::111122223333:user/ada'] })).toBe(
      'Pulumi.hub-infra.yaml: hyperion:aws.cluster: administrators = "arn:aws:iam::111122223333:user/ada"\n' +
        '  rule:   an IAM role is named by its ARN: arn:aws:iam::<account>:role/<name>; users and sessions are not roles\n' +
        '  remedy: give the ARN of the role that people or pipelines assume: aws iam get-role --role-name <name>',
    );
  });

  it('two administrators of one name', () => {
    expect(cluster({ administrators: [ADMIN, ADMIN] })).toBe(
      'Pulumi.hub-infra.yaml: hyperion:aws.cluster: administrators = "platform-deployment"\n' +
        '  rule:   each role is named once: resources are named after it\n' +
        '  remedy: remove the second one',
    );
  });

  it('an API on the internet, in production', () => {
    expect(cluster({ publicEndpointCidrs: ['203.0.113.0/24'] })).toBe(
      'Pulumi.hub-infra.yaml: hyperion:aws.cluster: publicEndpointCidrs = ["203.0.113.0/24"]\n' +
        "  rule:   in production the cluster's API has no address on the internet\n" +
        '  remedy: remove it, and run pulumi up from a network that reaches the VPC (network.administrators)',
    );
  });

  it('an API for the whole internet, or for a block that is none, in development', () => {
    const dev = { ...DEMAND, tier: 'dev' as const };
    expect(cluster({ publicEndpointCidrs: ['203.0.113.0/24'] }, dev)).toBe('');
    expect(cluster({ publicEndpointCidrs: ['0.0.0.0/0', '203.0.113.7/24'] }, dev)).toBe(
      'Pulumi.hub-infra.yaml: hyperion:aws.cluster: publicEndpointCidrs = "0.0.0.0/0"\n' +
        "  rule:   nobody opens the cluster's API to the whole internet\n" +
        "  remedy: name your office's or VPN's block\n" +
        'Pulumi.hub-infra.yaml: hyperion:aws.cluster: publicEndpointCidrs = "203.0.113.7/24"\n' +
        '  rule:   a CIDR block begins at its own first address, e.g. 203.0.113.0/24\n' +
        '  remedy: correct it',
    );
  });

  it('a retention that CloudWatch does not know', () => {
    expect(cluster({ logDays: 100 })).toContain(
      'cluster: logDays = 100\n  rule:   CloudWatch Logs keeps a log for certain numbers of days only',
    );
  });

  it('an add-on that is none of ours, and a version that is none', () => {
    expect(cluster({ addOnVersions: { 'vpc-cni': '1.20', kubecost: 'v1.0.0-eksbuild.1' } })).toBe(
      'Pulumi.hub-infra.yaml: hyperion:aws.cluster.addOnVersions: vpc-cni = "1.20"\n' +
        "  rule:   an add-on's version names EKS' build of it, e.g. v1.20.4-eksbuild.1\n" +
        '  remedy: list them: aws eks describe-addon-versions --addon-name vpc-cni\n' +
        'Pulumi.hub-infra.yaml: hyperion:aws.cluster.addOnVersions: kubecost = "v1.0.0-eksbuild.1"\n' +
        "  rule:   the cluster's add-ons are vpc-cni, kube-proxy, eks-pod-identity-agent, coredns, aws-ebs-csi-driver, aws-efs-csi-driver\n" +
        '  remedy: remove it, or correct its spelling',
    );
  });

  it('an instance type of unknown capacity', () => {
    expect(pool({ instanceTypes: ['m7i.xlarge', 'm4.xlarge'] })).toBe(
      'Pulumi.hub-infra.yaml: hyperion:aws.cluster.nodePools.general: instanceTypes = "m4.xlarge"\n' +
        '  rule:   nodes are of a type whose capacity is known: c, m or r of generations 6 to 8 (i, a, g), large to 8xlarge, or t3\n' +
        '  remedy: take e.g. m7i.xlarge, or add the type to infra/aws/instance-types.ts',
    );
  });

  it('two processor architectures in one pool', () => {
    expect(pool({ instanceTypes: ['m7i.xlarge', 'm7g.xlarge'] })).toBe(
      'Pulumi.hub-infra.yaml: hyperion:aws.cluster.nodePools.general: instanceTypes = ["m7i.xlarge","m7g.xlarge"]\n' +
        '  rule:   the types of a pool share one processor architecture, as they start from one image\n' +
        '  remedy: make a second pool for the others',
    );
  });

  it('fewer nodes at most than at least', () => {
    expect(pool({ perZone: { min: 3, max: 2 } })).toBe(
      'Pulumi.hub-infra.yaml: hyperion:aws.cluster.nodePools.general: perZone = {"min":3,"max":2}\n' +
        '  rule:   a zone has at least 1 node, at most as many as max, and max is at most 450 (EKS quotas)\n' +
        '  remedy: raise max to 3 or more, or lower min',
    );
  });

  it('a disk that takes no image', () => {
    expect(pool({ diskGibibytes: 8 })).toBe(
      'Pulumi.hub-infra.yaml: hyperion:aws.cluster.nodePools.general: diskGibibytes = 8\n' +
        "  rule:   a node's root disk has 20 to 16384 GiB\n" +
        '  remedy: take e.g. 50',
    );
  });

  it('no pool', () => {
    expect(cluster({ nodePools: {} })).toBe(
      'Pulumi.hub-infra.yaml: hyperion:aws.cluster.nodePools: nodePools = {}\n' +
        '  rule:   the platform runs on at least one pool of nodes\n' +
        '  remedy: add a pool, e.g. general',
    );
  });

  it('nodes that cannot carry the platform, with the arithmetic', () => {
    expect(pool({ perZone: { min: 1, max: 1 } })).toBe(
      'Pulumi.hub-infra.yaml: hyperion:aws.cluster.nodePools: perZone.max = {"general":1}\n' +
        "  rule:   the platform's pods fit on the most nodes there may be: they request 20000 m CPU and 60000 Mi memory; " +
        'there is general, 3 × 1 m7i.xlarge with 3670 m CPU and 13906 Mi memory each for pods: 11010 m CPU and 41718 Mi memory\n' +
        '  remedy: raise max, or take larger instance types',
    );
  });

  it('reckons with the smallest type of a pool, and adds pools up', () => {
    expect(pool({ instanceTypes: ['m7i.2xlarge', 'm7i.large'] })).toContain(
      'general, 3 × 2 m7i.2xlarge or m7i.large with 1680 m CPU',
    );
    const general = { instanceTypes: ['m7i.xlarge'], perZone: { min: 1, max: 1 }, diskGibibytes: 50 };
    expect(cluster({ nodePools: { general, stores: general } })).toBe('');
  });
});

const DATABASE: DatabaseSettings = {
  engineVersion: '17.7',
  instanceClass: 'db.r7g.large',
  instances: 2,
  backupDays: 14,
  logDays: 30,
};

const database = (overrides: Partial<DatabaseSettings>): string =>
  text(checkDatabase(DEMAND, { ...DATABASE, ...overrides }, `${PATH}.database`));

describe('checkDatabase', () => {
  it('takes good settings', () => {
    expect(database({})).toBe('');
  });

  it('one instance in production', () => {
    expect(database({ instances: 1 })).toBe(
      'Pulumi.hub-infra.yaml: hyperion:aws.database: instances = 1\n' +
        '  rule:   in production a second instance in another zone takes over: with one, a failed zone is an outage until AWS has made a new one\n' +
        '  remedy: set 2',
    );
  });

  it('more instances than zones', () => {
    expect(database({ instances: 4 })).toBe(
      'Pulumi.hub-infra.yaml: hyperion:aws.database: instances = 4\n' +
        '  rule:   each instance has a zone of its own, and there are 3\n' +
        '  remedy: set 3 or less',
    );
  });

  it('a retention out of range', () => {
    for (const backupDays of [3, 36]) {
      expect(database({ backupDays })).toBe(
        `Pulumi.hub-infra.yaml: hyperion:aws.database: backupDays = ${backupDays}\n` +
          "  rule:   backups are kept for 7 to 35 days (Aurora's limit; in production a week at least)\n" +
          '  remedy: set 14 or so',
      );
    }
  });

  it('an engine or a class that nobody proved', () => {
    expect(database({ engineVersion: '17', instanceClass: 'db.x2g.16xlarge' })).toBe(
      'Pulumi.hub-infra.yaml: hyperion:aws.database: engineVersion = "17"\n' +
        '  rule:   Grafana is proved on Aurora PostgreSQL 16 and 17, with the minor pinned\n' +
        '  remedy: take one of: aws rds describe-db-engine-versions --engine aurora-postgresql\n' +
        'Pulumi.hub-infra.yaml: hyperion:aws.database: instanceClass = "db.x2g.16xlarge"\n' +
        '  rule:   a database of dashboards runs on db.t4g (medium, large) or db.r6g to db.r8g (large to 4xlarge)\n' +
        '  remedy: take e.g. db.r7g.large',
    );
  });

  it('leaves one instance and one day to development', () => {
    const dev = { tier: 'dev', zones: 1 } as const;
    expect(checkDatabase(dev, { ...DATABASE, instances: 1, backupDays: 1 }, PATH)).toEqual([]);
  });
});

describe('checkObjectStorage', () => {
  it('a name that is too long for a bucket', () => {
    const demand = {
      ...DEMAND,
      environment: 'a-very-long-name-of-an-environment-indeed',
      objectStores: [{ purpose: 'metrics-backup', users: [] }],
    };
    expect(
      text(checkObjectStorage(demand, ACCOUNT, { deletedBackupDays: 30 }, `${PATH}.objectStorage`)),
    ).toBe(
      'Pulumi.hub-infra.yaml: hyperion:aws.objectStorage: name of the bucket for metrics-backup = ' +
        '"a-very-long-name-of-an-environment-indeed-metrics-backup-111122223333"\n' +
        "  rule:   a bucket's name has at most 63 characters; this one has 69\n" +
        '  remedy: shorten the name of the environment or of the purpose',
    );
  });

  it('deleted backups that are gone before anybody notices', () => {
    expect(text(checkObjectStorage(DEMAND, ACCOUNT, { deletedBackupDays: 1 }, `${PATH}.objectStorage`))).toBe(
      'Pulumi.hub-infra.yaml: hyperion:aws.objectStorage: deletedBackupDays = 1\n' +
        "  rule:   a deleted backup can be had for 7 to 365 days: an attacker's or a mistake's deletion is noticed within days\n" +
        '  remedy: set 14 or so',
    );
    expect(checkObjectStorage({ ...DEMAND, tier: 'dev' }, ACCOUNT, { deletedBackupDays: 1 }, PATH)).toEqual(
      [],
    );
  });
});

const SECRETS: SecretsSettings = { readers: [ADMIN], recoveryDays: 30 };

const secrets = (overrides: Partial<SecretsSettings>): string =>
  text(checkSecrets(DEMAND, { ...SECRETS, ...overrides }, `${PATH}.secrets`));

describe('checkSecrets', () => {
  it('takes good settings', () => {
    expect(secrets({ rotations: { 'vmauth-vmagent-dev-token': 2 } })).toBe('');
  });

  it('a rotation of what somebody else makes', () => {
    expect(secrets({ rotations: { 'slack-hub-webhook': 2 } })).toBe(
      'Pulumi.hub-infra.yaml: hyperion:aws.secrets.rotations: slack-hub-webhook = 2\n' +
        "  rule:   the stack makes these anew, and nobody else's: grafana-database-password, vmauth-vmagent-dev-token\n" +
        '  remedy: remove it, or correct its spelling; a value from somebody else is set by pulumi config',
    );
  });

  it('a recovery window that Secrets Manager does not know', () => {
    expect(secrets({ recoveryDays: 0 })).toBe(
      'Pulumi.hub-infra.yaml: hyperion:aws.secrets: recoveryDays = 0\n' +
        '  rule:   a deleted secret can be had back for 7 to 30 days (Secrets Manager); 0, which is at once, in development only\n' +
        '  remedy: set 30',
    );
    expect(checkSecrets({ ...DEMAND, tier: 'dev' }, { ...SECRETS, recoveryDays: 0 }, PATH)).toEqual([]);
  });

  it('a reader who is no role', () => {
    expect(secrets({ readers: ['arn:aws:sts::111122223333:assumed-role/admin/ada'] })).toContain(
      'secrets: readers = "arn:aws:sts::111122223333:assumed-role/admin/ada"\n  rule:   an IAM role is named by its ARN',
    );
  });
});

describe('checkSnapshots', () => {
  it('a time that is none, and snapshots without end', () => {
    expect(text(checkSnapshots({ at: '2:30', keep: 5000 }, `${PATH}.snapshots`))).toBe(
      'Pulumi.hub-infra.yaml: hyperion:aws.snapshots: at = "2:30"\n' +
        '  rule:   a time of day is written hh:mm, in UTC\n' +
        '  remedy: write e.g. "02:30", with quotation marks: YAML takes it for a number else\n' +
        'Pulumi.hub-infra.yaml: hyperion:aws.snapshots: keep = 5000\n' +
        '  rule:   1 to 1000 snapshots of a volume are kept (Amazon Data Lifecycle Manager)\n' +
        '  remedy: set e.g. 7, a week of them',
    );
    expect(checkSnapshots({ at: '23:59', keep: 7 }, PATH)).toEqual([]);
  });
});

describe('checkIdentities', () => {
  it("a name that is too long for an operator's role", () => {
    const environment = 'a-very-long-name-of-an-environment-indeed';
    expect(text(checkIdentities({ environment, objectStores: [] }, PATH))).toBe(
      `Pulumi.hub-infra.yaml: hyperion:aws: name of its role = "${environment}-aws-load-balancer-controller"\n` +
        "  rule:   an IAM role's name has at most 64 characters; this one has 70\n" +
        '  remedy: shorten the name of the environment or of the purpose',
    );
    expect(checkIdentities(DEMAND, PATH)).toEqual([]);
  });
});

import fc from 'fast-check';
import { output } from '@pulumi/pulumi';
import { volumeKeyStatements } from '../../../infra/aws/add-ons';
import { fileStatements } from '../../../infra/aws/file-storage';
import { policyDocument, type Statement } from '../../../infra/aws/iam-document';
import { autoscalerStatements, secretReaderStatements, storeStatements } from '../../../infra/aws/identity';
import { keyStatements } from '../../../infra/aws/keys';
import { loadBalancerStatements } from '../../../infra/aws/load-balancer-policy';
import { bucketStatements } from '../../../infra/aws/object-storage';
import { podTrust } from '../../../infra/aws/pod-role';
import { secretStatements } from '../../../infra/aws/secrets';
import { snapshotStatements } from '../../../infra/aws/snapshots';

const statement = (overrides: Partial<Statement>): Statement => ({
  sid: 'Anything',
  effect: 'Allow',
  actions: ['s3:GetObject'],
  resources: ['arn:aws:s3:::bucket'],
  ...overrides,
});

describe('policyDocument', () => {
  it('writes what IAM reads', () => {
    expect(
      policyDocument([
        statement({ principals: { service: 'eks.amazonaws.com' } }),
        statement({ sid: 'Nobody', effect: 'Deny', principals: 'anyone' }),
        {
          sid: 'Trust',
          effect: 'Allow',
          principals: { aws: 'arn:aws:iam::111122223333:root' },
          actions: ['sts:AssumeRole'],
          conditions: { StringEquals: { 'aws:SourceAccount': '111122223333' } },
        },
      ]),
    ).toEqual({
      Version: '2012-10-17',
      Statement: [
        {
          Sid: 'Anything',
          Effect: 'Allow',
          Principal: { Service: 'eks.amazonaws.com' },
          Action: ['s3:GetObject'],
          Resource: ['arn:aws:s3:::bucket'],
        },
        {
          Sid: 'Nobody',
          Effect: 'Deny',
          Principal: '*',
          Action: ['s3:GetObject'],
          Resource: ['arn:aws:s3:::bucket'],
        },
        {
          Sid: 'Trust',
          Effect: 'Allow',
          Principal: { AWS: 'arn:aws:iam::111122223333:root' },
          Action: ['sts:AssumeRole'],
          Condition: { StringEquals: { 'aws:SourceAccount': '111122223333' } },
        },
      ],
    });
  });

  it('refuses a wildcard without a reason', () => {
    expect(() =>
      policyDocument([statement({ actions: ['s3:Get*'], resources: ['*', 'arn:aws:s3:::bucket'] })]),
    ).toThrow('no reason in infra/aws/wildcards.ts for Anything: s3:Get*, Anything: *');
  });

  it('refuses another statement the wildcard of a reasoned one, and a reasoned one a wider wildcard', () => {
    const objects = 'arn:aws:s3:::bucket/*';
    expect(
      policyDocument([statement({ sid: 'ReadAndWriteObjects', resources: [objects] })]).Statement,
    ).toHaveLength(1);
    expect(() => policyDocument([statement({ resources: [objects] })])).toThrow(
      'Anything: arn:aws:s3:::bucket/*',
    );
    expect(() =>
      policyDocument([statement({ sid: 'ReadAndWriteObjects', resources: ['arn:aws:s3:::*'] })]),
    ).toThrow('ReadAndWriteObjects: arn:aws:s3:::*');
  });

  it('refuses any wildcard in any place of any statement that has no reason', () => {
    const text = fc.stringMatching(/^[a-zA-Z0-9:/-]{0,20}$/);
    fc.assert(
      fc.property(text, fc.constantFrom('*', '?'), text, fc.boolean(), (before, wild, after, inAction) => {
        const wildcard = `${before}${wild}${after}`;
        const wrong = inAction ? { actions: [wildcard] } : { resources: [wildcard] };
        expect(() => policyDocument([statement(wrong)])).toThrow(`Anything: ${wildcard}`);
      }),
    );
  });

  it('takes what is known after deployment only', () => {
    const [made] = policyDocument([statement({ resources: [output('arn:aws:s3:::bucket')] })]).Statement;
    expect(made?.Resource).toHaveLength(1);
  });
});

/** All documents that these layers attach, for any account, region and environment. */
function documents(
  place: { accountId: string; region: string },
  environment: string,
): Readonly<Record<string, readonly Statement[]>> {
  const key = `arn:aws:kms:${place.region}:${place.accountId}:key/0`;
  const bucket = `arn:aws:s3:::${environment}-logs-${place.accountId}`;
  const secret = `arn:aws:secretsmanager:${place.region}:${place.accountId}:secret:token-AbCdEf`;
  return {
    'data key': keyStatements(place, 'data'),
    'secrets key': keyStatements(place, 'secrets'),
    'logs key': keyStatements(place, 'logs'),
    bucket: bucketStatements(bucket),
    files: fileStatements(`arn:aws:elasticfilesystem:${place.region}:${place.accountId}:file-system/fs-0`),
    secret: secretStatements(secret, [`arn:aws:iam::${place.accountId}:role/reader`]),
    'object store user': storeStatements([bucket], key, place.region),
    'External Secrets': secretReaderStatements([secret], key, place.region),
    'load balancer controller': loadBalancerStatements(place, environment),
    'cluster autoscaler': autoscalerStatements(place, environment),
    'volume driver': volumeKeyStatements(key, place.region),
    snapshots: snapshotStatements(place, environment),
    trust: podTrust(place, environment, [{ namespace: 'monitoring', name: 'vmstorage' }]),
  };
}

const place = fc.record({
  accountId: fc.stringMatching(/^\d{12}$/),
  region: fc.constantFrom('eu-central-1', 'us-east-1', 'ap-southeast-2'),
});
const environment = fc.stringMatching(/^[a-z][a-z0-9-]{0,15}[a-z0-9]$/);

describe('every policy', () => {
  it('has no wildcard without a reason, whatever the place and the environment', () => {
    fc.assert(
      fc.property(place, environment, (where, name) => {
        for (const statements of Object.values(documents(where, name))) {
          expect(policyDocument(statements).Statement).toHaveLength(statements.length);
        }
      }),
    );
  });

  it('names each statement once, by letters and digits', () => {
    for (const statements of Object.values(
      documents({ accountId: '111122223333', region: 'eu-central-1' }, 'hub-infra'),
    )) {
      const sids = statements.map(({ sid }) => sid);
      expect(new Set(sids).size).toBe(sids.length);
      for (const sid of sids) expect(sid).toMatch(/^[A-Za-z0-9]+$/);
    }
  });

  it('fits into what IAM takes for a role: 10,240 characters', () => {
    for (const [name, statements] of Object.entries(
      documents({ accountId: '111122223333', region: 'ap-southeast-2' }, 'a-long-environment-name'),
    )) {
      expect([name, JSON.stringify(policyDocument(statements)).length < 10_240]).toEqual([name, true]);
    }
  });

  it('lets anyone in only on a condition', () => {
    for (const statements of Object.values(
      documents({ accountId: '111122223333', region: 'eu-central-1' }, 'hub-infra'),
    )) {
      for (const { principals, effect, conditions } of statements) {
        if (principals === 'anyone' && effect === 'Allow')
          expect(Object.keys(conditions ?? {})).not.toEqual([]);
      }
    }
  });
});

import { output } from '@pulumi/pulumi';
import { makeSecrets, type SecretsProps } from '../../../infra/aws/secrets';
import { RecordedSecret, recordProgram, type Recording } from '../record';
import { ADMIN, DEMAND, hubContext, inputsOf, KEYS, protectedOnes, recordHub } from './hub';

// The provider's modules are big, and the machine may be busy.
jest.setTimeout(60_000);

const READER = 'arn:aws:iam::111122223333:role/hub-infra-external-secrets';
const VERSION = 'aws:secretsmanager/secretVersion:SecretVersion';

const props = (overrides: Partial<SecretsProps> = {}): SecretsProps => ({
  keys: KEYS,
  demand: DEMAND,
  settings: { readers: [ADMIN], recoveryDays: 30 },
  readerArn: READER,
  ...overrides,
});

const versions = ({ resources }: Recording): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    resources.filter(({ type }) => type === VERSION).map(({ name, inputs }) => [name, inputs.secretString]),
  );

describe('makeSecrets', () => {
  it('keeps a place for each name, and a value for those that only programs know', async () => {
    const prod = await recordHub((context) => makeSecrets(context, props()));
    expect(protectedOnes(prod)).toEqual(
      [
        'aurora-certificate-authorities',
        'grafana-database-password',
        'slack-hub-webhook',
        'vmauth-vmagent-dev-token',
      ].map((name) => `aws:secretsmanager/secret:Secret: hub-infra-${name}`),
    );
    expect(inputsOf(prod, 'aws:secretsmanager/secret:Secret', 'hub-infra-slack-hub-webhook')).toMatchObject({
      name: 'slack-hub-webhook',
      kmsKeyId: 'arn:aws:kms:eu-central-1:111122223333:key/secrets',
      recoveryWindowInDays: 30,
    });
    expect(versions(prod)).toEqual({
      'hub-infra-grafana-database-password': new RecordedSecret(
        'random-password-of-hub-infra-grafana-database-password',
      ),
      'hub-infra-vmauth-vmagent-dev-token': new RecordedSecret(
        'random-password-of-hub-infra-vmauth-vmagent-dev-token',
      ),
    });
  });

  it('lets nobody read a secret but External Secrets and the readers of the settings', async () => {
    const prod = await recordHub((context) => makeSecrets(context, props()));
    const { policy, blockPublicPolicy } = inputsOf(
      prod,
      'aws:secretsmanager/secretPolicy:SecretPolicy',
      'hub-infra-slack-hub-webhook',
    );
    expect(blockPublicPolicy).toBe(true);
    expect(JSON.parse(String(policy))).toEqual({
      Version: '2012-10-17',
      Statement: [
        {
          Sid: 'NobodyElseReads',
          Effect: 'Deny',
          Principal: '*',
          Action: ['secretsmanager:GetSecretValue'],
          Resource: ['arn:aws:secretsmanager:eu-central-1:111122223333:hub-infra-slack-hub-webhook'],
          Condition: { ArnNotEquals: { 'aws:PrincipalArn': [READER, ADMIN] } },
        },
      ],
    });
  });

  it('makes a generated one anew when its number rises', async () => {
    const rotated = async (rotations: Record<string, number>): Promise<unknown> => {
      const settings = { readers: [ADMIN], recoveryDays: 30, rotations };
      const recording = await recordHub((context) => makeSecrets(context, props({ settings })));
      const name = 'hub-infra-vmauth-vmagent-dev-token';
      return inputsOf(recording, 'random:index/randomPassword:RandomPassword', name);
    };
    const password = { length: 40, special: false };
    expect(await rotated({})).toEqual({ ...password, keepers: { rotation: '1' } });
    expect(await rotated({ 'vmauth-vmagent-dev-token': 2 })).toEqual({
      ...password,
      keepers: { rotation: '2' },
    });
  });

  it('takes what somebody else made, rather than make another one', async () => {
    const received = {
      'vmauth-vmagent-dev-token': output('token-of-the-hub'),
      'slack-hub-webhook': output('https://hooks.example.com/1'),
      'not-asked-for': output('x'),
    };
    const spoke = await recordHub((context) => makeSecrets(context, props({ received })));
    expect(versions(spoke)['hub-infra-vmauth-vmagent-dev-token']).toEqual(
      new RecordedSecret('token-of-the-hub'),
    );
    expect(versions(spoke)['hub-infra-slack-hub-webhook']).toEqual(
      new RecordedSecret('https://hooks.example.com/1'),
    );
    const random = spoke.resources.filter(({ type }) => type.startsWith('random:')).map(({ name }) => name);
    expect(random).toEqual(['hub-infra-grafana-database-password']);
  });

  it('hands out what the stack knows, as secrets', async () => {
    const { outputs } = await recordProgram(() => ({
      values: makeSecrets(hubContext(), props()).values,
    }));
    expect(outputs.values).toEqual({
      'grafana-database-password': new RecordedSecret(
        'random-password-of-hub-infra-grafana-database-password',
      ),
      'vmauth-vmagent-dev-token': new RecordedSecret('random-password-of-hub-infra-vmauth-vmagent-dev-token'),
    });
  });

  it('makes the same resources in a preview', async () => {
    const make = (preview: boolean): Promise<Recording> =>
      recordHub((context) => makeSecrets(context, props()), 'prod', { preview });
    const urns = async (preview: boolean): Promise<string[]> =>
      (await make(preview)).resources.map(({ urn }) => urn);
    expect(await urns(true)).toEqual(await urns(false));
  });
});

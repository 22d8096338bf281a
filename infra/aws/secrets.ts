/**
 * Secrets Manager: one secret for each name that the platform asks for, under exactly that name. The stack makes those that
 * only programs know; for the others it keeps a place.
 */
import { Type, type Static } from '@sinclair/typebox';
import * as secretsmanager from '@pulumi/aws/secretsmanager';
import { secret as asSecret, type Input, type Output, type Resource } from '@pulumi/pulumi';
import { RandomPassword } from '@pulumi/random/randomPassword';
import type { CloudDemand } from '../cloud';
import { inLayer, type AwsContext } from './context';
import { policyJson, type Statement } from './iam-document';
import type { Keys } from './keys';

export const SecretsSettings = Type.Object(
  {
    /** ARNs of the roles that may read them beside the cluster: the one that runs `pulumi up`, and one for emergencies. */
    readers: Type.Array(Type.String(), { minItems: 1 }),
    /** How long a deleted secret can be had back. */
    recoveryDays: Type.Integer(),
    /** A higher number makes a generated secret anew, by its name. @default 1 */
    rotations: Type.Optional(Type.Record(Type.String(), Type.Integer({ minimum: 1 }))),
  },
  { additionalProperties: false },
);
export type SecretsSettings = Static<typeof SecretsSettings>;

export interface SecretsProps {
  readonly keys: Keys;
  readonly demand: Pick<CloudDemand, 'secrets'>;
  readonly settings: SecretsSettings;
  /** ARN of the role with which External Secrets reads. */
  readonly readerArn: string;
  /** Values that somebody else made: an operator's secret settings, or another stack. @default none: people put them in */
  readonly received?: Readonly<Record<string, Output<string>>>;
}

export interface Secrets {
  /** ARNs of all. */
  readonly arns: readonly Output<string>[];
  /** What the stack itself knows, by name: generated or received. Secret. */
  readonly values: Readonly<Record<string, Output<string>>>;
  /** With these everything that can be read is there to read. */
  readonly ready: readonly Resource[];
}

export function makeSecrets(outer: AwsContext, props: SecretsProps): Secrets {
  const context = inLayer(outer, 'Secrets');
  const known = knownValues(context, props);
  const made = props.demand.secrets.map(({ name }) => makeSecret(context, name, known[name], props));
  return { arns: made.map(({ arn }) => arn), values: known, ready: made.flatMap(({ ready }) => ready) };
}

/** Letters and digits, so that it needs no quoting anywhere: 40 of 62 are 238 bits. */
const PASSWORD_LENGTH = 40;

function knownValues(
  context: AwsContext,
  { demand, received = {}, settings }: SecretsProps,
): Readonly<Record<string, Output<string>>> {
  const generated = demand.secrets.filter(({ made, name }) => made === 'generated' && !(name in received));
  const demanded = Object.entries(received).filter(([name]) =>
    demand.secrets.some((one) => one.name === name),
  );
  return Object.fromEntries([
    ...generated.map(({ name }) => [name, generate(context, name, settings.rotations?.[name] ?? 1)] as const),
    ...demanded.map(([name, value]) => [name, asSecret(value)] as const),
  ]);
}

function generate(context: AwsContext, name: string, rotation: number): Output<string> {
  // Without AWS' provider, which is not its own.
  const { parent } = context.options;
  const password = new RandomPassword(
    context.name(name),
    { length: PASSWORD_LENGTH, special: false, keepers: { rotation: String(rotation) } },
    parent === undefined ? {} : { parent },
  );
  return asSecret(password.result);
}

interface MadeSecret {
  readonly arn: Output<string>;
  readonly ready: readonly Resource[];
}

function makeSecret(
  context: AwsContext,
  name: string,
  value: Output<string> | undefined,
  { keys, settings, readerArn }: SecretsProps,
): MadeSecret {
  const { options, tier } = context;
  const logical = context.name(name);
  const prod = tier === 'prod';
  const secret = new secretsmanager.Secret(
    logical,
    {
      name,
      kmsKeyId: keys.secretsArn,
      recoveryWindowInDays: settings.recoveryDays,
      tags: context.tags,
    },
    { ...options, protect: prod, retainOnDelete: prod },
  );
  const policy = new secretsmanager.SecretPolicy(
    logical,
    {
      secretArn: secret.arn,
      policy: policyJson(secretStatements(secret.arn, [readerArn, ...settings.readers])),
      blockPublicPolicy: true,
    },
    options,
  );
  if (value === undefined) return { arn: secret.arn, ready: [policy] };
  const version = new secretsmanager.SecretVersion(
    logical,
    { secretId: secret.id, secretString: value },
    { ...options, dependsOn: [policy] },
  );
  return { arn: secret.arn, ready: [version] };
}

/** Whatever roles of the account may do otherwise, nobody but these reads it; everyone's rights to change it stay as they are. */
export function secretStatements(arn: Input<string>, readers: readonly string[]): readonly Statement[] {
  return [
    {
      sid: 'NobodyElseReads',
      effect: 'Deny',
      principals: 'anyone',
      actions: ['secretsmanager:GetSecretValue'],
      resources: [arn],
      conditions: { ArnNotEquals: { 'aws:PrincipalArn': readers } },
    },
  ];
}

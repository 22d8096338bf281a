/** Who may do what: IAM, KMS and Secrets Manager. */
import { textAt } from '../../../stacks/manifest-data';
import { answered, given, tagList, type Inputs, type Makers } from './maker';

export const IDENTITY_MAKERS: Makers = {
  'aws:iam/role:Role': async ({ aws, name, inputs }) => {
    const roleName = textAt(inputs, 'name') ?? name;
    const answer = await aws.call({
      service: 'iam',
      operation: 'create_role',
      params: given({
        RoleName: roleName,
        AssumeRolePolicyDocument: inputs.assumeRolePolicy,
        Description: inputs.description,
        Tags: tagList(inputs),
      }),
    });
    return { id: roleName, state: { name: roleName, arn: answered(answer, 'Role', 'Arn') } };
  },
  // IAM judges documents of managed policies more closely than those in a role, so each goes both ways.
  'aws:iam/rolePolicy:RolePolicy': async ({ aws, name, inputs }) => {
    const policyName = textAt(inputs, 'name') ?? name;
    const call = (operation: string, params: Inputs) => aws.call({ service: 'iam', operation, params });
    await call('create_policy', { PolicyName: `judged-${name}`, PolicyDocument: inputs.policy });
    await call('put_role_policy', {
      RoleName: inputs.role,
      PolicyName: policyName,
      PolicyDocument: inputs.policy,
    });
    return { id: `${String(inputs.role)}:${policyName}` };
  },
  'aws:iam/rolePolicyAttachment:RolePolicyAttachment': async ({ aws, inputs }) => {
    await aws.call({
      service: 'iam',
      operation: 'attach_role_policy',
      params: { RoleName: inputs.role, PolicyArn: inputs.policyArn },
    });
    return { id: `${String(inputs.role)}-${String(inputs.policyArn)}` };
  },
  'aws:kms/key:Key': async ({ aws, inputs }) => {
    const answer = await aws.call({
      service: 'kms',
      operation: 'create_key',
      params: given({
        Description: inputs.description,
        Policy: inputs.policy,
        Tags: tagList(inputs).map(({ Key, Value }) => ({ TagKey: Key, TagValue: Value })),
      }),
    });
    const id = answered(answer, 'KeyMetadata', 'KeyId');
    if (inputs.enableKeyRotation === true)
      await aws.call({ service: 'kms', operation: 'enable_key_rotation', params: { KeyId: id } });
    return { id, state: { keyId: id, arn: answered(answer, 'KeyMetadata', 'Arn') } };
  },
  'aws:kms/alias:Alias': async ({ aws, inputs }) => {
    await aws.call({
      service: 'kms',
      operation: 'create_alias',
      params: { AliasName: inputs.name, TargetKeyId: inputs.targetKeyId },
    });
    return { id: String(inputs.name) };
  },
  'aws:secretsmanager/secret:Secret': async ({ aws, inputs, name }) => {
    const answer = await aws.call({
      service: 'secretsmanager',
      operation: 'create_secret',
      params: given({
        // Not its own name: a hub and its spoke each have it, and here one account stands for both.
        Name: name,
        Description: inputs.description,
        KmsKeyId: inputs.kmsKeyId,
        Tags: tagList(inputs),
      }),
    });
    const arn = answered(answer, 'ARN');
    return { id: arn, state: { arn } };
  },
  'aws:secretsmanager/secretVersion:SecretVersion': async ({ aws, inputs }) => {
    const answer = await aws.call({
      service: 'secretsmanager',
      operation: 'put_secret_value',
      params: { SecretId: inputs.secretId, SecretString: inputs.secretString },
    });
    return { id: `${String(inputs.secretId)}|${answered(answer, 'VersionId')}` };
  },
  'aws:secretsmanager/secretPolicy:SecretPolicy': async ({ aws, inputs }) => {
    await aws.call({
      service: 'secretsmanager',
      operation: 'put_resource_policy',
      params: given({
        SecretId: inputs.secretArn,
        ResourcePolicy: inputs.policy,
        BlockPublicPolicy: inputs.blockPublicPolicy,
      }),
    });
    return { id: String(inputs.secretArn) };
  },
};

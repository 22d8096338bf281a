/**
 * ARNs of IAM roles: what settings give, and what the stack's own will be.
 */
import type { SettingProblem } from '../setting-error';

const ROLE_ARN = /^arn:aws:iam::\d{12}:role\/[\w+=,.@/-]{1,512}$/;

/** Longest name of a role (IAM and AWS STS quotas). */
const ROLE_NAME_MAX = 64;

export function roleArn(accountId: string, role: string): string {
  return `arn:aws:iam::${accountId}:role/${role}`;
}

/** The last part, without the path. */
export function roleName(arn: string): string {
  return arn.slice(arn.lastIndexOf('/') + 1);
}

/** @param path where the list stands; @param property its name */
export function checkRoleArns(arns: readonly string[], path: string, property: string): SettingProblem[] {
  const wrong = arns
    .filter((arn) => !ROLE_ARN.test(arn))
    .map((arn) => ({
      path,
      property,
      value: arn,
      rule: 'an IAM role is named by its ARN: arn:aws:iam::<account>:role/<name>; users and sessions are not roles',
      remedy: 'give the ARN of the role that people or pipelines assume: aws iam get-role --role-name <name>',
    }));
  const names = arns.map(roleName);
  const twice = names
    .filter((name, index) => names.indexOf(name) !== index)
    .map((name) => ({
      path,
      property,
      value: name,
      rule: 'each role is named once: resources are named after it',
      remedy: 'remove the second one',
    }));
  return [...wrong, ...twice];
}

export function checkRoleName(name: string, path: string): SettingProblem[] {
  if (name.length <= ROLE_NAME_MAX) return [];
  return [
    {
      path,
      property: 'name of its role',
      value: name,
      rule: `an IAM role's name has at most ${ROLE_NAME_MAX} characters; this one has ${name.length}`,
      remedy: 'shorten the name of the environment or of the purpose',
    },
  ];
}

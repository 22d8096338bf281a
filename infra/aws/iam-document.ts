/**
 * IAM policies as typed data: which actions on which resources, for whom, on what condition. Nothing here is written as text
 * until `policyJson`, and a wildcard that `wildcards.ts` has no reason for is refused where the document is made.
 */
import { jsonStringify, type Input, type Output } from '@pulumi/pulumi';
import { unreasonedWildcards } from './wildcards';

export interface Statement {
  /** Letters and digits only, as IAM demands; unique in its document. */
  readonly sid: string;
  readonly effect: 'Allow' | 'Deny';
  /** Who; only in a policy that is attached to a resource, or to a role as its trust. @default the role that the policy belongs to */
  readonly principals?: Principals;
  readonly actions: readonly string[];
  /** @default none: the role itself, in a trust policy */
  readonly resources?: readonly Input<string>[];
  readonly conditions?: Conditions;
}

/** `anyone` only beside a condition that says who. */
type Principals = { readonly service: string } | { readonly aws: string } | 'anyone';

/** By operator, by key: `{ StringEquals: { 'aws:SourceAccount': '111122223333' } }`. */
export type Conditions = Readonly<
  Record<string, Readonly<Record<string, Input<string> | readonly Input<string>[]>>>
>;

export interface PolicyDocument {
  readonly Version: '2012-10-17';
  readonly Statement: readonly PolicyStatement[];
}

interface PolicyStatement {
  readonly Sid: string;
  readonly Effect: 'Allow' | 'Deny';
  readonly Principal?: '*' | { readonly Service: string } | { readonly AWS: string };
  readonly Action: readonly string[];
  readonly Resource?: readonly Input<string>[];
  readonly Condition?: Conditions;
}

/** @throws Error for a wildcard without a reason: a mistake of this program, not of its settings */
export function policyDocument(statements: readonly Statement[]): PolicyDocument {
  const document: PolicyDocument = { Version: '2012-10-17', Statement: statements.map(policyStatement) };
  const wildcards = unreasonedWildcards(document);
  if (wildcards.length > 0) {
    throw new Error(`no reason in infra/aws/wildcards.ts for ${wildcards.join(', ')}`);
  }
  return document;
}

export function policyJson(statements: readonly Statement[]): Output<string> {
  return jsonStringify(policyDocument(statements));
}

function policyStatement({
  sid,
  effect,
  principals,
  actions,
  resources,
  conditions,
}: Statement): PolicyStatement {
  return {
    Sid: sid,
    Effect: effect,
    ...(principals === undefined ? {} : { Principal: principal(principals) }),
    Action: actions,
    ...(resources === undefined ? {} : { Resource: resources }),
    ...(conditions === undefined ? {} : { Condition: conditions }),
  };
}

function principal(principals: Principals): NonNullable<PolicyStatement['Principal']> {
  if (principals === 'anyone') return '*';
  return 'service' in principals ? { Service: principals.service } : { AWS: principals.aws };
}

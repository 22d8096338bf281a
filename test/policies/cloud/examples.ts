import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { CloudResource, CloudRule } from '../../../policies/cloud/rule';

export const CLOUD_FOLDER = join(__dirname, '../../../policies/cloud');

/** What `good.yaml` and `bad.yaml` hold, one document each: a resource, and those of the stack that a rule sees besides. */
interface ExampleDocument {
  readonly type: string;
  readonly name: string;
  readonly props: Readonly<Record<string, unknown>>;
  /** Each depends on the resource, but for those that say that they are for another. */
  readonly besides?: readonly {
    readonly type: string;
    readonly props: Readonly<Record<string, unknown>>;
    readonly isForAnother?: true;
  }[];
}

export interface Example {
  readonly name: string;
  readonly resource: CloudResource;
  /** The resource, and those besides. */
  readonly stack: readonly CloudResource[];
}

/** The examples of `policies/cloud/<rule>/good.yaml` or `bad.yaml`. */
export function examplesOf(rule: CloudRule, verdict: 'good' | 'bad'): Example[] {
  const text = readFileSync(join(CLOUD_FOLDER, rule.id, `${verdict}.yaml`), 'utf8');
  return parseAllDocuments(text).map((document) => example(document.toJS() as ExampleDocument));
}

function example({ type, name, props, besides = [] }: ExampleDocument): Example {
  const resource = { type, name, props, urn: `urn:of:${name}` };
  const neighbours = besides.map(({ isForAnother, ...neighbour }, index) => ({
    ...neighbour,
    name: `beside-${index + 1}`,
    dependsOn: [isForAnother === true ? 'urn:of:another' : resource.urn],
  }));
  return { name: `${type} ${name}`, resource, stack: [resource, ...neighbours] };
}

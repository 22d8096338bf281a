/**
 * The values that manifests wait for, by name: what a cloud answers to each, and a check before any resource is made that
 * manifests and cloud name the same ones.
 */
import { concat, type Input } from '@pulumi/pulumi';
import { cloudNamesIn, placeholder, PLACEHOLDER } from '../../constructs/core/cloud-ref';
import type { Cloud, HandedOver } from '../../infra/cloud';
import type { SettingProblem } from '../../infra/setting-error';
import { fieldsAt } from '../manifest-data';
import type { Manifest } from '../../policies/manifest';

const DATABASE_HOST = 'grafana-database-host';
const CERTIFICATE_ARN = 'load-balancer-certificate-arn';
const SECURITY_GROUP_ID = 'load-balancer-security-group-id';

/** E.g. `logs`, for a reference that stands for an object store; undefined for any other. */
export function purposeOf(name: string): string | undefined {
  return /^storage-(.+)-account$/.exec(name)?.[1] ?? /^bucket-(.+)$/.exec(name)?.[1];
}

/** The Azure identity that may use the store. */
export function identityReference(purpose: string): string {
  return `identity-${purpose}-client-id`;
}

function accountReference(purpose: string): string {
  return `storage-${purpose}-account`;
}

function bucketReference(purpose: string): string {
  return `bucket-${purpose}`;
}

/** Names only: what can be said before there is a cloud. */
export function referenceNames(handedOver: HandedOver): string[] {
  return [
    ...handedOver.objectStores.flatMap(({ purpose, kind }) =>
      kind === 's3' ? [bucketReference(purpose)] : [accountReference(purpose), identityReference(purpose)],
    ),
    ...(handedOver.hasDatabase ? [DATABASE_HOST] : []),
    ...(handedOver.hasLoadBalancer ? [CERTIFICATE_ARN, SECURITY_GROUP_ID] : []),
    ...handedOver.given,
  ].sort();
}

export type ReferenceValues = Readonly<Record<string, Input<string>>>;

export function referenceValues(cloud: Cloud): ReferenceValues {
  const { objectStores, database, loadBalancer, givenReferences } = cloud;
  const values: Record<string, Input<string>> = { ...givenReferences };
  for (const [purpose, store] of Object.entries(objectStores)) {
    if (store.kind === 's3') {
      values[bucketReference(purpose)] = store.bucket;
    } else {
      values[accountReference(purpose)] = store.account;
      values[identityReference(purpose)] = store.clientId;
    }
  }
  if (database !== undefined) values[DATABASE_HOST] = database.host;
  if (loadBalancer !== undefined) {
    values[CERTIFICATE_ARN] = loadBalancer.certificateArn;
    values[SECURITY_GROUP_ID] = loadBalancer.securityGroupId;
  }
  return values;
}

interface Waiting {
  /** Declared by the model. */
  readonly declared: readonly string[];
  readonly objects: readonly Manifest[];
}

/** @param path of the cloud's settings, e.g. `Pulumi.anton.yaml: hyperion:existing` */
export function checkReferences(
  { declared, objects }: Waiting,
  handedOver: HandedOver,
  path: string,
): SettingProblem[] {
  const answered = referenceNames(handedOver);
  const used = namesIn(objects);
  const undeclared = used.filter((name) => !declared.includes(name));
  const waiting = [...new Set([...declared, ...used])].sort();
  return [
    ...undeclared.map((name) => ({
      path: 'the environment',
      property: placeholder(name),
      value: name,
      rule: 'a placeholder in a manifest is one that the model declared (cloudRef)',
      remedy: 'correct its name, or declare it where it is made',
    })),
    ...waiting
      .filter((name) => !answered.includes(name))
      .map((name) => ({
        path,
        property: placeholder(name),
        value: undefined,
        rule: 'every value for which manifests wait is handed over by the cloud',
        remedy: remedyFor(name),
      })),
    ...answered
      .filter((name) => !waiting.includes(name))
      .map((name) => ({
        path,
        property: placeholder(name),
        value: name,
        rule: 'the cloud hands over nothing for which no manifest waits',
        remedy: 'remove what makes it from the settings, or use it in the environment',
      })),
  ];
}

function remedyFor(name: string): string {
  if (name === DATABASE_HOST) {
    return 'add the section database, or choose a database in the cluster in the environment; in a cluster that exists, give the value under references';
  }
  return 'choose a cloud that makes it; in a cluster that exists, give the value under references';
}

function namesIn(objects: readonly Manifest[]): string[] {
  return [...new Set(cloudNamesIn(JSON.stringify(objects)))].sort();
}

/**
 * The same value with the cloud's in the place of placeholders; what has none stays plain, so that a preview shows it.
 * @throws Error for a name without a value: `checkReferences` comes first
 */
export function resolved(value: unknown, values: ReferenceValues): Input<unknown> {
  if (typeof value === 'string') return resolvedText(value, values);
  if (Array.isArray(value)) return value.map((one) => resolved(one, values));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(fieldsAt(value)).map(([key, one]) => [key, resolved(one, values)]),
  );
}

function resolvedText(text: string, values: ReferenceValues): Input<string> {
  // Splitting by an expression with one group gives texts and names in turn.
  const parts = text.split(PLACEHOLDER);
  if (parts.length === 1) return text;
  return concat(
    ...parts.map((part, index) => {
      if (index % 2 === 0) return part;
      const value = values[part];
      if (value === undefined) throw new Error(`the cloud handed over no value for ${placeholder(part)}`);
      return value;
    }),
  );
}

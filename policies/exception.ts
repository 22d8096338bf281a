import { literal } from './cel';
import { problemsOfAccount, problemsOfExpiry } from './exception-account';
import type { Kind } from './kinds';
import { formatResource, type Manifest } from './manifest';
import type { Rule } from './rule';

/** One rule does not hold for one object, for a reason that somebody answers for. */
export interface PolicyException {
  /** The rule's id. */
  readonly rule: string;
  readonly resource: ExceptedResource;
  /** Why the object cannot keep the rule. */
  readonly reason: string;
  /** The team that answers for it. */
  readonly owner: string;
  /**
   * The first day on which it no longer holds, as `2027-01-31`.
   *
   * @default it holds as long as it stands there: right for what an object needs by its nature, such as a node agent
   */
  readonly expires?: string;
}

export interface ExceptedResource {
  readonly kind: Kind;
  /** @default the object is cluster-wide */
  readonly namespace?: string;
  readonly name: string;
}

/** What is wrong with an exception itself, in the words in which every Hyperion error is told. */
export interface ExceptionProblem {
  /** Which one: `exception of Deployment telemetry/loki from no-host-path`. */
  readonly path: string;
  readonly property: keyof PolicyException;
  readonly value: unknown;
  readonly rule: string;
  readonly remedy: string;
}

/** `today` is handed in, as `2026-07-31`, so that the answer can be repeated. */
export function checkExceptions(
  exceptions: readonly PolicyException[],
  rules: readonly Rule[],
  today: string,
): ExceptionProblem[] {
  return exceptions.flatMap((exception, index) => {
    const path = pathOf(exception);
    const isRepeated = exceptions.slice(0, index).some((earlier) => pathOf(earlier) === path);
    const problems = [
      ...problemsOfRule(exception, rules),
      ...problemsOfAccount(exception),
      ...problemsOfExpiry(exception, today),
      ...(isRepeated ? [REPEATED] : []),
    ];
    return problems.map(({ property, ...problem }) => ({
      path,
      property,
      value: exception[property],
      ...problem,
    }));
  });
}

function pathOf({ resource, rule }: PolicyException): string {
  return `exception of ${formatResource(resource)} from ${rule}`;
}

type OwnProblem = Omit<ExceptionProblem, 'path' | 'value'>;

const REPEATED: OwnProblem = {
  property: 'resource',
  rule: 'an object is excepted from a rule once',
  remedy: 'Remove one of the two exceptions',
};

function problemsOfRule({ rule: id, resource }: PolicyException, rules: readonly Rule[]): OwnProblem[] {
  const rule = rules.find((candidate) => candidate.id === id);
  if (rule === undefined) {
    return [
      {
        property: 'rule',
        rule: 'an exception names a rule of policies/rules.ts',
        remedy: 'Correct the name, or remove the exception if the rule is gone',
      },
    ];
  }
  if (!rule.appliesTo.includes(resource.kind)) {
    return [
      {
        property: 'resource',
        rule: `${id} judges ${rule.appliesTo.join(', ')}`,
        remedy: 'Name the object that is refused',
      },
    ];
  }
  return [];
}

export function excepts({ resource }: PolicyException, object: Manifest): boolean {
  return (
    resource.kind === object.kind &&
    resource.name === object.metadata.name &&
    resource.namespace === object.metadata.namespace
  );
}

/**
 * The same as CEL, for a cluster. There, objects that a workload makes are judged on their own, under names that nobody
 * knows beforehand: what is excepted for the workload is excepted for its Jobs and Pods too. Names of ReplicaSets and of a
 * CronJob's Jobs are the owner's name with a suffix that has no hyphen, so `loki` does not cover `loki-canary`.
 */
export function exceptsExpression({ resource: { kind, namespace, name } }: PolicyException): string {
  const inNamespace =
    namespace === undefined
      ? '!has(object.metadata.namespace)'
      : `has(object.metadata.namespace) && object.metadata.namespace == ${literal(namespace)}`;
  const itself = `(object.kind == ${literal(kind)} && has(object.metadata.name) && object.metadata.name == ${literal(name)})`;
  const made = madeBy(kind, name).map(
    ({ kind: madeKind, owner, ownerName }) =>
      `(object.kind == ${literal(madeKind)} && has(object.metadata.ownerReferences) && ` +
      `object.metadata.ownerReferences.exists(o, o.kind == ${literal(owner)} && ${ownerName}))`,
  );
  const named = [itself, ...made].join(' || ');
  return `${inNamespace} && (${named})`;
}

function madeBy(kind: Kind, name: string): { kind: Kind; owner: string; ownerName: string }[] {
  const exactly = `o.name == ${literal(name)}`;
  // Kubernetes object names hold no character that means something in a regular expression, but the dot.
  const withSuffix = `o.name.matches(${literal(`^${name.replaceAll('.', '[.]')}-[a-z0-9]+$`)})`;
  switch (kind) {
    case 'Deployment':
      return [{ kind: 'Pod', owner: 'ReplicaSet', ownerName: withSuffix }];
    case 'StatefulSet':
    case 'DaemonSet':
    case 'Job':
      return [{ kind: 'Pod', owner: kind, ownerName: exactly }];
    case 'CronJob':
      return [
        { kind: 'Job', owner: 'CronJob', ownerName: exactly },
        { kind: 'Pod', owner: 'Job', ownerName: withSuffix },
      ];
    default:
      return [];
  }
}

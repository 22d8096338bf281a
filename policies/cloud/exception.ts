import { problemsOfAccount, problemsOfExpiry } from '../exception-account';
import { plainType, type CloudResource, type CloudRule } from './rule';

/** One rule does not hold for one cloud resource, for a reason that somebody answers for. */
export interface CloudException {
  /** The rule's id. */
  readonly rule: string;
  readonly resource: {
    readonly type: string;
    /** Its name in the stack, e.g. `hyperion-prod-vnet`. */
    readonly name: string;
  };
  /** Why the resource cannot keep the rule. */
  readonly reason: string;
  /** The team that answers for it. */
  readonly owner: string;
  /**
   * The first day on which it no longer holds, as `2027-01-31`.
   *
   * @default it holds as long as it stands there
   */
  readonly expires?: string;
}

/** What is wrong with an exception itself, in the words in which every Hyperion error is told. */
export interface CloudExceptionProblem {
  /** Which one: `exception of aws:kms/key:Key hub-dev-key from key-rotation`. */
  readonly path: string;
  readonly property: keyof CloudException;
  readonly value: unknown;
  readonly rule: string;
  readonly remedy: string;
}

export function exceptsCloud({ resource }: CloudException, { type, name }: CloudResource): boolean {
  return resource.type === plainType(type) && resource.name === name;
}

/** `today` is handed in, as `2026-07-31`, so that the answer can be repeated. */
export function checkCloudExceptions(
  exceptions: readonly CloudException[],
  rules: readonly CloudRule[],
  today: string,
): CloudExceptionProblem[] {
  const paths = exceptions.map(pathOf);
  return exceptions.flatMap((exception, index) => {
    const path = pathOf(exception);
    const problems = [
      ...problemsOfRule(exception, rules),
      ...problemsOfAccount(exception),
      ...problemsOfExpiry(exception, today),
      ...(paths.indexOf(path) < index ? [REPEATED] : []),
    ];
    return problems.map(({ property, ...problem }) => ({
      path,
      property,
      value: exception[property],
      ...problem,
    }));
  });
}

function pathOf({ resource, rule }: CloudException): string {
  return `exception of ${resource.type} ${resource.name} from ${rule}`;
}

type OwnProblem = Omit<CloudExceptionProblem, 'path' | 'value'>;

const REPEATED: OwnProblem = {
  property: 'resource',
  rule: 'a resource is excepted from a rule once',
  remedy: 'Remove one of the two exceptions',
};

function problemsOfRule({ rule: id, resource }: CloudException, rules: readonly CloudRule[]): OwnProblem[] {
  const rule = rules.find((candidate) => candidate.id === id);
  if (rule === undefined) {
    return [
      {
        property: 'rule',
        rule: 'an exception names a rule of policies/cloud/rules.ts',
        remedy: 'Correct the name, or remove the exception if the rule is gone',
      },
    ];
  }
  const types: readonly string[] = rule.appliesTo;
  if (types.includes(resource.type)) return [];
  return [
    {
      property: 'resource',
      rule: `${id} judges ${types.join(', ')}`,
      remedy: 'Name the resource that is refused',
    },
  ];
}

/**
 * The real Kyverno CLI judges every object of every environment, with its own engine and with the API server's, and
 * both agree with the manifest check: without the environment's exceptions, which shows that they can refuse, and with
 * them, which shows that nothing else is refused.
 */
import { admissionPolicy } from '../../policies/admission';
import { policyName } from '../../policies/enforcement';
import { evaluate } from '../../policies/evaluate';
import type { PolicyException } from '../../policies/exception';
import { kyvernoException, kyvernoPolicy } from '../../policies/kyverno';
import { formatResource, type Manifest } from '../../policies/manifest';
import { appliesIn, type Rule } from '../../policies/rule';
import { RULES } from '../../policies/rules';
import { ENVIRONMENTS } from '../../stacks/environments';
import { ENVIRONMENT_NAMES, parsedManifests } from '../environments';
import { tool } from '../tools/obtain';
import { proof } from '../tools/proof';
import { judgeTogether, type Asked } from './kyverno/judge-together';

const EVERYWHERE = { namespaceLabels: {} };
/** All environments at once: a minute of one core on a quiet machine. */
const LIMIT_MS = 15 * 60_000;

interface Case {
  readonly name: string;
  readonly exceptions: readonly PolicyException[];
  /** Without those of a kind that no rule of the tier is about. */
  readonly objects: readonly Manifest[];
  /** Names of the policies in force in its tier. */
  readonly policies: readonly string[];
  /** What the manifest check refuses. */
  readonly refused: readonly string[];
  readonly refusedWithExceptions: readonly string[];
}

const cases = ENVIRONMENT_NAMES.map((name): Case => {
  const environment = ENVIRONMENTS[name];
  const exceptions = environment?.exceptions ?? [];
  const tier = environment?.tier ?? 'prod';
  const rules = RULES.filter((rule) => appliesIn(rule, tier));
  const all = parsedManifests(name) as unknown as Manifest[];
  // An object that breaks a rule in two places is one object that breaks it.
  const inProcess = (excepted: readonly PolicyException[]): string[] => [
    ...new Set(
      evaluate(RULES, all, { tier, exceptions: excepted })
        .map(({ rule, resource }) => `${policyName(rule)}: ${formatResource(resource)}`)
        .sort(),
    ),
  ];
  return {
    name,
    exceptions,
    objects: all.filter(({ kind }) => rules.some((rule) => isAbout(rule, kind))),
    policies: rules.map(({ id }) => policyName(id)),
    refused: inProcess([]),
    refusedWithExceptions: inProcess(exceptions),
  };
});

const ofKyverno = (rule: Rule): Manifest => kyvernoPolicy(rule, EVERYWHERE);

proof(['kyverno'], 'Kyverno judges every environment as the manifest check does', () => {
  test.each(cases)('$name: the check finds nothing but what the exceptions name', (environment) => {
    expect(environment.refusedWithExceptions).toEqual([]);
    expect(environment.refused).toHaveLength(environment.exceptions.length);
  });

  describe('as ValidatingPolicies', () => {
    const asked = ({ objects }: Case): Asked[] => objects.map((object) => ({ object, exceptions: [] }));
    judged(asked, ofKyverno, ({ refused }) => refused);
  });

  describe('as ValidatingPolicies with the exceptions', () => {
    /** Objects of the kinds that have exceptions: an exception must not reach beyond the object that it names. */
    const asked = ({ objects, exceptions }: Case): Asked[] =>
      objects
        .filter(({ kind }) => exceptions.some(({ resource }) => resource.kind === kind))
        .map((object) => ({
          object,
          exceptions: exceptions
            .filter((exception) => isOf(exception, object))
            .map((exception) => kyvernoException(exception, 'kyverno')),
        }));
    judged(asked, ofKyverno, ({ refusedWithExceptions }) => refusedWithExceptions);
  });

  describe('as ValidatingAdmissionPolicies', () => {
    const asked = ({ objects }: Case): Asked[] => objects.map((object) => ({ object, exceptions: [] }));
    judged(
      asked,
      (rule) => admissionPolicy(rule, []),
      ({ refused }) => refused,
    );
  });
});

/** Asks about all environments at once; each is held against its own check, by the policies of its own tier. */
function judged(
  askedOf: (environment: Case) => readonly Asked[],
  policyOf: (rule: Rule) => Manifest,
  expected: (environment: Case) => readonly string[],
): void {
  let refusalsOf: (one: Asked) => readonly string[];

  beforeAll(async () => {
    const policiesOf = (kind: string): Manifest[] =>
      RULES.filter((rule) => isAbout(rule, kind)).map(policyOf);
    refusalsOf = await judgeTogether(await tool('kyverno'), cases.flatMap(askedOf), policiesOf);
  }, LIMIT_MS);

  test.each(cases)('$name', (environment) => {
    const refused = askedOf(environment).flatMap((one) =>
      refusalsOf(one)
        .filter((policy) => environment.policies.includes(policy))
        .map((policy) => `${policy}: ${formatResource({ kind: one.object.kind, ...one.object.metadata })}`),
    );
    expect(refused.sort()).toEqual(expected(environment));
  });
}

function isAbout(rule: Rule, kind: string): boolean {
  return (rule.appliesTo as readonly string[]).includes(kind);
}

function isOf({ resource }: PolicyException, { kind, metadata }: Manifest): boolean {
  return (
    resource.kind === kind && resource.name === metadata.name && resource.namespace === metadata.namespace
  );
}

/**
 * Everything that `hyperion check` has to say about one environment.
 */
import { checkCatalog } from '../constructs/core/catalog-checks';
import { ConfigError, type Problem } from '../constructs/core/config-error';
import { evaluate, type Finding as PolicyFinding } from '../policies/evaluate';
import { checkCloudExceptions } from '../policies/cloud/exception';
import { CLOUD_RULES } from '../policies/cloud/rules';
import { checkExceptions } from '../policies/exception';
import { formatResource } from '../policies/manifest';
import { RULES } from '../policies/rules';
import type { Environment } from './environment';
import { checkManifests } from './manifest-checks';
import { synthesise, type Synthesis } from './synthesis';

/** Where a finding comes from, in the order in which they are shown. */
export const SOURCES = ['model', 'manifests', 'policies', 'catalogue'] as const;
export type Source = (typeof SOURCES)[number];

export interface Finding extends Problem {
  readonly source: Source;
}

export interface Verdict {
  readonly environment: string;
  /** Undefined when the model is so wrong that nothing can be made of it. */
  readonly synthesis: Synthesis | undefined;
  readonly findings: readonly Finding[];
}

/**
 * @param asOf the day by which ends of life, waivers and exceptions are judged, as `2026-07-31`
 */
export function checkEnvironment(name: string, environment: Environment, asOf: string): Verdict {
  let synthesis: Synthesis;
  try {
    synthesis = synthesise(environment.build(), { exceptions: environment.exceptions ?? [] });
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return { environment: name, synthesis: undefined, findings: from('model', error.problems) };
  }
  const waivers = environment.waivers ?? [];
  return {
    environment: name,
    synthesis,
    findings: [
      ...from('manifests', [...synthesis.problems, ...checkManifests(synthesis)]),
      ...from('policies', policyProblems(name, environment, synthesis, asOf)),
      ...from('catalogue', checkCatalog(synthesis.platform, { asOf, waivers })),
    ],
  };
}

function from(source: Source, problems: readonly Problem[]): Finding[] {
  return problems.map((problem) => ({ source, ...problem }));
}

function policyProblems(
  name: string,
  { tier, exceptions = [], cloudExceptions = [] }: Environment,
  { objects }: Synthesis,
  asOf: string,
): Problem[] {
  const componentOf = new Map(
    objects.map(({ object, component }) => [formatResource(refOf(object)), component]),
  );
  const broken = evaluate(
    RULES,
    objects.map(({ object }) => object),
    { tier, exceptions },
  );
  return [
    ...[
      ...checkExceptions(exceptions, RULES, asOf),
      ...checkCloudExceptions(cloudExceptions, CLOUD_RULES, asOf),
    ].map((problem) => ({
      ...problem,
      path: `${name}/${problem.path}`,
    })),
    ...broken.map((finding) => policyProblem(name, finding, componentOf)),
  ];
}

function policyProblem(
  environment: string,
  { rule, severity, resource, message, remedy }: PolicyFinding,
  componentOf: ReadonlyMap<string, string>,
): Problem {
  const name = formatResource(resource);
  return {
    path: `${environment}/${componentOf.get(name) ?? '?'}`,
    property: policyProperty(name, rule),
    value: severity,
    rule: message,
    remedy,
  };
}

/** How a finding names the object and the rule that it breaks. */
export function policyProperty(object: string, rule: string): string {
  return `${object}: policy ${rule}`;
}

function refOf({ kind, metadata }: { kind: string; metadata: { name: string; namespace?: string } }): {
  kind: string;
  name: string;
  namespace?: string;
} {
  const { name, namespace } = metadata;
  return namespace === undefined ? { kind, name } : { kind, name, namespace };
}

/**
 * Model → text: everything that `hyperion synth` writes for one environment, in memory and without a side effect.
 */
import { ApiObject, Chart } from 'cdk8s';
import type { Component } from '../constructs/core/component';
import type { Problem } from '../constructs/core/config-error';
import { imagesOf } from '../constructs/core/images';
import type { Platform } from '../constructs/core/platform';
import { toYamlDocuments } from '../constructs/core/yaml';
import { admissionBinding, admissionPolicy } from '../policies/admission';
import type { PolicyException } from '../policies/exception';
import { gatekeeperConstraint, gatekeeperTemplate } from '../policies/gatekeeper';
import { kyvernoException, kyvernoPolicy } from '../policies/kyverno';
import type { Manifest } from '../policies/manifest';
import { appliesIn } from '../policies/rule';
import { RULES } from '../policies/rules';
import { compareText } from './compare-text';
import { graphDocument } from './graph-document';
import { POLICIES_WAVE, startOrder } from './start-order';

export interface SynthesisOptions {
  /** @default none: every object keeps every rule */
  readonly exceptions?: readonly PolicyException[];
}

export interface SynthesisedObject {
  /** The component whose file holds it. */
  readonly component: string;
  readonly wave: number;
  readonly object: Manifest;
}

export interface Synthesis {
  readonly environment: string;
  readonly platform: Platform;
  /** In start order. */
  readonly objects: readonly SynthesisedObject[];
  /** Text by path below the environment's folder: `manifests/`, `policies/`, `config/`, `graph.json`, `images.txt`. */
  readonly files: ReadonlyMap<string, string>;
  /** What the constructs themselves find wrong once all of them stand. */
  readonly problems: readonly Problem[];
}

/** The file that holds the rules, beside those of the components. */
const POLICIES = 'policies';
/** Where Kyverno looks for exceptions: the namespace of its own installation. */
const KYVERNO_NAMESPACE = 'kyverno';

export function synthesise(platform: Platform, options: SynthesisOptions = {}): Synthesis {
  const byComponent = new Map(platform.components.map((component) => [component, objectsOf(component)]));
  const ofTheCluster = new Set(
    [...byComponent]
      .filter(([, objects]) => objects.some(({ kind }) => kind === 'Namespace'))
      .map(([component]) => component.node.id),
  );
  const waves = startOrder(platform, ofTheCluster);
  const parts = [
    {
      name: POLICIES,
      summary: 'The rules that the cluster enforces, as Kyverno policies',
      wave: POLICIES_WAVE,
      objects: policyObjects(platform, options.exceptions ?? []),
    },
    ...[...byComponent].map(([component, objects]) => ({
      name: component.node.id,
      summary: component.summary,
      wave: waves.get(component.node.id) ?? POLICIES_WAVE,
      objects,
    })),
  ]
    .filter((part) => part.objects.length > 0)
    .sort((a, b) => a.wave - b.wave || compareText(a.name, b.name));

  const files = new Map<string, string>();
  for (const part of parts) {
    const number = String(part.wave).padStart(2, '0');
    files.set(
      `manifests/${number}-${part.name}.yaml`,
      `# ${part.name}: ${part.summary}\n${toYamlDocuments(part.objects)}`,
    );
  }
  for (const [path, text] of alternativePolicies(platform, options.exceptions ?? [])) files.set(path, text);
  const problems = [...constructProblems(platform), ...addConfigs(platform, files)];
  files.set('graph.json', `${JSON.stringify(graphDocument(platform, waves), null, 2)}\n`);
  files.set(
    'images.txt',
    imagesOf(platform)
      .map((image) => `${image}\n`)
      .join(''),
  );
  return {
    environment: platform.environment,
    platform,
    objects: parts.flatMap(({ name, wave, objects }) =>
      objects.map((object) => ({ component: name, wave, object })),
    ),
    files,
    problems,
  };
}

/**
 * The chart's own objects. `Chart.toJson` would do, but it checks the whole app once for each chart, which takes half
 * of a synthesis.
 */
function objectsOf(component: Component): Manifest[] {
  return component.node
    .findAll()
    .flatMap((construct) => (ApiObject.isApiObject(construct) ? [construct] : []))
    .filter((object) => Chart.of(object) === component)
    .map((object) => headFirst(object.toJson() as Manifest))
    .sort((a, b) => kindRank(a.kind) - kindRank(b.kind) || compareText(sortKey(a), sortKey(b)));
}

/** cdk8s sorts the keys, so that the data of a ConfigMap would come before its name. */
function headFirst({ apiVersion, kind, metadata, ...rest }: Manifest): Manifest {
  return { apiVersion, kind, metadata, ...rest };
}

/** What others refer to comes before them; the network is closed before the first pod starts. */
const KIND_ORDER: readonly string[] = [
  'Namespace',
  'ResourceQuota',
  'LimitRange',
  'StorageClass',
  'NetworkPolicy',
  'ServiceAccount',
  'ClusterRole',
  'ClusterRoleBinding',
  'Role',
  'RoleBinding',
  'Certificate',
  'ExternalSecret',
  'Secret',
  'ConfigMap',
  'PersistentVolumeClaim',
  'Service',
];

function kindRank(kind: string): number {
  const rank = KIND_ORDER.indexOf(kind);
  return rank === -1 ? KIND_ORDER.length : rank;
}

function sortKey({ apiVersion, kind, metadata }: Manifest): string {
  return [kind, apiVersion, metadata.namespace ?? '', metadata.name].join('\0');
}

function policyObjects(platform: Platform, exceptions: readonly PolicyException[]): Manifest[] {
  return [
    ...RULES.filter((rule) => appliesIn(rule, platform.tier)).map((rule) => kyvernoPolicy(rule, {})),
    ...exceptions.map((exception) => kyvernoException(exception, KYVERNO_NAMESPACE)),
  ];
}

/** The same rules for a cluster without Kyverno: one of these is applied instead of `01-policies.yaml`, not beside it. */
function alternativePolicies(platform: Platform, exceptions: readonly PolicyException[]): [string, string][] {
  const rules = RULES.filter((rule) => appliesIn(rule, platform.tier));
  return [
    [
      'policies/admission-policies.yaml',
      toYamlDocuments(
        rules.flatMap((rule) => [admissionPolicy(rule, exceptions), admissionBinding(rule, {})]),
      ),
    ],
    [
      'policies/gatekeeper.yaml',
      toYamlDocuments(
        rules.flatMap((rule) => [gatekeeperTemplate(rule, exceptions), gatekeeperConstraint(rule, {})]),
      ),
    ],
  ];
}

/** Whatever cdk8s-plus would have said in its own synthesis. */
function constructProblems(platform: Platform): Problem[] {
  return platform.node.findAll().flatMap((construct) =>
    construct.node.validate().map((message) => ({
      path: `${platform.environment}/${construct.node.path}`,
      property: 'construct',
      value: construct.node.id,
      rule: message,
      remedy: 'complete the construct as the message says',
    })),
  );
}

function addConfigs(platform: Platform, files: Map<string, string>): Problem[] {
  const problems: Problem[] = [];
  for (const component of platform.components) {
    const name = component.node.id;
    for (const file of component.configs.flatMap((config) => config.files)) {
      const path = `config/${name}/${file.name}`;
      const known = files.get(path);
      if (known !== undefined && known !== file.text) {
        problems.push({
          path: `${platform.environment}/${name}`,
          property: `configMap file ${file.name}`,
          value: file.name,
          rule: 'the configuration files of one component have names of their own',
          remedy: 'rename one of the two files',
        });
      }
      files.set(path, file.text);
    }
  }
  return problems;
}

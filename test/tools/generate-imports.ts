/**
 * Typed custom resources: makes `constructs/core/imports/` with `cdk8s import` from the operators' own definitions.
 *
 * `npm run imports` writes the files anew; with `-- --check` it names those that a fresh generation would change, and
 * exits with 1.
 */
import { execFile } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { parseAllDocuments } from 'yaml';
import { tool } from './obtain';

export interface Definition {
  /** The custom resource definition, below its folder. */
  readonly file: string;
  /** Which of several that stand in the file. @default the only one */
  readonly kind?: string;
  /** The one version that is emitted here. */
  readonly version: string;
  /**
   * Properties that nothing here sets, left out because each brings a hundred types of pod templates or solvers.
   * @default none
   */
  readonly without?: readonly string[];
}

/** Of the tool `crds`. */
const OPERATORS: readonly Definition[] = [
  // `operation` starts a synchronisation at once: for a person or a controller, not for a declaration.
  { file: 'argo-cd/application-crd.yaml', version: 'v1alpha1', without: ['operation'] },
  { file: 'argo-cd/appproject-crd.yaml', version: 'v1alpha1' },
  { file: 'cert-manager/cert-manager.io_certificates.yaml', version: 'v1' },
  // An issuer by ACME belongs to the whole cluster and to its platform team.
  { file: 'cert-manager/cert-manager.io_issuers.yaml', version: 'v1', without: ['spec.acme'] },
  { file: 'external-secrets/external-secrets.io_externalsecrets.yaml', version: 'v1' },
  { file: 'prometheus-operator/monitoring.coreos.com_prometheusrules.yaml', version: 'v1' },
  { file: 'prometheus-operator/monitoring.coreos.com_servicemonitors.yaml', version: 'v1' },
  // The other kind in it is a note that the recommender writes for itself.
  {
    file: 'vertical-pod-autoscaler/vpa-v1-crd-gen.yaml',
    kind: 'VerticalPodAutoscaler',
    version: 'v1',
  },
];

/** Strimzi's and Rook's are in no registry; they lie beside the checkout where the project was made. */
const SHARED = resolve(__dirname, '../../../shared/crds');
const SHARED_OPERATORS: readonly Definition[] = [
  // Pods are described in the node pool's template; lag is exported by a component of our own.
  {
    file: 'strimzi/kafka.yaml',
    version: 'v1',
    without: ['spec.cruiseControl', 'spec.kafkaExporter', 'spec.kafka.template'],
  },
  { file: 'strimzi/kafkanodepool.yaml', version: 'v1' },
  { file: 'strimzi/kafkatopic.yaml', version: 'v1' },
  { file: 'strimzi/kafkauser.yaml', version: 'v1' },
  // Where its pods run and how they are probed is the storage team's; so are other sites and foreign key stores.
  {
    file: 'rook/cephobjectstores.yaml',
    version: 'v1',
    without: [
      'spec.gateway.additionalVolumeMounts',
      'spec.gateway.placement',
      'spec.gateway.opsLogSidecar',
      'spec.healthCheck',
      'spec.security',
    ],
  },
  { file: 'rook/objectbucketclaims.yaml', version: 'v1alpha1' },
];
/** What cdk8s calls the files of their API groups. */
const SHARED_IMPORTS = ['ceph.rook.io.ts', 'kafka.strimzi.io.ts', 'objectbucket.io.ts'];

export const IMPORTS_DIR = resolve(__dirname, '../../constructs/core/imports');
export const hasSharedDefinitions = existsSync(SHARED);
const HEADER = '// Made by `npm run imports`: change test/tools/generate-imports.ts instead.\n';

/** Text by file name; without those of the shared folder where it is not here. */
export async function freshImports(): Promise<Map<string, string>> {
  const crds = await tool('crds');
  const read = (folder: string) => (definition: Definition) =>
    narrowed(readFileSync(join(folder, definition.file), 'utf8'), definition);
  const documents = [
    ...OPERATORS.map(read(crds)),
    ...(hasSharedDefinitions ? SHARED_OPERATORS.map(read(SHARED)) : []),
  ];
  const folder = mkdtempSync(join(tmpdir(), 'hyperion-imports-'));
  try {
    writeFileSync(join(folder, 'definitions.yaml'), documents.join('\n---\n'));
    const cdk8s = join(dirname(require.resolve('cdk8s-cli/package.json')), 'bin/cdk8s');
    // It would ask for newer versions of itself, and note the import in the nearest cdk8s.yaml.
    const options = ['--no-check-upgrade', '--no-save', '--language', 'typescript', '--output', 'imports'];
    await promisify(execFile)(process.execPath, [cdk8s, 'import', 'definitions.yaml', ...options], {
      cwd: folder,
    });
    const made = join(folder, 'imports');
    return new Map(
      readdirSync(made)
        .sort()
        .map((name) => [name, HEADER + readFileSync(join(made, name), 'utf8')]),
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/**
 * The definition with one version and without the properties that are left out, as JSON, which is YAML too.
 * @throws Error when the file has no such definition, or that no such version or property, or requires the property
 */
export function narrowed(yaml: string, { file, kind, version, without }: Definition): string {
  const definitions = parseAllDocuments(yaml).map((document) => document.toJS() as CustomResourceDefinition);
  const definition = definitions.find(({ spec }) => kind === undefined || spec.names.kind === kind);
  if (definition === undefined) {
    const kinds = definitions.map(({ spec }) => spec.names.kind);
    throw new Error(
      `${file}: defines no ${kind ?? 'kind'}, only ${kinds.join(', ')}; change it in generate-imports.ts`,
    );
  }
  const { versions } = definition.spec;
  const kept = versions.filter(({ name, served }) => name === version && served);
  const [only] = kept;
  if (only === undefined) {
    const served = versions.filter((other) => other.served).map(({ name }) => name);
    throw new Error(
      `${file}: serves no version ${version}, only ${served.join(', ')}; change it in generate-imports.ts`,
    );
  }
  for (const path of without ?? []) leaveOut(only.schema.openAPIV3Schema, path, file);
  return JSON.stringify({ ...definition, spec: { ...definition.spec, versions: kept } });
}

interface CustomResourceDefinition {
  readonly spec: {
    readonly names: { readonly kind: string };
    readonly versions: readonly {
      readonly name: string;
      readonly served: boolean;
      readonly schema: { readonly openAPIV3Schema: Schema };
    }[];
  };
}

interface Schema {
  properties?: Record<string, Schema>;
  readonly required?: readonly string[];
}

function leaveOut(schema: Schema, path: string, file: string): void {
  const names = path.split('.');
  const last = names.pop() ?? '';
  const parent = names.reduce<Schema | undefined>((above, name) => above?.properties?.[name], schema);
  const { [last]: property, ...others } = parent?.properties ?? {};
  if (parent === undefined || property === undefined || parent.required?.includes(last) === true) {
    const rule = property === undefined ? 'has no such property' : 'requires this property';
    throw new Error(`${file}: ${rule}: ${path}; remove it from \`without\` in generate-imports.ts`);
  }
  parent.properties = others;
}

/** What differs between a fresh generation and a folder, one a line; none when they are the same. */
export function staleImports(fresh: ReadonlyMap<string, string>, folder: string): string[] {
  const present = existsSync(folder) ? readdirSync(folder) : [];
  const changed = [...fresh].flatMap(([name, text]) => {
    if (!present.includes(name)) return [`${name} is missing`];
    return readFileSync(join(folder, name), 'utf8') === text ? [] : [`${name} is not what cdk8s makes`];
  });
  const foreign = present.filter((name) => !fresh.has(name) && !isLeftOut(name));
  return [...changed, ...foreign.map((name) => `${name} is made from no definition`)];
}

function isLeftOut(name: string): boolean {
  return !hasSharedDefinitions && SHARED_IMPORTS.includes(name);
}

async function main(): Promise<void> {
  if (!hasSharedDefinitions) {
    console.error(
      `left as they are, for their definitions are not at ${SHARED}: ${SHARED_IMPORTS.join(', ')}`,
    );
  }
  const fresh = await freshImports();
  if (process.argv.includes('--check')) {
    const stale = staleImports(fresh, IMPORTS_DIR);
    for (const line of stale) console.error(`constructs/core/imports/${line}; run: npm run imports`);
    process.exitCode = stale.length === 0 ? 0 : 1;
    return;
  }
  for (const name of existsSync(IMPORTS_DIR) ? readdirSync(IMPORTS_DIR) : []) {
    if (!fresh.has(name) && !isLeftOut(name)) rmSync(join(IMPORTS_DIR, name));
  }
  mkdirSync(IMPORTS_DIR, { recursive: true });
  for (const [name, text] of fresh) writeFileSync(join(IMPORTS_DIR, name), text);
  console.log(`${fresh.size} files in constructs/core/imports: ${[...fresh.keys()].join(', ')}`);
}

if (require.main === module) void main();

/**
 * The environment as Argo CD sees it: a project that allows exactly what the environment is made of, one application
 * for each component in the order in which they start, and one application that holds them all.
 *
 * Waves between applications need Argo CD's health check of `Application`, which is off by default: set
 * `resource.customizations.health.argoproj.io_Application` in `argocd-cm` (Argo CD's manual, "Health of Argo CD Apps").
 */
import { toYaml } from '../constructs/core/yaml';
import type { Synthesis, SynthesisedObject } from './synthesis';

export interface ArgocdOptions {
  /** Where Argo CD fetches the manifests, e.g. `https://git.example.com/platform.git`. */
  readonly repository: string;
  /** Branch, tag or commit. */
  readonly revision: string;
  /** Folder in the repository that holds the environments' folders. */
  readonly path: string;
}

/** The namespace of Argo CD's own installation; its default. */
const ARGOCD_NAMESPACE = 'argocd';
const IN_CLUSTER = 'https://kubernetes.default.svc';

export function argocdFiles(synthesis: Synthesis, options: ArgocdOptions): Map<string, string> {
  const { environment } = synthesis;
  const folder = [options.path, environment].filter((part) => part !== '' && part !== '.').join('/');
  const files = new Map<string, string>([
    ['project.yaml', toYaml(project(synthesis, options))],
    [
      'environment.yaml',
      toYaml(
        application({
          name: environment,
          project: 'default',
          wave: 0,
          source: { ...origin(options), path: `${folder}/argocd`, directory: { recurse: true } },
          namespace: ARGOCD_NAMESPACE,
        }),
      ),
    ],
  ]);
  for (const path of synthesis.files.keys()) {
    const file = /^manifests\/((\d+)-(.*)\.yaml)$/.exec(path);
    if (file?.[1] === undefined || file[3] === undefined) continue;
    const [, name, wave, component] = file;
    files.set(
      `applications/${name}`,
      toYaml(
        application({
          name: `${environment}-${component}`,
          project: environment,
          wave: Number(wave),
          source: { ...origin(options), path: `${folder}/manifests`, directory: { include: name } },
        }),
      ),
    );
  }
  return files;
}

function origin({ repository, revision }: ArgocdOptions): { repoURL: string; targetRevision: string } {
  return { repoURL: repository, targetRevision: revision };
}

interface ApplicationProps {
  readonly name: string;
  readonly project: string;
  readonly wave: number;
  readonly source: object;
  /** @default each object names its own */
  readonly namespace?: string;
}

function application({ name, project: owner, wave, source, namespace }: ApplicationProps): object {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: {
      name,
      namespace: ARGOCD_NAMESPACE,
      annotations: { 'argocd.argoproj.io/sync-wave': String(wave) },
    },
    spec: {
      project: owner,
      source,
      destination: { server: IN_CLUSTER, ...(namespace === undefined ? {} : { namespace }) },
      syncPolicy: {
        // No pruning: an object that vanished from the code may hold data, and is removed by a person.
        automated: { prune: false, selfHeal: true },
        // Large ConfigMaps do not fit into the annotation of a client-side apply.
        syncOptions: ['ServerSideApply=true'],
        retry: { limit: 5, backoff: { duration: '10s', factor: 2, maxDuration: '5m' } },
      },
    },
  };
}

function project({ environment, platform, objects }: Synthesis, { repository }: ArgocdOptions): object {
  const clusterWide = objects.filter(({ object }) => object.metadata.namespace === undefined);
  const namespaced = objects.filter(({ object }) => object.metadata.namespace !== undefined);
  const namespaces = [...new Set(namespaced.map(({ object }) => object.metadata.namespace ?? ''))].sort();
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'AppProject',
    metadata: { name: environment, namespace: ARGOCD_NAMESPACE },
    spec: {
      description: `The ${platform.system} system as ${environment}`,
      sourceRepos: [repository],
      destinations: namespaces.map((namespace) => ({ server: IN_CLUSTER, namespace })),
      clusterResourceWhitelist: kindsOf(clusterWide),
      namespaceResourceWhitelist: kindsOf(namespaced),
    },
  };
}

function kindsOf(objects: readonly SynthesisedObject[]): { group: string; kind: string }[] {
  const kinds = new Map<string, { group: string; kind: string }>();
  for (const { object } of objects) {
    const group = object.apiVersion.includes('/') ? (object.apiVersion.split('/')[0] ?? '') : '';
    kinds.set(`${group}/${object.kind}`, { group, kind: object.kind });
  }
  return [...kinds].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, kind]) => kind);
}

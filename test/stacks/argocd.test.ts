import { parse } from 'yaml';
import { argocdFiles } from '../../stacks/argocd';
import { synthesise } from '../../stacks/synthesis';
import { smallPlatform } from './small-platform';

const synthesis = synthesise(smallPlatform());
const files = argocdFiles(synthesis, {
  repository: 'https://git.example.com/platform.git',
  revision: 'main',
  path: 'environments',
});

function objectIn(path: string): Record<string, unknown> {
  const text = files.get(path);
  if (text === undefined) throw new Error(`no ${path}`);
  return parse(text) as Record<string, unknown>;
}

test('one application for each manifest file, in waves by its number', () => {
  const applications = [...files.keys()].filter((path) => path.startsWith('applications/'));
  expect(applications).toEqual([
    'applications/00-namespaces.yaml',
    'applications/01-policies.yaml',
    'applications/02-store.yaml',
    'applications/03-collector.yaml',
  ]);
  expect(objectIn('applications/03-collector.yaml')).toEqual({
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: {
      name: 'small-dev-collector',
      namespace: 'argocd',
      annotations: { 'argocd.argoproj.io/sync-wave': '3' },
    },
    spec: {
      project: 'small-dev',
      source: {
        repoURL: 'https://git.example.com/platform.git',
        targetRevision: 'main',
        path: 'environments/small-dev/manifests',
        directory: { include: '03-collector.yaml' },
      },
      destination: { server: 'https://kubernetes.default.svc' },
      syncPolicy: {
        automated: { prune: false, selfHeal: true },
        syncOptions: ['ServerSideApply=true'],
        retry: { limit: 5, backoff: { duration: '10s', factor: 2, maxDuration: '5m' } },
      },
    },
  });
});

test('the project allows exactly the kinds and namespaces that there are', () => {
  const { spec } = objectIn('project.yaml') as { spec: Record<string, unknown> };
  expect(spec.destinations).toEqual([{ server: 'https://kubernetes.default.svc', namespace: 'small' }]);
  expect(spec.clusterResourceWhitelist).toEqual([
    { group: '', kind: 'Namespace' },
    { group: 'policies.kyverno.io', kind: 'ValidatingPolicy' },
  ]);
  const made = new Set(
    synthesis.objects.filter(({ object }) => object.metadata.namespace).map(({ object }) => object.kind),
  );
  const allowed = (spec.namespaceResourceWhitelist as { kind: string }[]).map(({ kind }) => kind);
  expect(new Set(allowed)).toEqual(made);
});

test('one application holds the others', () => {
  expect(objectIn('environment.yaml')).toMatchObject({
    metadata: { name: 'small-dev' },
    spec: {
      source: { path: 'environments/small-dev/argocd', directory: { recurse: true } },
      destination: { namespace: 'argocd' },
    },
  });
});

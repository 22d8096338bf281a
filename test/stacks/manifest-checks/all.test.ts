import type { Manifest } from '../../../policies/manifest';
import { checkManifests } from '../../../stacks/manifest-checks';
import { objects, problemsIn, problemsWith } from './sound-objects';

test('a sound environment has no problems', () => {
  expect(problemsIn(objects())).toBe('');
});

test('two objects with one identity, whatever their API version', () => {
  const twin: Manifest = {
    apiVersion: 'policy/v2',
    kind: 'PodDisruptionBudget',
    metadata: { name: 'store', namespace: 'small' },
  };
  expect(problemsWith(twin)).toBe(
    [
      'small-dev/extra: PodDisruptionBudget small/store: metadata.name = "store"',
      '  rule:   two objects of one kind and namespace cannot have one name: the later would overwrite the earlier',
      '  remedy: rename one of the two',
    ].join('\n'),
  );
});

test('everything is said at once', () => {
  const all = objects().filter(
    ({ object }) => !['ServiceAccount', 'NetworkPolicy', 'ExternalSecret', 'ConfigMap'].includes(object.kind),
  );
  const rules = new Set(checkManifests({ environment: 'small-dev', objects: all }).map(({ rule }) => rule));
  expect(rules.size).toBe(4);
});

import { helmChart } from '../../stacks/helm-chart';
import { synthesise } from '../../stacks/synthesis';
import { smallPlatform } from './small-platform';

const synthesis = synthesise(smallPlatform());
const chart = helmChart(synthesis);

test('a chart has a description, no values, and a template for each manifest file', () => {
  expect([...chart.keys()]).toEqual([
    'Chart.yaml',
    'values.yaml',
    'templates/00-namespaces.yaml',
    'templates/01-policies.yaml',
    'templates/02-store.yaml',
    'templates/03-collector.yaml',
  ]);
  expect(chart.get('Chart.yaml')).toBe(
    [
      'apiVersion: v2',
      'name: small-dev',
      'description: The small system as small-dev, made by hyperion synth',
      'type: application',
      'version: 0.1.0',
      '',
    ].join('\n'),
  );
});

test('braces of other template languages are escaped', () => {
  const store = chart.get('templates/02-store.yaml') ?? '';
  expect(store).toContain('Hello {{ "{{" }} name }}, {{ "{{" }} "quoted" }}');
  expect(store.replaceAll('{{ "{{" }}', '{{')).toBe(synthesis.files.get('manifests/02-store.yaml'));
});

test('custom resource definitions go to crds/, apart from the templates', () => {
  const definition = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'things.example.com' },
  };
  const withDefinition = helmChart({
    ...synthesis,
    objects: [...synthesis.objects, { component: 'store', wave: 2, object: definition }],
  });
  expect(withDefinition.get('crds/things.example.com.yaml')).toContain('name: things.example.com');
  expect(withDefinition.get('templates/02-store.yaml')).not.toContain('CustomResourceDefinition');
  expect(withDefinition.get('templates/02-store.yaml')).toContain('kind: StatefulSet');
});

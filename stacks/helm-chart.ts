/**
 * The environment as a Helm chart, for clusters that are fed with charts: `helm template` gives back the objects.
 * There is nothing to set in `values.yaml`: the values are those of the environment, in TypeScript.
 */
import { toYaml, toYamlDocuments } from '../constructs/core/yaml';
import type { Synthesis } from './synthesis';

/** Custom resource definitions are installed before everything else, and never templated. */
const CRD = 'CustomResourceDefinition';

export function helmChart(synthesis: Synthesis): Map<string, string> {
  const { environment, platform, objects } = synthesis;
  const files = new Map<string, string>([
    [
      'Chart.yaml',
      toYaml({
        apiVersion: 'v2',
        name: environment,
        description: `The ${platform.system} system as ${environment}, made by hyperion synth`,
        type: 'application',
        // Helm wants a version; what tells two charts apart is the commit that they were made from.
        version: '0.1.0',
      }),
    ],
    [
      'values.yaml',
      '# Nothing to set here: the values of this environment are in stacks/environments/.\n{}\n',
    ],
  ]);
  const definitions = objects.filter(({ object }) => object.kind === CRD);
  for (const { object } of definitions) {
    files.set(`crds/${object.metadata.name}.yaml`, toYamlDocuments([object]));
  }
  for (const [path, text] of synthesis.files) {
    if (!path.startsWith('manifests/')) continue;
    const rest = withoutDefinitions(synthesis, path);
    files.set(path.replace('manifests/', 'templates/'), escapeTemplate(rest ?? text));
  }
  return files;
}

/** The file's text anew when it holds definitions, which lie in `crds/`; undefined when it holds none. */
function withoutDefinitions({ objects }: Synthesis, path: string): string | undefined {
  const component = /\/\d+-(.*)\.yaml$/.exec(path)?.[1];
  const own = objects.filter((entry) => entry.component === component).map(({ object }) => object);
  if (!own.some(({ kind }) => kind === CRD)) return undefined;
  return toYamlDocuments(own.filter(({ kind }) => kind !== CRD));
}

/** Braces of other template languages (Grafana, Alertmanager) reach the cluster as they are. */
function escapeTemplate(text: string): string {
  return text.replaceAll('{{', '{{ "{{" }}');
}

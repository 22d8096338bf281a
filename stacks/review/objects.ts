/** The objects that a cluster would get, each as YAML. */
import { toYaml } from '../../constructs/core/yaml';
import { formatResource } from '../../policies/manifest';
import type { Synthesis } from '../synthesis';
import type { ObjectEntry } from './review-document';

export function objectEntries({ objects }: Synthesis): ObjectEntry[] {
  return objects.map(({ component, wave, object }) => ({
    id: formatResource({ kind: object.kind, ...object.metadata }),
    component,
    wave,
    yaml: toYaml(object),
  }));
}
